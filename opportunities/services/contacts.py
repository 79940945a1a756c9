"""Contacts: a member writes about a need or an offer of another, which accepts or declines.

Every step locks the member that takes it, then the need or offer, then the contact. A message is in
no letter. Only when a contact is accepted do both sides learn the names and addresses of the focal
points of the other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import Refused, lock, lock_rows
from core.history import MAX_NAME_LENGTH
from core.typed_text import clean_lines
from members.models import FocalPoint, Member
from opportunities.models import Contact, ContactStatus, EventKind, Opportunity
from opportunities.services.events import LOG, topic_of
from opportunities.services.letters import Link, compose, envelope, people_of
from opportunities.services.reader import OWN_PAGE, Reader, lock_member
from opportunities.services.template_types import (
    CONTACT,
    CONTACT_ACCEPTED,
    CONTACT_ENDED,
    CONTACT_SILENCE,
)
from opportunities.services.texts import check_no_address, check_words
from outbox.services.letters import NO_VALUES
from outbox.services.queue import Envelope, cancel, post_all
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import Value

# The contacts of one member that wait for an answer.
MAX_OPEN: Final = 10
MAX_WORDS: Final = 100
SILENT_AFTER: Final = timedelta(days=14)
# How many contacts are told in one transaction.
BATCH_SIZE: Final = 50
WHY_ENDED: Final = {
    ContactStatus.DECLINED: gettext_lazy("Your message was declined."),
    ContactStatus.ENDED: gettext_lazy("It is no longer open."),
}


class WroteBefore(Refused):
    """The organisation has a contact about the same need or offer, or was declined."""

    def __init__(self, contact: Contact) -> None:
        self.contact = contact
        super().__init__(
            _("Your organisation wrote about this before: “%(status)s”.")
            % {"status": contact.get_status_display()},
            code=contact.status,
        )


class Side(NamedTuple):
    """One of the two members of an accepted contact, with its focal points."""

    member: Member
    people: Sequence[FocalPoint]


@transaction.atomic
def send_contact(
    *,
    opportunity: Opportunity,
    own: Opportunity | None,
    message: str,
    language: str,
    by: FocalPoint,
    at: datetime,
) -> Contact:
    """Write to the member of an open need or offer, in the name of the focal point's organisation.

    `own` is the offer or need of the sender that fits. Raises what `check_may_write` raises, and
    Refused (not_a_member, own_gone, no_message, too_long, address).
    """
    sender = lock_member(by, at=at)
    lock(opportunity)
    check_may_write(opportunity, sender)
    if own is not None:
        # No lock: two members who write to each other would wait for each other for ever.
        own.refresh_from_db()
        is_theirs = own.member_id == sender.member_id and own.kind != opportunity.kind
        if not is_theirs or not own.is_open:
            raise Refused(
                _("The need or offer of yours that you chose is no longer open."), code="own_gone"
            )
    contact = Contact.objects.create(
        opportunity=opportunity,
        own=own,
        member=sender.member,
        message=_checked(message),
        language=language,
        sent_at=at,
        sent_by=sender,
        sent_by_name=sender.full_name[:MAX_NAME_LENGTH],
    )
    name = sender.member.organisation_name
    # In the name of the organisation: the other side reads this event.
    LOG.add(opportunity, EventKind.CONTACTED, by=None, by_name=name, at=at)
    letters = letters_about(contact, CONTACT, opportunity.member_id, other=sender.member)
    post_all(letters, at=at, may_repeat=False)
    return contact


@transaction.atomic
def accept(*, contact: Contact, by: FocalPoint, at: datetime) -> Contact:
    """Accept a contact: both sides are told the names and addresses of the other.

    Raises Refused (not_a_member, not_theirs, sender_gone, and the status if it does not wait for an
    answer).
    """
    answering = _lock_waiting(contact, by, at)
    opportunity, sender = contact.opportunity, contact.member
    own, theirs = _sides(contact)
    if not theirs.people:
        raise Refused(
            _("%(name)s is no longer a member of the coalition.")
            % {"name": sender.organisation_name},
            code="sender_gone",
        )
    _answer(contact, ContactStatus.ACCEPTED, answering, at)
    LOG.add(opportunity, EventKind.ACCEPTED, by=answering, at=at, note=sender.organisation_name)
    letters = [
        letter
        for side, other in ((own, theirs), (theirs, own))
        for letter in letters_about(
            contact,
            CONTACT_ACCEPTED,
            side.member.pk,
            other=other.member,
            values={"people": _as_list(other.people)},
        )
    ]
    post_all(letters, at=at, may_repeat=False)
    return contact


@transaction.atomic
def decline(*, contact: Contact, by: FocalPoint, at: datetime) -> Contact:
    """Decline a contact, and tell its sender. Nobody is named.

    Raises Refused (not_a_member, not_theirs, and the status if it does not wait for an answer).
    """
    _answer(contact, ContactStatus.DECLINED, _lock_waiting(contact, by, at), at)
    post_all(_told_end(contact), at=at, may_repeat=False)
    return contact


@transaction.atomic
def withdraw(*, contact: Contact, by: FocalPoint, at: datetime) -> Contact:
    """Withdraw a contact that waits for an answer. The other side can no longer read it.

    Raises Refused (not_a_member, not_theirs, and the status if it does not wait for an answer).
    """
    _lock_waiting(contact, by, at, is_sender=True)
    _answer(contact, ContactStatus.WITHDRAWN, None, at)
    return contact


def end_waiting(
    opportunity: Opportunity, *, at: datetime, due_at: datetime | None = None
) -> list[Contact]:
    """End the contacts that wait for an answer about a locked need or offer; tell their senders.

    The letters are sent at `due_at`, by default at once.
    """
    waiting = lock_rows(Contact.objects.waiting().filter(opportunity=opportunity))
    found = Contact.objects.filter(pk__in=waiting).select_related("member").order_by("pk")
    ended = list(found)
    letters = []
    for contact in ended:
        contact.opportunity = opportunity
        _answer(contact, ContactStatus.ENDED, None, at)
        letters += _told_end(contact, due_at=due_at)
    post_all(letters, at=at, may_repeat=False)
    return ended


def tell_silence(*, at: datetime) -> int:
    """Tell the senders of contacts without an answer for SILENT_AFTER; return how many contacts.

    The coordinators see them on the desk. The task may run twice, or be killed: a batch is told
    wholly or not at all.
    """
    told = 0
    while now := _tell_some(at):
        told += now
    return told


def check_may_write(opportunity: Opportunity, sender: FocalPoint) -> None:
    """Check that a member may write about a need or an offer now.

    It must be open and of somebody else. The sender has no contact about it, was not declined, and
    has fewer than MAX_OPEN that wait. Raises WroteBefore and Refused (own, not_open, too_many).
    """
    if opportunity.member_id == sender.member_id:
        raise Refused(_("This is your own organisation’s."), code="own")
    # Not as LOG says it: nobody of the other side is named yet.
    if not opportunity.is_open or not people_of(opportunity.member_id):
        raise Refused(
            _("It is no longer open, so you cannot write about it."),
            code="not_open",
        )
    own = Contact.objects.filter(member=sender.member_id)
    ended = (ContactStatus.WITHDRAWN, ContactStatus.ENDED)
    if former := own.filter(opportunity=opportunity).exclude(status__in=ended).first():
        raise WroteBefore(former)
    if own.waiting().count() >= MAX_OPEN:
        raise Refused(
            _(
                "%(number)s contacts of your organisation wait for an answer. Wait for one, or "
                "withdraw one, before you write to another member."
            )
            % {"number": MAX_OPEN},
            code="too_many",
        )


def addresses_of(contact: Contact, reader: Reader) -> Sequence[Side]:
    """Return both sides with their focal points: the member that is asked, then the sender.

    Empty unless the contact is accepted and the reader represents one of the two members.
    """
    is_accepted = contact.status == ContactStatus.ACCEPTED
    return _sides(contact) if is_accepted and _is_of(reader, contact) else ()


def may_read_message(contact: Contact, reader: Reader) -> bool:
    """Return whether a reader is one of the two members; its sender only, once it is withdrawn."""
    is_withdrawn = contact.status == ContactStatus.WITHDRAWN
    return contact.member_id in reader.members if is_withdrawn else _is_of(reader, contact)


def _is_of(reader: Reader, contact: Contact) -> bool:
    return bool({contact.opportunity.member_id, contact.member_id} & {*reader.members})


def _sides(contact: Contact) -> tuple[Side, Side]:
    asked, sender = contact.opportunity.member, contact.member
    return Side(asked, people_of(asked.pk)), Side(sender, people_of(sender.pk))


def _checked(message: str) -> str:
    text = clean_lines(message)
    if not text:
        raise Refused(_("Write a message."), code="no_message")
    check_words(text, MAX_WORDS)
    check_no_address(text)
    return text


def _lock_waiting(
    contact: Contact, by: FocalPoint, at: datetime, *, is_sender: bool = False
) -> FocalPoint:
    """Lock a contact that waits for an answer, for its sender or for the member that is asked."""
    person, opportunity = lock_member(by, at=at), contact.opportunity
    lock(opportunity)
    lock(contact)
    contact.opportunity = opportunity
    if person.member_id != (contact.member_id if is_sender else opportunity.member_id):
        raise Refused(_("Another organisation decides about this contact."), code="not_theirs")
    if contact.status != ContactStatus.SENT:
        raise Refused(
            _("This contact does not wait for an answer any more: “%(status)s”.")
            % {"status": contact.get_status_display()},
            code=contact.status,
        )
    return person


def _answer(contact: Contact, status: ContactStatus, by: FocalPoint | None, at: datetime) -> None:
    """Store the end of the waiting of a locked contact, and cancel what is unsent about it."""
    contact.status, contact.answered_at, contact.answered_by = status, at, by
    contact.answered_by_name = by.full_name[:MAX_NAME_LENGTH] if by else ""
    contact.save(update_fields=["status", "answered_at", "answered_by", "answered_by_name"])
    cancel(topic=topic_of(contact.opportunity, "contact", contact.pk), at=at)


@transaction.atomic
def _tell_some(at: datetime) -> int:
    silent = Contact.objects.waiting().filter(sent_at__lte=at - SILENT_AFTER, silence_told_at=None)
    some = list(silent.values_list("pk", flat=True)[:BATCH_SIZE])
    told = Contact.objects.filter(pk__in=lock_rows(silent.filter(pk__in=some)))
    letters = [
        letter
        for contact in told.select_related("opportunity__member", "member").order_by("pk")
        for letter in letters_about(
            contact, CONTACT_SILENCE, contact.member_id, other=contact.opportunity.member
        )
    ]
    post_all(letters, at=at, may_repeat=False)
    return told.update(silence_told_at=at)


def _told_end(contact: Contact, *, due_at: datetime | None = None) -> list[Envelope]:
    return letters_about(
        contact,
        CONTACT_ENDED,
        contact.member_id,
        other=contact.opportunity.member,
        values={"why": partial(str, WHY_ENDED[ContactStatus(contact.status)])},
        link=(OWN_PAGE,),
        due_at=due_at,
    )


def letters_about(
    contact: Contact,
    kind: str,
    to: int,
    *,
    other: Member,
    values: Mapping[str, Value] = NO_VALUES,
    link: Link = (),
    due_at: datetime | None = None,
) -> list[Envelope]:
    """Return a kind of letter about a contact to the focal points of a member."""
    opportunity, name = contact.opportunity, other.organisation_name
    return [
        envelope(
            compose(kind, opportunity, person, values, other=name),
            person,
            opportunity,
            "contact",
            contact.pk,
            kind,
            links=[link or ("answer", str(contact.pk))],
            due_at=due_at,
        )
        for person in people_of(to)
    ]


def _as_list(people: Sequence[FocalPoint]) -> str:
    return "\n".join(f"- {escape_inline(each.full_name)}: <{each.email}>" for each in people)
