"""Unsubscribing an address from bulletins, and subscribing it again."""

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from core.addresses import normalise_address
from core.conflicts import Refused, lock_rows
from mailings.models import (
    Mailing,
    MailingKind,
    MailingStatus,
    Recipient,
    RecipientQuerySet,
    Unsubscription,
)
from members.models import FocalPoint, Member, MemberQuerySet
from members.services.notes import add_note
from outbox.models import Message, MessageStatus
from outbox.services.queue import cancel

# In these statuses, messages of a mailing may be queued at this moment.
ACTIVE_MAILING_STATUSES: Final = (MailingStatus.SCHEDULED, MailingStatus.SENDING)
# Messages in these statuses do not change again.
FINAL_MESSAGE_STATUSES: Final = (MessageStatus.SENT, MessageStatus.CANCELLED)


class AlreadyUnsubscribed(Refused):
    """The address is unsubscribed already."""

    def __init__(self) -> None:
        super().__init__(_("This address is already unsubscribed. Nothing was changed."))


@transaction.atomic
def unsubscribe(*, address: str, recipient: int | None = None, at: datetime) -> None:
    """Send no more bulletins to an address, whatever the role of its owner.

    Queued messages to the address are cancelled, and failed ones are not tried again. A second call
    has no effect. `recipient` is the primary key of the recipient whose link was used, if it is
    known: it counts for their mailing, also if they subscribe again later.
    """
    address = normalise_address(address)
    _row, is_new = Unsubscription.objects.get_or_create(address=address, defaults={"at": at})
    _cancel_bulletins(address, at)
    if is_new and recipient is not None:
        used = Recipient.objects.filter(pk=recipient, address=address, unsubscribed_at=None)
        used.update(unsubscribed_at=at)


def is_bulletin(message: Message) -> bool:
    """Return whether a message is a bulletin whose recipient was not erased since."""
    return _recipient_of(message) is not None


def unsubscribe_recipient(message: Message, at: datetime) -> None:
    """Unsubscribe the address that a bulletin was sent to, as its link does.

    Does nothing if the message is no bulletin.
    """
    if recipient := _recipient_of(message):
        unsubscribe(address=recipient.address, at=at)


@transaction.atomic
def unsubscribe_on_request(
    *, address: str, asked_by: str, by: User, at: datetime
) -> Unsubscription:
    """Unsubscribe an address for a person who asked staff for it.

    `asked_by` says who asked, and how. It is kept in an internal note of each member whose focal
    point has the address, or had it when a bulletin went to it.

    Raises Refused (unknown_address) if `by` can see none of these members, and
    AlreadyUnsubscribed.
    """
    address = normalise_address(address)
    members = _members_with(address)
    if not members.visible_to(by).exists():
        raise Refused(
            _(
                "No focal point has this address, and no bulletin went to it. Ask the person for "
                "the address that gets the bulletins."
            ),
            code="unknown_address",
        )
    try:
        with transaction.atomic():
            unsubscription = Unsubscription.objects.create(address=address, at=at)
    except IntegrityError as refused:
        raise AlreadyUnsubscribed from refused
    note = _("Unsubscribed from bulletins: %(address)s. Who asked: %(asked_by)s") % {
        "address": address,
        "asked_by": asked_by,
    }
    for member in members.order_by("pk"):
        add_note(member=member, text=note, by=by, at=at)
    _cancel_bulletins(address, at)
    return unsubscription


def resubscribe(*, address: str) -> None:
    """Send bulletins to an address again. Does nothing if it is subscribed."""
    Unsubscription.objects.filter(address=normalise_address(address)).delete()


def is_unsubscribed(address: str) -> bool:
    """Return whether an address is unsubscribed from bulletins."""
    return Unsubscription.objects.filter(address=normalise_address(address)).exists()


def _cancel_bulletins(address: str, at: datetime) -> None:
    """Cancel the bulletins to an unsubscribed address that are not sent yet."""
    # A task that queues a bulletin now may have checked the address before: the lock waits for
    # its message, which is then cancelled. A task that starts later sees the new row.
    lock_rows(Mailing.objects.filter(kind=MailingKind.BULLETIN, status__in=ACTIVE_MAILING_STATUSES))
    messages = Message.objects.filter(pk__in=_bulletins_to(address).values("message"))
    for topic in messages.exclude(status__in=FINAL_MESSAGE_STATUSES).values_list(
        "topic", flat=True
    ):
        cancel(topic=topic, at=at)


def _members_with(address: str) -> MemberQuerySet:
    """Return the members of an address: of its focal points, and of recipients of bulletins."""
    people = FocalPoint.objects.alias(address=Lower("email")).filter(address=address)
    reached = _bulletins_to(address).values("focal_point__member")
    return Member.objects.filter(Q(pk__in=people.values("member")) | Q(pk__in=reached))


def _bulletins_to(address: str) -> RecipientQuerySet:
    return Recipient.objects.filter(address=address, mailing__kind=MailingKind.BULLETIN)


def _recipient_of(message: Message) -> Recipient | None:
    return _bulletins_to(normalise_address(message.recipient)).filter(message=message).first()
