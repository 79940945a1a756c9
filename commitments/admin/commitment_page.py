"""The page of a commitment: its content with what came since, and what can be decided."""

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, int_or_invalid
from accounts.models import User
from accounts.services.permissions import lacking, needs
from commitments.admin.second_person import request_context
from commitments.admin.specs import (
    COMMITMENTS,
    COUNT,
    DECIDE,
    DECISIONS,
    VIEW,
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
from commitments.services.events import LOG
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
from outbox.models import Message
from triage.desk.admin.conversation import (
    can_read_messages,
)
from triage.desk.admin.row_page import RowPages
from triage.staff_pages.pages import row_url

MAX_OTHERS: Final = 10
# The page shows title, statement and money in places of their own.
DECLARED: Final = {each.name for each in FIELDS} - {"title", "statement", "amount_not_disclosed"}


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
        return PAGES.show(request, commitment, **context, status=409)
    done = _("Nobody is assigned now.") if is_release else _("Assigned to you.")
    messages.success(request, done)
    return redirect(row_url(request, Commitment, pk))


def commitment_panes(request: StaffRequest, commitment: Commitment) -> dict[str, Any]:
    """Return what the page shows of the commitment and around it."""
    at, user = now(), request.user
    desk = PAGES.desk_panes(request, commitment, at=at)
    waiting = waiting_change_of(commitment)
    announce_at = commitment.announce_at
    return {
        **desk,
        **_content(commitment, waiting),
        "lead_changes": changes_by_lead(commitment, desk["events"], reader=Reader.STAFF),
        "can_assign": commitment.status in decisions.ASSIGNABLE and user.has_perm(DECIDE),
        "lacking": lacking(user, *_lacked_on(commitment)),
        "is_lead_a_member": is_lead_a_member(commitment),
        "announcement": format_datetime(announce_at, GENEVA) if announce_at else "",
        "address_of_the_assignment": PAGES.address("assign", request, commitment),
        **_others(commitment, user),
        **request_context(commitment),
        "address_of_taking_back": PAGES.address("take_back_request", request, commitment),
        "reports": [
            (title_of(report), report)
            for report in commitment.reports.sent().order_by("-sent_at", "-pk")
        ],
        **_requests(commitment, user, at),
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
    return IncomingMail.objects.about_row(
        commitment.reference, member=commitment.lead.reference, topic=f"{topic_of(commitment)}/"
    )


PAGES: Final = RowPages(
    desk=COMMITMENTS,
    log=LOG,
    decisions=DECISIONS,
    panes=commitment_panes,
    title=lambda commitment: _("Commitment %(reference)s") % {"reference": commitment.reference},
    template="commitment_page",
    permission=DECIDE,
    note=EventKind.NOTE_ADDED,
    letters=lambda commitment: Message.objects.filter(topic__startswith=f"{topic_of(commitment)}/"),
    replies=_replies_about,
)
