"""Focal points of a member: confirmed addresses, role transfers and private links."""

from copy import copy
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from accounts.models import User
from core.conflicts import Refused, lock, save_next_version
from core.history import set_history_actor
from members.models import (
    NOTE_LANGUAGE,
    FocalPoint,
    Member,
    RoleTransfer,
    TimelineEntry,
    TimelineKind,
)
from members.services.letters.composing import cancel_link_letters
from members.services.letters.reminders import cancel_reminder_to_confirm
from members.services.letters.role_transfers import (
    cancel_role_transfer_letter,
    erase_successor,
    notify_of_new_focal_point,
    notify_transfer_ended,
    send_role_transfer_request,
)
from members.services.private_links import ENDED, check_unrevoked, end_feed, end_links
from members.services.questions import PERSON_FIELDS
from members.services.search import write_search_entry
from members.services.timeline import add_entry
from members.services.undo import as_shown

# The time that a successor has to answer.
TRANSFER_EXPIRES_AFTER: Final = timedelta(days=14)
# Why a role transfer ended: stored in English, and shown in the reader's language.
TAKEN_BACK: Final = gettext_noop("cancelled")
DECLINED: Final = gettext_noop("declined")
NOT_ANSWERED: Final = gettext_noop("not answered in time")


class AlreadyRenewed(Refused):
    """The address of the feed was changed after the person opened the page."""

    def __init__(self) -> None:
        super().__init__(_("Your calendar link was already reset. The new link is on this page."))


class NothingToConfirm(Refused):
    """The EOI has ended, or the address or its links have changed."""

    def __init__(self) -> None:
        super().__init__(_("The address was not confirmed. We no longer send emails to it."))


class MembershipEnded(Refused):
    """The EOI was declined, closed or withdrawn, so roles cannot be transferred any more."""

    def __init__(self) -> None:
        super().__init__(_("This expression of interest has ended, so no role can be transferred."))


class TransferClosed(Refused):
    """The role transfer was answered, cancelled or replaced, or has expired."""

    def __init__(self) -> None:
        super().__init__(_("This role transfer is no longer open."))


@transaction.atomic
def confirm_address(*, focal_point: FocalPoint, by: FocalPoint, at: datetime) -> datetime:
    """Record that a focal point's address is confirmed, and return the time of confirmation.

    If it is confirmed already, nothing changes. The member's version does not change: no decision
    depends on it, so it must not cause edit conflicts.

    Raises NothingToConfirm if the EOI has ended, or if the address or the links have changed since
    `focal_point` was read.
    """
    member, shown = focal_point.member, (focal_point.email, focal_point.link_version)
    # Locked, so that a second click has no effect, and an old link confirms no new address.
    lock(member)
    focal_point.refresh_from_db()
    has_ended = as_shown(member, at=at).status in ENDED
    if has_ended or (focal_point.email, focal_point.link_version) != shown:
        raise NothingToConfirm
    if focal_point.confirmed_at:
        return focal_point.confirmed_at

    focal_point.confirmed_at = at
    set_history_actor(focal_point, by, at)
    focal_point.save(update_fields=["confirmed_at"])

    cancel_reminder_to_confirm(focal_point, at=at)
    add_entry(member, TimelineKind.ADDRESS_CONFIRMED, by=by, at=at)
    return at


@transaction.atomic
def revoke_links(
    *, focal_point: FocalPoint, link_version: int, by: User, at: datetime
) -> TimelineEntry:
    """Revoke all private links of a focal point, and cancel queued letters with such links.

    `link_version` is the version that the page showed: a second click does not revoke links that
    were sent after the first.

    Raises Refused (already_revoked).
    """
    member = focal_point.member
    lock(member)
    focal_point.refresh_from_db()
    if focal_point.link_version != link_version:
        raise Refused(
            _("The private links of %(name)s were revoked after you opened this page.")
            % {"name": focal_point},
            code="already_revoked",
        )
    cancel_link_letters(focal_point, at=at)

    ended = end_links(focal_point)
    set_history_actor(focal_point, by, at)
    focal_point.save(update_fields=ended)
    save_next_version(member, by=by, at=at)

    return add_entry(member, TimelineKind.LINKS_REVOKED, by=by, at=at, note=focal_point.full_name)


