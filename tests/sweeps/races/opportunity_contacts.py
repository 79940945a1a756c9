"""Two people at one contact, and at the end of a need."""

from functools import partial

from core.conflicts import NothingChanged
from members.models import TimelineEntry
from members.services.conflicts import WrongStatus
from members.services.decisions import withdraw as withdraw_member
from opportunities.models import Contact, Opportunity, OpportunityEvent, OpportunityStatus
from opportunities.services.contacts import (
    MAX_OPEN,
    SILENT_AFTER,
    WroteBefore,
    accept,
    decline,
    tell_silence,
    withdraw,
)
from opportunities.services.ending import (
    ANSWER_WITHIN,
    ask_and_expire,
    close_with_result,
    renew,
)
from outbox.models import Message
from tests.factories import NOON, ContactFactory, FocalPointFactory, OfferFactory
from tests.opportunities.contacting import a_contact, a_need, a_person, sending
from tests.sweeps.races.race import Race, own, twice

CONTACT, OPPORTUNITY = Contact._meta.db_table, Opportunity._meta.db_table
CLOSED = OpportunityStatus.NOTHING


def at_a_contact(first, second, *, status):
    """Let the member that is asked and the sender act at one contact."""

    def arrange():
        contact, asked, sender = a_contact()

        def step(function):
            by = sender if function is withdraw else asked
            return partial(function, contact=own(contact), by=own(by), at=NOON)

        return step(first), step(second), lambda: own(contact).status == status

    return arrange


def two_colleagues_accept():
    contact, asked, _sender = a_contact()
    colleague = FocalPointFactory(member=asked.member, is_alternate=True)
    return tuple(
        partial(accept, contact=own(contact), by=own(by), at=NOON) for by in (asked, colleague)
    )


def two_colleagues_write():
    need, _asked = a_need()
    sender = a_person()
    colleague = FocalPointFactory(member=sender.member, is_alternate=True)
    return tuple(partial(sending, own(need), own(by)) for by in (sender, colleague))


def the_tenth_and_the_eleventh():
    sender = a_person()
    ContactFactory.create_batch(MAX_OPEN - 1, member=sender.member)
    needs = [a_need()[0] for _each in range(2)]
    calls = [partial(sending, own(need), own(sender)) for need in needs]
    return *calls, lambda: Contact.objects.filter(member=sender.member).count() == MAX_OPEN


def two_write_to_each_other():
    """Each names its own offer or need, about which the other writes."""
    need, asked = a_need()
    other = a_person()
    offer = OfferFactory(member=other.member)
    return (
        partial(sending, own(need), own(other), own=own(offer)),
        partial(sending, own(offer), own(asked), own=own(need)),
    )


def closed_and(step, *, closed_first):
    """The member closes its need, while a member writes about it or a colleague accepts."""

    def arrange():
        contact, asked, _sender = a_contact()
        need = contact.opportunity
        colleague = FocalPointFactory(member=asked.member, is_alternate=True)
        closing = partial(
            close_with_result, opportunity=own(need), result=CLOSED, by=own(asked), at=NOON
        )
        acting = {
            "written": lambda: partial(sending, own(need), own(a_person())),
            "accepted": lambda: partial(accept, contact=own(contact), by=own(colleague), at=NOON),
        }[step]()
        calls = (closing, acting) if closed_first else (acting, closing)
        return *calls, lambda: not Contact.objects.waiting().exists()

    return arrange


def renewed_and_expired(*, renewed_first):
    need, person = a_need(open_until=NOON, renewal_asked_at=NOON - ANSWER_WITHIN)
    renewing = partial(renew, opportunity=own(need), by=own(person), at=NOON)
    expiring = partial(ask_and_expire, at=NOON)
    calls = (renewing, expiring) if renewed_first else (expiring, renewing)
    return *calls, lambda: own(need).is_open


def two_renew():
    need, person = a_need(open_until=NOON)
    colleague = FocalPointFactory(member=person.member, is_alternate=True)
    return tuple(
        partial(renew, opportunity=own(need), by=own(by), at=NOON) for by in (person, colleague)
    )


def renewed_and_closed():
    need, person = a_need(open_until=NOON)
    colleague = FocalPointFactory(member=person.member, is_alternate=True)
    closing = partial(
        close_with_result, opportunity=own(need), result=CLOSED, by=own(person), at=NOON
    )
    return closing, partial(renew, opportunity=own(need), by=own(colleague), at=NOON)


