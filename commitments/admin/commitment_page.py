"""The page of a commitment: its content with what came since, and what can be decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.admin.base import StaffRequest, int_or_invalid
from accounts.models import User
from accounts.services.permissions import lacking, needs
from commitments.admin.second_person import request_context
from commitments.admin.specs import (
    COMMITMENTS,
    COUNT,
    DECIDE,
    DECISIONS,
    DECISIONS_WITH_KEYS,
    VIEW,
    commitment_page,
    get_commitment_or_404,
)
from commitments.models import (
    Commitment,
    EventKind,
    ProposedChange,
)
from commitments.services import decisions
from commitments.services.change_decisions import proposed_content
from commitments.services.completeness import gaps_in
from commitments.services.content import content_of
from commitments.services.content_in_words import (
    Reader,
    amount_in_words,
    differences,
    facts_of,
    milestones_in_words,
    names_in,
    versions_shown,
)
from commitments.services.desk_letters import is_lead_a_member
from commitments.services.expected_counting import (
    expected_counting,
    present_counting,
    reason_in_words,
)
from commitments.services.fields import FIELDS
from commitments.services.lead_changes import changes_by_lead
from commitments.services.leads import waiting_change_of
from commitments.services.money_in_words import US_DOLLAR, money_in_words
from commitments.services.overdue_reports import asked_about, with_requests
from commitments.services.report_reminders import reminders_for
from commitments.services.report_words import title_of
from commitments.services.similar import similar_to
from commitments.services.topics import topic_of
from commitments.services.typed_places import place_name
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime
from core.numbers import number_in_words
from inbox.models import IncomingMail, IncomingMailQuerySet
from outbox.models import FINAL_STATUSES, Message
from outbox.services.rendering import as_text
from outbox.services.smtp_errors import explain_delivery
from triage.decisions.admin.declaration import decisions_on
from triage.decisions.admin.undo import posted_versions, undo_of, undo_rows
from triage.decisions.forms.decisions import InternalNoteForm
from triage.desk.admin.conversation import (
    can_read_messages,
    conversation_context,
    received_file,
)
from triage.desk.admin.member_messages import MessagePanel, grouped
from triage.staff_pages.arrivals import Arrivals
from triage.staff_pages.pages import row_url, with_list_filters
from triage.staff_pages.previous_next import previous_and_next

MAX_OTHERS: Final = 10
# The page shows title, statement and money in places of their own.
DECLARED: Final = {each.name for each in FIELDS} - {"title", "statement", "amount_not_disclosed"}


@require_safe
@needs(VIEW)
def show_commitment(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one commitment with all that is known about it."""
    return _page_of(request, get_commitment_or_404(request, pk), {})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, DECIDE)
