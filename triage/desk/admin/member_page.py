"""The page of a member: its EOI, its timeline and its messages."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest
from accounts.models import User
from accounts.services.permissions import lacking, needs
from members.models import CorrespondenceLanguage, FocalPoint, Member, RoleTransfer, TimelineKind
from members.services import notes
from members.services.answer_files import answer_files_of
from members.services.answers import AnswerRow, answers_of, people_of, region_and_groups
from members.services.countries import region_of
from members.services.response_times import day_in_geneva, is_response_overdue
from members.services.timeline import timeline_with_files
from outbox.models import FINAL_STATUSES, Message
from outbox.models.delivery_event import SuppressedAddress
from outbox.services.rendering import as_text
from outbox.services.smtp_errors import Explanation, explain_delivery
from papers.services.downloads import download
from triage.decisions.admin.specs import (
    DECISIONS_WITH_KEYS,
    decisions_on,
    for_a_member_state,
    lacked_on,
)
from triage.decisions.forms.decisions import InternalNoteForm
from triage.desk.admin.scheduled import scheduled_rows
from triage.desk.services.waiting_times import waiting_in_words
from triage.duplicates.admin.duplicates import possible_duplicates
from triage.opinions.admin import opinions_of
from triage.staff_pages.pages import (
    focal_points_of,
    get_member_or_404,
    member_page,
    member_url,
    with_list_filters,
)
from triage.staff_pages.previous_next import previous_and_next


@dataclass(frozen=True)
class FocalPointPanel:
    """One focal point: its facts, the language of its letters, and its proposed successor."""

    focal_point: FocalPoint
    role_transfer: RoleTransfer | None
    facts: list[AnswerRow]
    letter_language: str


@dataclass(frozen=True)
class MessagePanel:
    """One message of the member: its plain text and its delivery status."""

    message: Message
    text: str
    explanation: Explanation
    is_finished: bool


@require_safe
@needs("members.view_member")
def show_member(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one member: header, EOI, focal points, timeline, messages, and possible decisions."""
    return _page_of(request, get_member_or_404(request, pk), InternalNoteForm())


@require_safe
@needs("members.view_member")
def answer_file(request: StaffRequest, pk: int, file: int) -> HttpResponseBase:
    """Send a file of an answer of a member that the user may see."""
    member = get_member_or_404(request, pk)
    found = get_object_or_404(answer_files_of(member), pk=file)
    return download(request, found, back=member_url(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.note_member")
def add_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Add an internal note to a member. A GET shows the member's page with the form."""
    member = get_member_or_404(request, pk)
    if request.method != "POST":
        return redirect(member_url(request, pk))
    form = InternalNoteForm(request.POST)
    if not form.is_valid():
        return _page_of(request, member, form, status=422)
    notes.add_note(member=member, **form.cleaned_data, by=request.user, at=now())
    messages.success(request, _("Note added."))
    return redirect(member_url(request, pk))


def _page_of(
    request: StaffRequest, member: Member, note_form: InternalNoteForm, *, status: int = 200
) -> HttpResponse:
    at = now()
    timeline = list(timeline_with_files(member).order_by("-at", "-pk"))
    note_form.initial["after"] = max((entry.pk for entry in timeline), default=0)
    focal_points = focal_points_of(member)
    pairs, set_aside = possible_duplicates(member, request.user)
    return member_page(
        request,
        "member_page",
        {
            "region": region_of(member.country),
            "waiting": waiting_in_words(member, at),
            "is_overdue": is_response_overdue(member, at=at),
            "neighbours": previous_and_next(request, member),
            "decisions": decisions_on(member, request.user),
            "decisions_with_keys": DECISIONS_WITH_KEYS,
            "lacks_for_member_state": lacking(
                request.user, *for_a_member_state(member, request.user)
            ),
            "lacking": lacking(request.user, *lacked_on(member, request.user)),
            "opinions": opinions_of(member),
            "notes": [entry for entry in timeline if entry.kind == TimelineKind.NOTE_ADDED],
            "note_form": note_form,
            "address_of_the_note": with_list_filters(
                request, reverse("admin:members_member_note", args=[member.pk])
            ),
            "facts": _facts_of_the_organisation(member, at),
            "coming": scheduled_rows(member, focal_points, at),
            "people": _people(focal_points),
            "suppressed": SuppressedAddress.objects.in_force()
            .of(*(focal_point.email for focal_point in focal_points))
            .order_by("since", "pk"),
            "others": member.others_of_the_organisation()
            .visible_to(request.user)
            .select_related("decided_by")
            .order_by("submitted_at", "pk"),
            "pairs": pairs,
            "set_aside": set_aside,
            "duplicates": member.duplicates.visible_to(request.user).order_by("decided_at", "pk"),
            "timeline": timeline,
            "letters": _letters_to(member, at) if can_read_messages(request.user) else None,
        },
        title=_("Member %(reference)s") % {"reference": member.reference},
        member=member,
        status=status,
    )


def can_read_messages(user: User) -> bool:
    """Return whether a user may read the letters to a member whose page they may see."""
    return user.has_perm("outbox.view_message") or user.has_perm("members.view_membermessage")


def _letters_to(member: Member, at: datetime) -> list[MessagePanel]:
    return [
        MessagePanel(
            message=message,
            text=as_text(message.body),
            explanation=explain_delivery(message, at=at),
            is_finished=message.status in FINAL_STATUSES,
        )
        for message in Message.objects.filter(reference=member.reference).order_by(
            "-queued_at", "-pk"
        )
    ]


def _facts_of_the_organisation(member: Member, at: datetime) -> list[AnswerRow]:
    """Return the answers, with the facts that depend on the country, as one list."""
    answers = answers_of(member)
    return [
        *answers.organisation,
        region_and_groups(member, country_as_sent=answers.country_as_sent, today=day_in_geneva(at)),
        *answers.interest,
        *answers.consents,
    ]


def _people(focal_points: list[FocalPoint]) -> list[FocalPointPanel]:
    return [
        FocalPointPanel(
            focal_point=person.focal_point,
            role_transfer=getattr(person.focal_point, "role_transfer", None),
            facts=person.facts,
            letter_language=str(CorrespondenceLanguage(person.focal_point.language).label),
        )
        for person in people_of(focal_points)
    ]