def asked_twice():
    a_need(open_until=NOON)
    return twice(partial(ask_and_expire, at=NOON))


def silence_told_twice():
    a_contact(sent_at=NOON - SILENT_AFTER)
    return twice(partial(tell_silence, at=NOON))


def declined_and_silence_told():
    contact, asked, _sender = a_contact(sent_at=NOON - SILENT_AFTER)
    declining = partial(decline, contact=own(contact), by=own(asked), at=NOON)
    return declining, partial(tell_silence, at=NOON)


def withdrawn_member_and_written():
    """The sender's organisation leaves while its alternate writes."""
    need, _asked = a_need()
    sender = a_person()
    alternate = FocalPointFactory(member=sender.member, is_alternate=True)
    leaving = partial(withdraw_member, member=own(sender.member), by=own(sender), at=NOON)
    return leaving, partial(sending, own(need), own(alternate))


RACES = {
    "accept what its sender withdraws": Race(
        at_a_contact(accept, withdraw, status="accepted"),
        CONTACT,
        (Contact, "accepted"),
        {Message: 2, OpportunityEvent: 1},
    ),
    "withdraw what is being accepted": Race(
        at_a_contact(withdraw, accept, status="withdrawn"), CONTACT, (Contact, "withdrawn")
    ),
    "accept and decline one contact": Race(
        at_a_contact(accept, decline, status="accepted"),
        CONTACT,
        (Contact, "accepted"),
        {Message: 2, OpportunityEvent: 1},
    ),
    "accept one contact": Race(
        two_colleagues_accept,
        CONTACT,
        (Contact, "accepted"),
        {Message: 3, OpportunityEvent: 1},
    ),
    "write about one need": Race(
        two_colleagues_write,
        CONTACT,
        (Contact, WroteBefore),
        {Contact: 1, Message: 1, OpportunityEvent: 1},
    ),
    "write the tenth and the eleventh": Race(
        the_tenth_and_the_eleventh,
        CONTACT,
        (Contact, "too_many"),
        {Contact: 1, Message: 1, OpportunityEvent: 1},
    ),
    "write to each other": Race(
        two_write_to_each_other,
        CONTACT,
        (Contact, Contact),
        {Contact: 2, Message: 2, OpportunityEvent: 2},
        needs_lock=False,
    ),
    "close a need about which somebody writes": Race(
        closed_and("written", closed_first=True),
        OPPORTUNITY,
        (OpportunityEvent, "not_open"),
        {Message: 1, OpportunityEvent: 1},
    ),
    "write about a need that is being closed": Race(
        closed_and("written", closed_first=False),
        CONTACT,
        (Contact, OpportunityEvent),
        {Contact: 1, Message: 4, OpportunityEvent: 2},
    ),
    "close a need of which a contact is being accepted": Race(
        closed_and("accepted", closed_first=True),
        OPPORTUNITY,
        (OpportunityEvent, "ended"),
        {Message: 1, OpportunityEvent: 1},
    ),
    "accept a contact about a need that is being closed": Race(
        closed_and("accepted", closed_first=False),
        CONTACT,
        (Contact, OpportunityEvent),
        {Message: 3, OpportunityEvent: 2},
    ),
    "renew what is expiring": Race(
        partial(renewed_and_expired, renewed_first=True),
        OPPORTUNITY,
        (OpportunityEvent, 0),
        {OpportunityEvent: 1},
    ),
    "expire what is being renewed": Race(
        partial(renewed_and_expired, renewed_first=False),
        OPPORTUNITY,
        (1, OpportunityEvent),
        {OpportunityEvent: 2},
    ),
    "renew one need": Race(
        two_renew, OPPORTUNITY, (OpportunityEvent, NothingChanged), {OpportunityEvent: 1}
    ),
    "close a need that is being renewed": Race(
        renewed_and_closed, OPPORTUNITY, (OpportunityEvent, WrongStatus), {OpportunityEvent: 1}
    ),
    "ask whether a need is open": Race(
        asked_twice, OPPORTUNITY, (1, 0), {Message: 1, OpportunityEvent: 1}
    ),
    "tell the silence about one contact": Race(silence_told_twice, CONTACT, (1, 0), {Message: 1}),
    "decline a contact whose silence is being told": Race(
        declined_and_silence_told, CONTACT, (Contact, 0), {Message: 1}
    ),
    "write for an organisation that is leaving": Race(
        withdrawn_member_and_written,
        "members_member",
        (TimelineEntry, "not_a_member"),
        {TimelineEntry: 1, Message: 2},
    ),
}
