"""Publishes commitments: at once, or at the time of their announcement."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    UNDECIDED,
    Commitment,
    CommitmentEvent,
    CommitmentQuerySet,
    CommitmentStatus,
    CommitmentVersion,
    EventKind,
    Place,
    PublicationRequest,
)
from commitments.services import conditions, desk_types, money
from commitments.services.content import as_json, content_of, english_of
from commitments.services.contributors import partners_of, without_declined
from commitments.services.desk_letters import (
    cancel_outdated_letters,
    draft_publication,
    is_lead_a_member,
    queue_letter,
    queue_partner_letters,
)
from commitments.services.events import lock_commitment, save_with_event
from commitments.services.expected_counting import amounts_to_confirm
from commitments.services.figures import refresh_figures_after_commit
from commitments.services.second_person import (
    ask_second_person,
    is_approved_by_two,
    request_confirmation,
    why_second_person,
)
from core.conflicts import Refused
from core.folding import fold
from members.services.countries import CountryGroup, countries_in
from members.services.letters.composing import DEFAULT_LETTER
from outbox.services.letters import EditableLetter

# How many announcements one run publishes; the next run takes the others.
MAX_ANNOUNCED: Final = 50
PUBLISHABLE: Final = (*UNDECIDED, CommitmentStatus.APPROVED)


@transaction.atomic
def publish(
    commitment: Commitment,
    *,
    by: User | None,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> CommitmentEvent:
    """Publish a commitment with its first version, and tell the lead and its confirmed partners.

    A large amount needs a second person: then the first one's call is a request. Raises
    WrongStatus, Conflict and Refused (no_consent, not_a_member, second_person_needed).
    """
    lock_commitment(commitment, *PUBLISHABLE, version=version)
    check_publishable(commitment)
    if by is not None:
        amounts = amounts_to_confirm(commitment, content_of(commitment))
        request = ask_second_person(commitment, EventKind.PUBLISHED, amounts, by=by, at=at)
        if request is not None:
            return request

    fields = ["status", "published_at"]
    if by is not None:
        if commitment.is_undecided:
            commitment.decided_by, commitment.decided_at = by, at
        commitment.assignee = by
        fields += ["assignee", "decided_by", "decided_at"]
    commitment.status, commitment.published_at = CommitmentStatus.PUBLISHED, at
    event = save_with_event(commitment, EventKind.PUBLISHED, *fields, by=by, at=at)
    write_groups(commitment.places.all(), on=localdate(at))
    derive(commitment, at=at)
    add_version(commitment, number=1, reason="", at=at)

    due_at = cancel_outdated_letters(commitment, at=at)
    if by is None:
        # An announcement is not undone.
        due_at = at
    queue_letter(commitment, event, desk_types.PUBLISHED, message, draft_publication, due_at=due_at)
    queue_partner_letters(commitment, event, due_at=due_at)
    return event


def publish_announced(*, at: datetime) -> int:
    """Publish approved commitments whose announcement has come, and return how many.

    Each is published in its own transaction, at most MAX_ANNOUNCED in a run. A run that stops
    halfway is continued by the next one. If one has a large amount that one person alone approved,
    a second one is requested instead.
    """
    due = _due_for_announcement(at).values_list("pk", flat=True)
    return sum(_publish_if_due(key, at) for key in list(due[:MAX_ANNOUNCED]))


def _due_for_announcement(at: datetime) -> CommitmentQuerySet:
    """Return the commitments whose announcement has come, without those of an open request."""
    waiting = PublicationRequest.objects.waiting().filter(kind=EventKind.PUBLISHED)
    return Commitment.objects.due_for_announcement(at).exclude(pk__in=waiting.values("commitment"))


@transaction.atomic
def _publish_if_due(key: int, at: datetime) -> bool:
    """Publish one commitment, unless staff changed it meanwhile or another run publishes it."""
    rows = _due_for_announcement(at).filter(pk=key)
    commitment = rows.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if commitment is None:
        return False
    amounts = amounts_to_confirm(commitment, content_of(commitment))
    approved_by = commitment.decided_by
    if (
        approved_by is not None
        and why_second_person(commitment, amounts, at=at)
        and not is_approved_by_two(commitment)
    ):
        request_confirmation(commitment, EventKind.PUBLISHED, by=approved_by, at=at)
        return False
    publish(commitment, by=None, at=at)
    return True


def check_publishable(commitment: Commitment) -> None:
    """Raise Refused (no_consent, not_a_member) if a commitment must not be published."""
    if not commitment.publication_consent:
        raise Refused(
            _("This is not possible: the lead has not agreed to the publication."),
            code="no_consent",
        )
    if not is_lead_a_member(commitment):
        raise not_a_member()


def not_a_member() -> Refused:
    """Return the refusal if the lead is no member: nobody can answer, or nothing be published."""
    return Refused(
        _("This is not possible: the lead is not a member of the coalition now."),
        code="not_a_member",
    )


def write_groups(places: Iterable[Place], *, on: date) -> None:
    """Write the groups in which the countries of places are on a day."""
    groups = {group: countries_in(group, on=on) for group in CountryGroup}
    for place in places:
        place.is_ldc = place.country in groups[CountryGroup.LDC]
        place.is_lldc = place.country in groups[CountryGroup.LLDC]
        place.is_sids = place.country in groups[CountryGroup.SIDS]
        place.save(update_fields=["is_ldc", "is_lldc", "is_sids"])


def add_version(
    commitment: Commitment, *, number: int, reason: str, at: datetime
) -> CommitmentVersion:
    """Store what is published now as a version, without the partners that declined."""
    public = without_declined(content_of(commitment), partners_of(commitment))
    return CommitmentVersion.objects.create(
        commitment=commitment,
        number=number,
        content=as_json(public),
        reason=reason,
        published_at=at,
    )


def derive(commitment: Commitment, *, at: datetime) -> None:
    """Write what follows from the content of a published commitment that is locked."""
    money.freeze_amounts(commitment, at=at)
    money.decide_counting(commitment, at=at)
    conditions.update_condition(commitment, at=at)
    write_search_text(commitment)
    refresh_figures_after_commit(at=at)


def write_search_text(commitment: Commitment) -> None:
    """Write title, English and reference of a commitment, folded, and save them.

    The name of the lead is not part of it: a search reads it from `Member.search_text`, so that a
    commitment is found by the new name as soon as its lead is renamed.
    """
    searched = (commitment.title, *english_of(commitment), commitment.reference)
    commitment.search_text = fold(" ".join(filter(None, searched)))
    commitment.save(update_fields=["search_text"])
