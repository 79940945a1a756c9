"""The page of a member: the list around it, its EOI with what came since, and the decision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest
from accounts.services.permissions import lacking, needs
from core.addresses import normalise_address
from inbox.models import IncomingMail
from inbox.services.replies import waiting_replies
from members.models import (
    ACTIVE_STATUSES,
    OPINION_KINDS,
    Category,
    CorrespondenceLanguage,
    FocalPoint,
    Member,
    RoleTransfer,
    TimelineKind,
)
from members.services import notes
from members.services.answer_files import answer_files_of
from members.services.answers import AnswerRow, answers_of, people_of, region_and_groups
from members.services.countries import name_of, region_of
from members.services.response_times import day_in_geneva, is_response_overdue
from members.services.timeline import timeline_with_files
from outbox.models.delivery_event import SuppressedAddress
from outbox.services.soft_bounces import soft_bounce_days
from papers.services.downloads import download
from triage.decisions.admin.base import DecisionPane
from triage.decisions.admin.declaration import decisions_on
from triage.decisions.admin.specs import (
    ADMIT,
    CLEAR_SUSPICION,
    DECISIONS,
    DECISIONS_WITH_KEYS,
    MEMBERS,
    RECORD_ANSWER,
    for_a_member_state,
    lacked_on,
)
from triage.decisions.admin.undo import undo_of
from triage.decisions.forms.decisions import InternalNoteForm
from triage.desk.admin.conversation import (
    can_read_messages,
    conversation_context,
    received_file,
)
from triage.desk.admin.member_messages import grouped, letters_to
from triage.desk.admin.scheduled import scheduled_rows
from triage.desk.services.waiting_times import waiting_days_in_words, waiting_in_words
from triage.duplicates.admin.duplicates import DuplicatePair, possible_duplicates
from triage.opinions.admin import opinions_of
from triage.staff_pages.arrivals import Arrivals
from triage.staff_pages.pages import (
    focal_points_of,
    get_member_or_404,
    member_page,
    member_url,
    with_list_filters,
)
from triage.staff_pages.previous_next import ListAround, list_around

# What we asked the organisation, and what it answered.
EXCHANGE = (TimelineKind.INFORMATION_REQUESTED, TimelineKind.ANSWERED)


@dataclass(frozen=True)
class FocalPointPanel:
    """One focal point: its facts, the language of its letters, and its proposed successor."""

    focal_point: FocalPoint
    role_transfer: RoleTransfer | None
    facts: list[AnswerRow]
    letter_language: str
    # On how many of the last 30 days mail came back, if that is often.
    soft_bounce_days: int


@dataclass(frozen=True)
class ListRow:
    """One row of the list beside a member."""

    member: Member
    url: str
    country: str
    category: str
    waiting: str
    is_current: bool


@require_safe
@needs("members.view_member")
def show_member(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one member beside the list that the person came from and the most likely decision."""
    return _page_of(request, get_member_or_404(request, pk), InternalNoteForm())


@require_safe
@needs("members.view_member")
def answer_file(request: StaffRequest, pk: int, file: int) -> HttpResponseBase:
    """Send a file of an answer of a member that the user may see."""
    member = get_member_or_404(request, pk)
    found = get_object_or_404(answer_files_of(member), pk=file)
    return download(request, found, back=member_url(request, pk))


@require_safe
@needs("members.view_member")
def reply_file(request: StaffRequest, pk: int, received: int) -> HttpResponseBase:
    """Send a file of a reply by mail of a member that the user may see."""
    member = get_member_or_404(request, pk)
    replies = IncomingMail.objects.replies_of(member.reference)
    return received_file(request, replies, received, back=member_url(request, pk))


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


