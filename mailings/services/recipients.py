"""The recipients of a mailing: choosing, checking, removing and restoring them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from django.db import transaction

from accounts.models import User
from core.addresses import normalise_address
from core.conflicts import lock
from core.history import set_history_actor
from mailings.models import Exclusion, Mailing, MailingKind, MailingStatus, Recipient, Selection
from mailings.services.eligibility import EligibilityCheck
from mailings.services.exceptions import NoRecipients, RecipientGone, WrongStatus
from mailings.services.second_person import withdraw_request
from members.models import FocalPoint, MemberQuerySet

BATCH_SIZE: Final = 1000
Thing = TypeVar("Thing")


@transaction.atomic
def create_mailing(
    *,
    kind: MailingKind,
    language: str,
    members: MemberQuerySet,
    selection: Selection,
    query: str = "",
    selection_in_words: str = "",
    by: User,
    at: datetime,
) -> Mailing:
    """Create a mailing to the focal points of some members, as far as the user may see them.

    Raises NoRecipients.
    """
    mailing = Mailing(
        kind=kind,
        language=language,
        selection=selection,
        query=query,
        selection_in_words=selection_in_words,
        created_by=by,
        created_at=at,
    )
    set_history_actor(mailing, by, at)
    mailing.save()
    reached = members.visible_to(by).order_by()
    people = FocalPoint.objects.filter(member__in=reached.values("pk"))
    in_turn = people.order_by("member__submitted_at", "member_id", "is_alternate")
    found = in_turn.values_list("pk", "email").iterator(chunk_size=BATCH_SIZE)
    number = 0
    for chunk in batched(found):
        Recipient.objects.bulk_create(
            Recipient(mailing=mailing, focal_point_id=pk, address=normalise_address(email))
            for pk, email in chunk
        )
        number += len(chunk)
    if not number:
        raise NoRecipients
    check_all_recipients(mailing)
    return mailing


@transaction.atomic
def recheck_recipients(*, mailing: Mailing, by: User, at: datetime) -> None:
    """Check again who gets a draft: recipients may have changed since it was created.

    If they did, the request to send the mailing is withdrawn.

    Raises WrongStatus.
    """
    lock_draft(mailing)
    if check_all_recipients(mailing):
        withdraw_request(mailing, by=by, at=at)


@transaction.atomic
def remove_recipients(
    *, mailing: Mailing, recipients: Iterable[int], by: User, at: datetime
) -> int:
    """Remove some recipients from a draft, and return how many were removed.

    If another recipient shares the address, that one gets the mail instead. The request to send
    the mailing is withdrawn.

    Raises WrongStatus, and RecipientGone if all of them were removed before.
    """
    lock_draft(mailing)
    chosen = mailing.recipients.filter(pk__in=list(recipients))
    rows = list(chosen.exclude(exclusion=Exclusion.REMOVED))
    if not rows:
        raise RecipientGone
    withdraw_request(mailing, by=by, at=at)
    Recipient.objects.filter(pk__in=[row.pk for row in rows]).update(
        exclusion=Exclusion.REMOVED, merged_into=None, removed_by=by, removed_at=at
    )
    _judge_at(mailing, {row.address for row in rows})
    return len(rows)


@transaction.atomic
def restore_recipients(
    *, mailing: Mailing, recipients: Iterable[int], by: User, at: datetime
) -> int:
    """Restore some removed recipients of a draft, and return how many were restored.

    The request to send the mailing is withdrawn.

    Raises WrongStatus, and RecipientGone if none of them is removed.
    """
    lock_draft(mailing)
    chosen = mailing.recipients.filter(pk__in=list(recipients), exclusion=Exclusion.REMOVED)
    removed = dict(chosen.values_list("pk", "address"))
    if not removed:
        raise RecipientGone
    withdraw_request(mailing, by=by, at=at)
    rows = mailing.recipients.filter(pk__in=removed)
    rows.update(exclusion="", removed_by=None, removed_at=None)
    _judge_at(mailing, set(removed.values()))
    return len(removed)


def split_merged_recipients(mailing: Mailing, recipients: list[int]) -> None:
    """Check separately those recipients who shared the mail of the given ones."""
    together = mailing.recipients.filter(merged_into__in=recipients)
    together.update(exclusion="", merged_into=None)


def save_eligibility(changed: list[Recipient]) -> None:
    """Save the eligibility of some recipients."""
    Recipient.objects.bulk_update(
        changed, ["address", "exclusion", "merged_into"], batch_size=BATCH_SIZE
    )


def batched(things: Iterator[Thing], size: int = BATCH_SIZE) -> Iterator[list[Thing]]:
    """Yield items in lists of at most `size`."""
    while chunk := list(islice(things, size)):
        yield chunk


def lock_draft(mailing: Mailing) -> None:
    """Lock a mailing that is still a draft. Raises WrongStatus."""
    lock(mailing)
    if mailing.status != MailingStatus.DRAFT:
        raise WrongStatus(mailing)


def _judge_at(mailing: Mailing, addresses: set[str]) -> None:
    """Check the recipients who have one of these addresses."""
    rows = mailing.recipients.with_people().filter(address__in=addresses)
    save_eligibility(EligibilityCheck(mailing).judge(rows.order_by("pk")))


def check_all_recipients(mailing: Mailing) -> int:
    """Check every recipient in batches, in the order in which they were chosen.

    Returns for how many the address or the reason for exclusion changed.
    """
    judgement = EligibilityCheck(mailing)
    judged_to, number = 0, 0
    while True:
        rest = mailing.recipients.with_people().filter(pk__gt=judged_to)
        rows = list(rest.order_by("pk")[:BATCH_SIZE])
        if not rows:
            return number
        changed = judgement.judge(rows)
        save_eligibility(changed)
        judged_to, number = rows[-1].pk, number + len(changed)
