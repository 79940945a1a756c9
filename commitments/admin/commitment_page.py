"""The page of a commitment: its content with what came since, and what can be decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.admin.base import StaffRequest, get_visible_or_404, int_or_invalid, page
from accounts.models import User
from accounts.services.permissions import lacking, needs
from commitments.admin.specs import COUNT, DECIDE, DECISIONS, VIEW, decisions_on
from commitments.forms.decisions import NoteForm
from commitments.models import (
    Commitment,
    CommitmentEvent,
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
from commitments.services.leads import waiting_change_of
from commitments.services.money_in_words import US_DOLLAR, money_in_words
from commitments.services.similar import similar_to
from commitments.services.topics import topic_of
from commitments.services.typed_places import place_name
from core.admin.history import HistoryChange
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime
from core.numbers import number_in_words
from outbox.models import FINAL_STATUSES, Message
from outbox.services.rendering import as_text
from outbox.services.smtp_errors import explain_delivery
from triage.desk.admin.member_messages import MessagePanel, grouped
from triage.desk.admin.member_page import can_read_messages

# The hidden field with the key of the latest event that the page showed.
EVENT_SHOWN: Final = "event_shown"
MAX_EVENTS_SHOWN: Final = 10
MAX_OTHERS: Final = 10
# The page shows title, statement and money in places of their own.
DECLARED: Final = {each.name for each in FIELDS} - {"title", "statement", "amount_not_disclosed"}


def get_commitment_or_404(request: StaffRequest, pk: int) -> Commitment:
    """Return a commitment that the user may see, with the related rows that its pages need."""
    related = ("lead", "focus_area", "pillar", "assignee", "decided_by", "superseded_by")
    return get_visible_or_404(Commitment.objects.select_related(*related), request.user, pk)


def commitment_url(request: HttpRequest, pk: int) -> str:
    """Return the URL of a commitment's page, with the list to return to."""
    return with_list_filters(request, reverse("admin:commitments_commitment_change", args=[pk]))


def with_list_filters(request: HttpRequest, address: str) -> str:
    """Return a URL with the filters, order and page of the list that the person came from."""
    preserved: dict[str, Any] = {
        "opts": Commitment._meta,
        "preserved_filters": _preserved_filters(request),
    }
    return str(add_preserved_filters(preserved, address))


@require_safe
@needs(VIEW)
def show_commitment(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one commitment with all that is known about it."""
    return commitment_page(request, get_commitment_or_404(request, pk), "commitment_page", {})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, DECIDE)
def add_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Add an internal note to a commitment. A GET shows the commitment's page."""
    commitment = get_commitment_or_404(request, pk)
    if request.method != "POST":
        return redirect(commitment_url(request, pk))
    form = NoteForm(request.POST)
    if not form.is_valid():
        context = {"note_form": form}
        return commitment_page(request, commitment, "commitment_page", context, status=422)
    decisions.add_note(commitment, **form.cleaned_data, by=request.user, at=now())
    messages.success(request, _("Note added."))
    return redirect(commitment_url(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, DECIDE)
def assign(request: StaffRequest, pk: int) -> HttpResponse:
    """Assign a commitment to the user, or leave it without an assignee."""
    commitment = get_commitment_or_404(request, pk)
    if request.method != "POST":
        return redirect(commitment_url(request, pk))
    is_release = "release" in request.POST
    change = decisions.release if is_release else decisions.assign_to_self
    version = int_or_invalid(request.POST, "version")
    try:
        change(commitment, by=request.user, at=now(), version=version)
    except Refused as refused:
        context = {"refused": refused, "changes": later_changes(request, commitment)}
        return commitment_page(request, commitment, "commitment_page", context, status=409)
    done = _("Nobody is assigned now.") if is_release else _("Assigned to you.")
    messages.success(request, done)
    return redirect(commitment_url(request, pk))


def commitment_page(
    request: StaffRequest,
    commitment: Commitment,
    name: str,
    context: Mapping[str, object],
    *,
    title: str = "",
    status: int = 200,
) -> TemplateResponse:
    """Render a page about a commitment: the commitment itself, and what `context` adds."""
    lead, reference = commitment.lead, commitment.reference
    return page(
        request,
        f"admin/commitments/commitment/{name}.html",
        {
            "commitment": commitment,
            "lead": lead,
            "preserved_filters": _preserved_filters(request),
            "address_of_the_queue": with_list_filters(
                request, reverse("admin:commitments_commitment_changelist")
            ),
            "address_of_the_file": commitment_url(request, commitment.pk),
            **_panes(request, commitment),
            **context,
        },
        model=Commitment,
        title=title or _("Commitment %(reference)s") % {"reference": reference},
        status=status,
    )


def later_events(
    request: HttpRequest, commitment: Commitment
) -> "QuerySet[CommitmentEvent, CommitmentEvent]":
    """Return what others did since the posted page was shown, the oldest first."""
    shown = int_or_invalid(request.POST, EVENT_SHOWN)
    later = commitment.events.filter(pk__gt=shown).exclude(by_user=request.user.pk)
    return later.order_by("pk")


def later_changes(request: HttpRequest, commitment: Commitment) -> list[HistoryChange]:
    """Return what others did since the posted page was shown, as pages show it."""
    if EVENT_SHOWN not in request.POST:
        return []
    events = list(later_events(request, commitment).order_by("-pk")[:MAX_EVENTS_SHOWN])[::-1]
    return [
        HistoryChange(
            who=event.by_name,
            at=event.at,
            fields=[],
            what=event.get_kind_display(),
            said=[{"text": event.note, "language": ""}] if event.note else [],
        )
        for event in events
    ]


def _preserved_filters(request: HttpRequest) -> str:
    return str(admin.site.get_model_admin(Commitment).get_preserved_filters(request))


def _panes(request: StaffRequest, commitment: Commitment) -> dict[str, Any]:
    """Return what the page shows of the commitment and around it."""
    at, user = now(), request.user
    events = list(commitment.events.order_by("-at", "-pk"))
    waiting = waiting_change_of(commitment)
    possible = decisions_on(commitment, user)
    may_see_mail = can_read_messages(user)
    letters = _letters_about(commitment, at) if may_see_mail else None
    announce_at = commitment.announce_at
    return {
        **_content(commitment, waiting),
        "decisions": possible,
        "can_assign": commitment.status in decisions.ASSIGNABLE and user.has_perm(DECIDE),
        "lacking": lacking(user, *_lacked_on(commitment)),
        "is_lead_a_member": is_lead_a_member(commitment),
        "announcement": format_datetime(announce_at, GENEVA) if announce_at else "",
        "events": events,
        "latest_event": max((event.pk for event in events), default=0),
        "notes": [event for event in events if event.kind == EventKind.NOTE_ADDED],
        "note_form": NoteForm(),
        "address_of_the_note": with_list_filters(
            request, reverse("admin:commitments_commitment_note", args=[commitment.pk])
        ),
        "address_of_the_assignment": with_list_filters(
            request, reverse("admin:commitments_commitment_assign", args=[commitment.pk])
        ),
        **_others(commitment, user),
        "reports": commitment.reports.order_by("-due_on", "-pk"),
        "letters": letters,
        "letter_groups": grouped(letters or []),
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