def member_panes(
    request: StaffRequest, member: Member, note_form: InternalNoteForm | None = None
) -> dict[str, Any]:
    """Return what the page shows around a decision: the list, and the member itself."""
    at, user = now(), request.user
    timeline = list(timeline_with_files(member.timeline.all()).order_by("-at", "-pk"))
    exchange = [entry for entry in timeline if entry.kind in EXCHANGE and not entry.is_void]
    note_form = note_form or InternalNoteForm()
    note_form.initial["after"] = max((entry.pk for entry in timeline), default=0)
    focal_points = focal_points_of(member)
    pairs, set_aside = possible_duplicates(member, user)
    around = list_around(request, member)
    decisions = decisions_on(DECISIONS, member, user)
    letters = letters_to(member, focal_points, user, at) if can_read_messages(user) else []
    groups, opinions = grouped(letters), list(opinions_of(member))
    return {
        "neighbours": around.urls(request),
        "rows": _list_rows(request, around, member, at),
        "region": region_of(member.country),
        "waiting": waiting_in_words(member, at),
        "is_overdue": is_response_overdue(member, at=at),
        "decisions": decisions,
        "tabs": [decision for decision in decisions if not decision.one_click],
        "buttons": [decision for decision in decisions if decision.one_click],
        "decisions_with_keys": DECISIONS_WITH_KEYS,
        "lacks_for_member_state": lacking(user, *for_a_member_state(member, user)),
        "lacking": lacking(user, *lacked_on(member, user)),
        "exchange": exchange[:2],
        "opinions": opinions,
        "notes": [entry for entry in timeline if entry.kind == TimelineKind.NOTE_ADDED],
        "note_form": note_form,
        "address_of_the_note": with_list_filters(
            request, reverse("admin:members_member_note", args=[member.pk])
        ),
        "facts": _facts_of_the_organisation(member, at),
        "coming": scheduled_rows(member, focal_points, at),
        "people": _people(focal_points, at),
        "suppressed": SuppressedAddress.objects.in_force()
        .of(*(focal_point.email for focal_point in focal_points))
        .order_by("since", "pk"),
        "others": member.others_of_the_organisation()
        .visible_to(user)
        .select_related("decided_by")
        .order_by("submitted_at", "pk"),
        "pairs": pairs,
        "set_aside": set_aside,
        "duplicates": member.duplicates.visible_to(user)
        .only("reference", "organisation_name", "decided_at", "duplicate_of")
        .order_by("decided_at", "pk"),
        "undo": undo_of(request, MEMBERS, [member], at=at),
        "arrivals": Arrivals(latest=max((entry.pk for entry in timeline), default=0)),
        "letters": letters,
        "letter_groups": groups,
        **conversation_context(
            request,
            row_address=member_url(request, member.pk).partition("?")[0],
            files_page="admin:members_member_reply_file",
            entries=timeline,
            note=TimelineKind.NOTE_ADDED,
            opinions=opinions,
            about_opinions=OPINION_KINDS,
            letters=groups,
            replies=IncomingMail.objects.replies_of(member.reference),
        ),
    }


def _page_of(
    request: StaffRequest, member: Member, note_form: InternalNoteForm, *, status: int = 200
) -> HttpResponse:
    """Show a member with the decision that is most likely: to admit it, if it is undecided.

    If a reply came by mail, recording it comes first. If the member has a flag, the question about
    the flag is in place of this decision.
    """
    context = member_panes(request, member, note_form)
    template = "member_page"
    # Without a focal point, there is nobody to write to.
    possible = context["decisions"]
    may_record = RECORD_ANSWER in possible and waiting_replies(member)
    may_admit = ADMIT in possible and context["people"] and not may_record
    flag = flag_to_answer(member, context["pairs"]) if may_admit else ""
    if flag:
        template = "answer_flag"
        context |= {
            "decision": ADMIT,
            "flag": flag,
            "effect_of_genuine": CLEAR_SUSPICION.sentence_for(member) if flag == "spam" else "",
        }
    elif may_admit or may_record:
        template = "decision"
        decision = RECORD_ANSWER if may_record else ADMIT
        address = reverse(decision.url_name, args=[member.pk])
        pane = DecisionPane(decision, member, request.user)
        context |= {
            **pane.context(pane.why_outdated()),
            "address_of_the_decision": with_list_filters(request, address),
        }
    return member_page(
        request,
        template,
        context,
        title=_("Member %(reference)s") % {"reference": member.reference},
        member=member,
        status=status,
    )


def flag_to_answer(member: Member, pairs: list[DuplicatePair]) -> str:
    """Return the first flag that staff answer before they admit an undecided member, or nothing.

    It is *spam* or *duplicate*. `pairs` are the possible duplicates that staff have not dismissed.
    """
    if member.is_suspect:
        return "spam"
    return "duplicate" if any(pair.other.status in ACTIVE_STATUSES for pair in pairs) else ""


def _list_rows(
    request: StaffRequest, around: ListAround, member: Member, at: datetime
) -> list[ListRow]:
    return [
        ListRow(
            member=each,
            url=member_url(request, each.pk),
            country=name_of(each.country),
            category=str(Category(each.category).label),
            waiting=waiting_days_in_words(each, at),
            is_current=each == member,
        )
        for each in (*around.before, member, *around.after)
    ]


def _facts_of_the_organisation(member: Member, at: datetime) -> list[AnswerRow]:
    """Return the answers, with the facts that depend on the country, as one list."""
    answers = answers_of(member)
    return [
        *answers.interest,
        *answers.organisation,
        region_and_groups(member, country_as_sent=answers.country_as_sent, today=day_in_geneva(at)),
        *answers.consents,
    ]


def _people(focal_points: list[FocalPoint], at: datetime) -> list[FocalPointPanel]:
    days = soft_bounce_days((each.email for each in focal_points), at=at)
    return [
        FocalPointPanel(
            focal_point=person.focal_point,
            role_transfer=getattr(person.focal_point, "role_transfer", None),
            facts=person.facts,
            letter_language=str(CorrespondenceLanguage(person.focal_point.language).label),
            soft_bounce_days=days.get(normalise_address(person.focal_point.email), 0),
        )
        for person in people_of(focal_points)
    ]