@transaction.atomic
def renew_feed(*, focal_point: FocalPoint, feed_version: int, by: FocalPoint, at: datetime) -> None:
    """Give a focal point's feed a new address. The old address stops working.

    `feed_version` is the version that the page showed. The member's version does not change: no
    decision depends on the feed, so this must not cause edit conflicts.

    Raises AlreadyRenewed, and InvalidLink if the links of `by` were revoked meanwhile.
    """
    lock(focal_point.member)
    check_unrevoked(by)
    focal_point.refresh_from_db()
    if focal_point.feed_version != feed_version:
        raise AlreadyRenewed
    ended = end_feed(focal_point)
    set_history_actor(focal_point, by, at)
    focal_point.save(update_fields=ended)


@transaction.atomic
def request_role_transfer(
    *,
    focal_point: FocalPoint,
    title: str = "",
    given_name: str = "",
    family_name: str,
    position: str = "",
    email: str,
    phone: str = "",
    language: str,
    time_zone: str,
    by: FocalPoint,
    at: datetime,
) -> RoleTransfer:
    """Ask a person to take over the role of a focal point. Either focal point can request it.

    An earlier successor who has not answered is erased, and their link stops working. The timeline
    names the role and not the person, who has not agreed to anything yet.

    Raises MembershipEnded, and InvalidLink if the links of `by` were revoked meanwhile.
    """
    member = by.member
    _lock_in_role(member, by, at=at)
    focal_point = member.focal_points.get(pk=focal_point.pk)
    for earlier in RoleTransfer.objects.filter(focal_point=focal_point).select_related(
        "focal_point"
    ):
        _erase(earlier, at=at)
    role_transfer = RoleTransfer.objects.create(
        focal_point=focal_point,
        title=title,
        given_name=given_name,
        family_name=family_name,
        position=position,
        email=email,
        phone=phone,
        language=language,
        time_zone=time_zone,
        named_by=by,
        named_at=at,
        expires_at=at + TRANSFER_EXPIRES_AFTER,
    )

    entry = add_entry(
        member,
        TimelineKind.ROLE_TRANSFER_REQUESTED,
        by=by,
        at=at,
        note=_role_in_english(focal_point),
    )
    send_role_transfer_request(role_transfer, entry)
    return role_transfer


@transaction.atomic
def cancel_role_transfer(
    *, role_transfer: RoleTransfer, by: FocalPoint, at: datetime
) -> TimelineEntry:
    """Cancel a role transfer and erase the successor. Either focal point can do this.

    Raises TransferClosed, and InvalidLink if the links of `by` were revoked meanwhile.
    """
    member = by.member
    lock(member)
    check_unrevoked(by)
    role_transfer = _still_asked(role_transfer, member)
    return _end_with_entry(role_transfer, TAKEN_BACK, by=by, at=at)


@transaction.atomic
def accept_role_transfer(*, role_transfer: RoleTransfer, at: datetime) -> FocalPoint:
    """Replace the focal point with the successor, who has agreed.

    All links of the former focal point are revoked, and queued letters with such links are
    cancelled. The new, the former and the other focal point get a letter.

    Raises TransferClosed and MembershipEnded.
    """
    member = role_transfer.focal_point.member
    lock(member)
    role_transfer = _still_asked(role_transfer, member, at=at)
    if as_shown(member, at=at).status in ENDED:
        raise MembershipEnded
    focal_point = role_transfer.focal_point
    former = copy(focal_point)
    cancel_link_letters(focal_point, at=at)

    for name in PERSON_FIELDS:
        setattr(focal_point, name, getattr(role_transfer, name))
    # The successor opened a link that was only in the mail to this address.
    focal_point.confirmed_at = at
    ended = end_links(focal_point)
    set_history_actor(focal_point, focal_point, at)
    focal_point.save(update_fields=[*PERSON_FIELDS, "confirmed_at", *ended])
    cancel_role_transfer_letter(role_transfer, at=at)
    RoleTransfer.objects.filter(pk=role_transfer.pk).delete()
    save_next_version(member, by=focal_point, at=at)
    write_search_entry(member)

    with override(NOTE_LANGUAGE):
        note = _("%(role)s: %(former)s → %(new)s. Agreed to the privacy notice %(version)s.") % {
            "role": focal_point.role_name,
            "former": former.full_name,
            "new": focal_point.full_name,
            "version": settings.PRIVACY_NOTICE_VERSION,
        }
    entry = add_entry(member, TimelineKind.ROLE_TAKEN_OVER, by=focal_point, at=at, note=note)
    notify_of_new_focal_point(focal_point, former, entry)
    return focal_point


