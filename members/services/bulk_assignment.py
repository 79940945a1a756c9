"""Reassign all members of a colleague, for example before a long absence."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from core.conflicts import Refused, lock_rows
from core.history import set_history_actor
from members.models import (
    OFFICER_TOPIC,
    UNDECIDED_STATUSES,
    Member,
    MemberQuerySet,
    TimelineEntry,
    TimelineKind,
)
from members.services.exceptions import already_assigned, insist_on_assignable
from members.services.letters.officers import notifiable_officer, staff_addressee
from members.services.timeline import new_entry
from outbox.models import Message
from outbox.services.letters import write
from outbox.services.queue import Envelope, post_all
from outbox.services.rendering import escape_inline, escape_paragraphs

KIND: Final = "officer_members_reassigned"
MAX_REASSIGNED: Final = 1_000
MAX_REASON_LENGTH: Final = 500
BATCH_SIZE: Final = 200


@dataclass(frozen=True)
class BulkReassignment:
    """The timeline entries of the reassigned members, and the members that were skipped."""

    entries: list[TimelineEntry]
    skipped: list[Member]


def undecided_of(assignee: User) -> MemberQuerySet:
    """Return the undecided members of a colleague, the oldest first."""
    return Member.objects.undecided().filter(assignee=assignee)


@transaction.atomic
def reassign_all(
    *,
    members: Collection[int],
    assignee: User,
    to: User | None,
    reason: str,
    by: User,
    at: datetime,
) -> BulkReassignment:
    """Assign the members of one colleague to another, or unassign them, and tell both colleagues.

    `members` are the keys of those that the person saw. What was decided or reassigned since then
    is skipped. Nobody is told about what they did themselves.

    Raises Refused (no_reason, already_assigned if both are the same colleague, cannot_be_assigned,
    nothing_to_reassign).
    """
    reason = reason.strip()
    if not reason:
        raise Refused(_("Enter a reason."), code="no_reason")
    if to == assignee:
        raise already_assigned(assignee)
    if to is not None:
        insist_on_assignable(to)
    # On PostgreSQL, a row that changed while this waited for its lock is left out.
    keys = lock_rows(
        Member.objects.filter(pk__in=members, assignee=assignee, status__in=UNDECIDED_STATUSES)
    )
    if not keys:
        raise Refused(
            _("No applicant that waits for a decision is assigned to %(name)s any more.")
            % {"name": assignee},
            code="nothing_to_reassign",
        )

    entries = _assign_locked(keys, to, note=f"{to or assignee}\n{reason}", by=by, at=at)
    _tell_colleagues(entries, assignee=assignee, to=to, reason=reason, by=by, at=at)
    skipped = Member.objects.filter(pk__in=members).exclude(pk__in=keys).order_by("pk")
    return BulkReassignment(entries, list(skipped))


@transaction.atomic
def share_out(
    *, shares: Mapping[User, Collection[int]], by: User, at: datetime
) -> BulkReassignment:
    """Assign unassigned members to colleagues. What was decided or assigned meanwhile is skipped.

    `shares` are the keys of the members of each colleague. Nobody gets an email: each person's
    daily summary and list show what is theirs.

    Raises Refused (cannot_be_assigned, nothing_to_share).
    """
    for colleague in shares:
        insist_on_assignable(colleague)
    wanted = {key for keys in shares.values() for key in keys}
    unassigned = Member.objects.filter(pk__in=wanted, assignee=None, status__in=UNDECIDED_STATUSES)
    keys = set(lock_rows(unassigned))
    if not keys:
        raise Refused(
            _("These applicants are assigned or decided by now. Nothing was changed."),
            code="nothing_to_share",
        )
    entries = [
        entry
        for colleague, share in shares.items()
        for entry in _assign_locked(
            keys.intersection(share), colleague, note=str(colleague), by=by, at=at
        )
    ]
    skipped = Member.objects.filter(pk__in=wanted - keys).order_by("pk")
    return BulkReassignment(entries, list(skipped))


def _assign_locked(
    keys: Collection[int], to: User | None, *, note: str, by: User, at: datetime
) -> list[TimelineEntry]:
    """Assign some locked members to a colleague or to nobody, with history and timeline."""
    Member.objects.filter(pk__in=keys).update(assignee=to, version=F("version") + 1)
    reassigned = list(Member.objects.filter(pk__in=keys).order_by("pk"))
    for member in reassigned:
        set_history_actor(member, by, at)
    Member.history.bulk_history_create(reassigned, batch_size=BATCH_SIZE, update=True)
    kind = TimelineKind.REASSIGNED if to else TimelineKind.UNASSIGNED
    return TimelineEntry.objects.bulk_create(
        (new_entry(member, kind, by=by, at=at, note=note) for member in reassigned),
        batch_size=BATCH_SIZE,
    )


def _tell_colleagues(
    entries: list[TimelineEntry],
    *,
    assignee: User,
    to: User | None,
    reason: str,
    by: User,
    at: datetime,
) -> list[Message]:
    """Write to both colleagues, with the reason and without the names of the members."""
    envelopes = []
    for colleague in (assignee, to):
        reader = notifiable_officer(colleague)
        if reader is None or reader == by:
            continue
        addressee = staff_addressee(reader)
        with override(addressee.language):
            nobody = _("Unassigned")
        letter = write(
            KIND,
            addressee.language,
            {
                "name": escape_inline(addressee.name),
                "by": escape_inline(str(by)),
                "number": str(len(entries)),
                "previous_assignee": escape_inline(str(assignee)),
                "new_assignee": escape_inline(str(to)) if to else nobody,
                "reason": escape_paragraphs(reason),
                "workload": settings.SITE_URL + reverse("admin:members_member_workload"),
            },
        )
        topic = f"reassigned/entry-{entries[0].pk}{OFFICER_TOPIC}{reader.pk}"
        envelopes.append(Envelope(letter, addressee, topic=topic))
    return post_all(envelopes, at=at)