def add_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Add an internal note to a commitment. A GET shows the commitment's page."""
    commitment = get_commitment_or_404(request, pk)
    if request.method != "POST":
        return redirect(row_url(request, Commitment, pk))
    form = InternalNoteForm(request.POST)
    if not form.is_valid():
        return _page_of(request, commitment, {"note_form": form}, status=422)
    decisions.add_note(commitment, **form.cleaned_data, by=request.user, at=now())
    messages.success(request, _("Note added."))
    return redirect(row_url(request, Commitment, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, DECIDE)
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    """Assign a commitment to the user, or leave it without an assignee."""
    commitment = get_commitment_or_404(request, pk)
    if request.method != "POST":
        return redirect(row_url(request, Commitment, pk))
    is_release = "release" in request.POST
    change = decisions.release if is_release else decisions.assign_to_self
    version = int_or_invalid(request.POST, "version")
    try:
        change(commitment, by=request.user, at=now(), version=version)
    except Refused as refused:
        context = {
            "refused": refused,
            "changes": COMMITMENTS.changes_since(commitment, version),
        }
        return _page_of(request, commitment, context, status=409)
    done = _("Nobody is assigned now.") if is_release else _("Assigned to you.")
    messages.success(request, done)
    return redirect(row_url(request, Commitment, pk))


@require_safe
@needs(VIEW)
def reply_file(request: StaffRequest, pk: int, received: int) -> HttpResponseBase:
    """Send a file of a reply by mail about a commitment that the user may see."""
    commitment = get_commitment_or_404(request, pk)
    back = row_url(request, Commitment, pk)
    return received_file(request, _replies_about(commitment), received, back=back)


@require_POST
@needs(VIEW)
def undo(request: StaffRequest) -> HttpResponse:
    """Undo the latest decision on each commitment that was posted, with its version."""
    keys = list(posted_versions(request))
    commitments = Commitment.objects.visible_to(request.user).filter(pk__in=keys)
    if not commitments:
        raise Http404
    return undo_rows(request, COMMITMENTS, commitments)


def _page_of(
    request: StaffRequest,
    commitment: Commitment,
    context: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """Show a commitment; `context` replaces or adds to what its page shows."""
    return commitment_page(
        request,
        "commitment_page",
        {**commitment_panes(request, commitment), **context},
        commitment=commitment,
        title=_("Commitment %(reference)s") % {"reference": commitment.reference},
        status=status,
    )


def commitment_panes(request: StaffRequest, commitment: Commitment) -> dict[str, Any]:
    """Return what the page shows of the commitment and around it."""
    at, user = now(), request.user
    events = list(commitment.events.order_by("-at", "-pk"))
    waiting = waiting_change_of(commitment)
    possible = decisions_on(DECISIONS, commitment, user)
    latest = max((event.pk for event in events), default=0)
    note_form = InternalNoteForm()
    note_form.initial["after"] = latest
    letters = _letters_about(commitment, at) if can_read_messages(user) else []
    announce_at = commitment.announce_at
    return {
        **_content(commitment, waiting),
        "lead_changes": changes_by_lead(commitment, events, reader=Reader.STAFF),
        "decisions": possible,
        "decisions_with_keys": DECISIONS_WITH_KEYS,
        "neighbours": previous_and_next(request, commitment),
        "undo": undo_of(request, COMMITMENTS, [commitment], at=at),
        "arrivals": Arrivals(latest=latest),
        "can_assign": commitment.status in decisions.ASSIGNABLE and user.has_perm(DECIDE),
        "lacking": lacking(user, *_lacked_on(commitment)),
        "is_lead_a_member": is_lead_a_member(commitment),
        "announcement": format_datetime(announce_at, GENEVA) if announce_at else "",
        "note_form": note_form,
        "address_of_the_note": _address("note", request, commitment),
        "address_of_the_assignment": _address("assign", request, commitment),
        **_others(commitment, user),
        **request_context(commitment),
        "address_of_taking_back": _address("take_back_request", request, commitment),
        "reports": [
            (title_of(report), report)
            for report in commitment.reports.sent().order_by("-sent_at", "-pk")
        ],
        **_requests(commitment, user, at),
        **conversation_context(
            request,
            row_address=reverse(COMMITMENTS.url_name("change"), args=[commitment.pk]),
            files_page=COMMITMENTS.url_name("reply_file"),
            entries=events,
            note=EventKind.NOTE_ADDED,
            letters=grouped(letters),
            replies=_replies_about(commitment),
        ),
    }


def _requests(commitment: Commitment, user: User, at: datetime) -> dict[str, Any]:
    """Return when and of whom reports were asked, and whether the lead can be reminded now."""
    asked = asked_about([commitment], with_mail=can_read_messages(user))
    overdue = with_requests([commitment], asked, at=at)
    may_remind = overdue and user.has_perm(DECIDE)
    return {
        "asked": asked[commitment.pk],
        "overdue_report": overdue[0] if overdue else None,
        "reminder": reminders_for([commitment], at=at)[0] if may_remind else None,
    }


def _address(page: str, request: StaffRequest, commitment: Commitment) -> str:
    address = reverse(COMMITMENTS.url_name(page), args=[commitment.pk])
    return with_list_filters(request, address, Commitment)


def _content(commitment: Commitment, waiting: ProposedChange | None) -> dict[str, Any]:
    """Return the content, the differences of a change that waits, and those of the versions."""
    current = content_of(commitment)
    proposed = proposed_content(commitment, waiting) if waiting else None
    names = names_in([current, *([proposed] if proposed else [])])
    facts = facts_of(current, names, reader=Reader.STAFF)
    amounts = commitment.amounts.filter(is_current=True).select_related("contributor", "counted_in")
    # What reports state is the lead's, and is not expected.
    counting = (
        present_counting(commitment)
        if commitment.is_public
        else expected_counting(commitment, current)
    )
    expected = {each.amount.key: each for each in counting}
    partners = commitment.partners.filter(is_current=True).select_related("member")
    return {
        "facts": [fact for fact in facts if fact.key in DECLARED],
        "targets": [
            (
                target,
                number_in_words(target.value) if target.value is not None else "",
                number_in_words(target.baseline) if target.baseline is not None else "",
                milestones_in_words(target.path),
            )
            for target in commitment.targets.filter(is_current=True).order_by("position", "pk")
        ],
        "places": [
            (place_name(place.country, place.region), place)
            for place in commitment.places.order_by("pk")
        ],
        "amounts": [
            (
                amount,
                amount_in_words(amount),
                money_in_words(amount.usd, US_DOLLAR) if amount.usd is not None else "",
                reason_in_words(expected[amount.key])
                if amount.key in expected
                else amount.get_not_counted_display(),
            )
            for amount in amounts.order_by("position", "pk")
        ],
        "partners": partners.order_by("position", "pk"),
        "acknowledgements": commitment.acknowledgements.select_related("member").order_by("pk"),
        "change": waiting,
        "change_differences": differences(facts, facts_of(proposed, names, reader=Reader.STAFF))
        if proposed
        else [],
        "versions": versions_shown(commitment.versions.all(), reader=Reader.STAFF),
        "missing": [gap.sentence for gap in gaps_in(current)],
    }


def _others(commitment: Commitment, user: User) -> dict[str, Any]:
    """Return the other commitments of the lead that the user may see: similar ones, and others."""
    visible = Commitment.objects.visible_to(user).filter(lead=commitment.lead_id)
    others = list(visible.exclude(pk=commitment.pk).order_by("-submitted_at", "-pk"))
    similar = similar_to(commitment, content_of(commitment))
    return {
        "similar": [each for each in similar if each in others],
        "others": [each for each in others if each not in similar][:MAX_OTHERS],
    }


def _lacked_on(commitment: Commitment) -> list[str]:
    """Return the permissions for what the status of a commitment allows."""
    possible = {each.permission for each in DECISIONS if commitment.status in each.from_statuses}
    return [permission for permission in (DECIDE, COUNT) if permission in possible]


def _replies_about(commitment: Commitment) -> IncomingMailQuerySet:
    """Return the replies to letters about a commitment, and those with its reference."""
    return IncomingMail.objects.about_commitment(
        commitment.reference, lead=commitment.lead.reference, topic=f"{topic_of(commitment)}/"
    )


def _letters_about(commitment: Commitment, at: datetime) -> list[MessagePanel]:
    """Return the mail about a commitment, the newest first."""
    mail = Message.objects.filter(topic__startswith=f"{topic_of(commitment)}/")
    return [
        MessagePanel(
            message=message,
            text=as_text(message.body),
            explanation=explain_delivery(message, at=at),
            is_finished=message.status in FINAL_STATUSES,
            was_resent=False,
            resending=None,
        )
        for message in mail.order_by("-queued_at", "-pk")
    ]