@transaction.atomic
def decline_role_transfer(*, role_transfer: RoleTransfer, at: datetime) -> TimelineEntry:
    """Record that a successor declined, erase them, and notify the person who named them.

    Raises TransferClosed.
    """
    member = role_transfer.focal_point.member
    lock(member)
    role_transfer = _still_asked(role_transfer, member, at=at)
    entry = _end_with_entry(role_transfer, DECLINED, by=None, at=at)
    notify_transfer_ended(role_transfer, entry, has_declined=True)
    return entry


def expire_role_transfers(*, at: datetime) -> int:
    """Erase successors who did not answer in time, notify those who named them; return how many."""
    too_late = RoleTransfer.objects.filter(expires_at__lte=at).order_by("expires_at", "pk")
    return sum(
        _end_unanswered(role_transfer, at=at)
        for role_transfer in too_late.select_related("focal_point__member")
    )


@transaction.atomic
def _end_unanswered(role_transfer: RoleTransfer, *, at: datetime) -> bool:
    """End one role transfer, and return whether it still existed."""
    member = role_transfer.focal_point.member
    lock(member)
    try:
        role_transfer = _still_asked(role_transfer, member)
    except TransferClosed:
        return False
    entry = _end_with_entry(role_transfer, NOT_ANSWERED, by=None, at=at)
    if member.status not in ENDED:
        notify_transfer_ended(role_transfer, entry, has_declined=False)
    return True


def _lock_in_role(member: Member, by: FocalPoint, *, at: datetime) -> None:
    """Lock the member; check that its EOI has not ended and that `by` still has the role."""
    lock(member)
    check_unrevoked(by)
    if as_shown(member, at=at).status in ENDED:
        raise MembershipEnded


def _still_asked(
    role_transfer: RoleTransfer, member: Member, *, at: datetime | None = None
) -> RoleTransfer:
    """Return the role transfer, read again after the lock.

    Raises TransferClosed if it is gone or, with `at`, if it has expired.
    """
    asked = RoleTransfer.objects.filter(pk=role_transfer.pk, focal_point__member=member)
    if at is not None:
        asked = asked.filter(expires_at__gt=at)
    found = asked.select_related("focal_point", "named_by").first()
    if found is None:
        raise TransferClosed
    # Use the locked instance, not another copy of its row.
    found.focal_point.member = found.named_by.member = member
    return found


def _erase(role_transfer: RoleTransfer, *, at: datetime) -> None:
    """Delete a role transfer, and erase the successor's name and address from messages."""
    erase_successor(role_transfer, at=at)
    RoleTransfer.objects.filter(pk=role_transfer.pk).delete()


def _end_with_entry(
    role_transfer: RoleTransfer, why: str, *, by: FocalPoint | None, at: datetime
) -> TimelineEntry:
    """Erase a successor, and record the role and the reason on the timeline."""
    _erase(role_transfer, at=at)
    focal_point = role_transfer.focal_point
    note = f"{_role_in_english(focal_point)}: {why}"
    return add_entry(focal_point.member, TimelineKind.ROLE_TRANSFER_ENDED, by=by, at=at, note=note)


def _role_in_english(focal_point: FocalPoint) -> str:
    """Return the name of the role, in English for the timeline."""
    with override(NOTE_LANGUAGE):
        return focal_point.role_name
