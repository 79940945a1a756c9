"""A member writes about a need or an offer; the other side accepts, declines or says nothing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from members.models import MemberStatus
from opportunities.models import Contact, ContactStatus, OpportunityStatus
from opportunities.services import contacts
from opportunities.services.contacts import (
    MAX_OPEN,
    SILENT_AFTER,
    accept,
    addresses_of,
    decline,
    end_waiting,
    may_read_message,
    tell_silence,
    withdraw,
)
from opportunities.services.reader import Reader
from outbox.models import Message
from tests.factories import (
    NOON,
    ContactFactory,
    FocalPointFactory,
    MemberFactory,
    OfferFactory,
    OpportunityFactory,
)
from tests.opportunities.contacting import (
    MESSAGE,
    a_contact,
    a_need,
    a_person,
    events_of,
    leave,
    mail,
    sending,
    text_of,
)
from tests.refusals import refused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def reader(*people):
    return Reader(at=NOON, people=people)


def test_contact_is_sent_in_the_name_of_the_organisation():
    need, asked = a_need()
    alternate = FocalPointFactory(member=need.member, is_alternate=True, language="fr")
    sender = a_person()
    offer = OfferFactory(member=sender.member)

    contact = sending(need, sender, own=offer)

    assert (contact.member, contact.own, contact.status) == (sender.member, offer, "sent")
    assert (contact.message, contact.language) == (MESSAGE, "en")
    assert (contact.sent_at, contact.sent_by, contact.sent_by_name) == (
        NOON,
        sender,
        sender.full_name,
    )
    # The other side reads this event, so it names nobody.
    name = sender.member.organisation_name
    assert events_of(need) == [("contacted", name)]
    english, french = Message.objects.order_by("pk")
    assert (english.recipient, french.recipient) == (asked.email, alternate.email)
    assert english.subject == f"A member writes to you about: {need.title}"
    assert name in text_of(english)
    assert (english.language, french.language) == ("en", "fr")
    assert f"/contacts/{contact.pk}/" in text_of(english)
    assert MESSAGE not in text_of(english) + text_of(french)
    assert sender.email not in text_of(english) + text_of(french)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (" \n ", "no_message"),
        ("word " * 101, "too_long"),
        ("Write to amina@example.org about it.", "address"),
    ],
)
def test_contact_with_such_a_message_is_refused(message, code):
    need, _asked = a_need()
    sender = a_person()

    with refused(code):
        sending(need, sender, message=message)

    assert (Contact.objects.count(), mail(), events_of(need)) == (0, [], [])


def test_contact_may_have_a_hundred_words():
    need, _asked = a_need()

    assert sending(need, a_person(), message="word " * 100).message.count("word") == 100


def test_contact_to_ones_own_is_refused():
    need, asked = a_need()

    with refused("own"):
        sending(need, FocalPointFactory(member=asked.member, is_alternate=True))

    assert (Contact.objects.count(), mail()) == (0, [])


@pytest.mark.parametrize("status", ["sent", "expired", "withdrawn", "closed_by_staff"])
def test_contact_about_what_is_not_open_is_refused_and_names_nobody(status):
    need, asked = a_need(status=status)

    with refused("not_open") as refusal:
        sending(need, a_person())

    assert asked.full_name not in str(refusal.value)
    assert (Contact.objects.count(), mail()) == (0, [])


def test_contact_with_a_member_that_left_is_refused():
    need, asked = a_need()
    leave(asked)

    with refused("not_open"):
        sending(need, a_person())

    assert (Contact.objects.count(), mail()) == (0, [])


def test_contact_by_a_member_that_left_is_refused():
    need, _asked = a_need()
    sender = a_person()
    leave(sender)

    with refused("not_a_member"):
        sending(need, sender)

    assert (Contact.objects.count(), mail()) == (0, [])


@pytest.mark.parametrize("status", ["sent", "accepted", "declined"])
def test_second_contact_about_the_same_is_refused(status):
    contact, _asked, sender = a_contact(status=status)

    with refused(status):
        sending(contact.opportunity, FocalPointFactory(member=sender.member, is_alternate=True))

    assert (Contact.objects.count(), mail()) == (1, [])


@pytest.mark.parametrize("status", ["withdrawn", "ended"])
def test_contact_can_follow_one_that_was_not_answered(status):
    contact, _asked, sender = a_contact(status=status)

    sending(contact.opportunity, sender)

    assert list(Contact.objects.order_by("pk").values_list("status", flat=True)) == [status, "sent"]


def test_eleventh_open_contact_is_refused_until_one_is_answered():
    need, _asked = a_need()
    sender = a_person()
    ContactFactory.create_batch(MAX_OPEN - 1, member=sender.member)
    ContactFactory(member=sender.member, status=ContactStatus.ACCEPTED)
    other = OpportunityFactory(member=a_person().member)
    sending(other, sender)

    with refused("too_many"):
        sending(need, sender)
    Contact.objects.waiting().first().delete()
    sending(need, sender)

    assert Contact.objects.filter(member=sender.member).waiting().count() == MAX_OPEN


@pytest.mark.parametrize("what", ["of another", "same kind", "closed"])
def test_contact_with_an_offer_that_cannot_be_named_is_refused(what):
    need, _asked = a_need()
    sender = a_person()
    own = {
        "of another": OfferFactory,
        "same kind": lambda: OpportunityFactory(member=sender.member),
        "closed": lambda: OfferFactory(member=sender.member, status=OpportunityStatus.AGREED),
    }[what]()

    with refused("own_gone"):
        sending(need, sender, own=own)

    assert (Contact.objects.count(), mail()) == (0, [])


def test_database_refuses_two_open_contacts_of_a_member_about_the_same():
    contact, _asked, sender = a_contact()

    with pytest.raises(IntegrityError):
        ContactFactory(opportunity=contact.opportunity, member=sender.member)


def test_accepted_contact_tells_both_sides_the_names_and_addresses_of_the_other():
    contact, asked, sender = a_contact()
    alternate = FocalPointFactory(member=sender.member, is_alternate=True, language="ar")

    accept(contact=contact, by=asked, at=NOON)

    contact.refresh_from_db()
    assert (contact.status, contact.answered_at, contact.answered_by, contact.answered_by_name) == (
        "accepted",
        NOON,
        asked,
        asked.full_name,
    )
    assert events_of(contact.opportunity) == [("accepted", asked.full_name)]
    to_asked, to_sender, to_alternate = Message.objects.order_by("pk")
    assert [each.recipient for each in (to_asked, to_sender, to_alternate)] == [
        asked.email,
        sender.email,
        alternate.email,
    ]
    assert to_sender.subject == f"You are in contact: {contact.opportunity.title}"
    for letter in (to_asked, to_sender):
        for person in (asked, sender):
            assert person.member.organisation_name in text_of(letter)
    for person in (sender, alternate):
        assert person.full_name in text_of(to_asked)
        assert person.email in text_of(to_asked)
    for letter in (to_sender, to_alternate):
        assert asked.full_name in text_of(letter)
        assert asked.email in text_of(letter)
    assert to_alternate.language == "ar"
    assert not any(MESSAGE in each.body for each in (to_asked, to_sender, to_alternate))


def test_accepting_cancels_the_mail_that_asks_for_the_answer():
    need, asked = a_need()
    sender = a_person()
    contact = sending(need, sender)

    accept(contact=contact, by=asked, at=NOON)

    assert [to for to, subject in mail()] == [asked.email, sender.email]


@pytest.mark.parametrize("step", [accept, decline])
def test_only_the_member_that_is_asked_answers(step):
    contact, _asked, sender = a_contact()

    for person in (sender, a_person()):
        with refused("not_theirs"):
            step(contact=contact, by=person, at=NOON)

    contact.refresh_from_db()
    assert (contact.status, mail()) == ("sent", [])


@pytest.mark.parametrize("step", [accept, decline])
@pytest.mark.parametrize("status", ["accepted", "declined", "withdrawn", "ended"])
def test_answer_to_what_does_not_wait_is_refused(step, status):
    contact, asked, _sender = a_contact(status=status)

    with refused(status):
        step(contact=contact, by=asked, at=NOON)

    contact.refresh_from_db()
    assert (contact.status, contact.answered_at, mail()) == (status, NOON - DAY, [])


def test_contact_of_a_member_that_left_cannot_be_accepted():
    contact, asked, sender = a_contact()
    leave(sender)

    with refused("sender_gone"):
        accept(contact=contact, by=asked, at=NOON)

    contact.refresh_from_db()
    assert (contact.status, mail()) == ("sent", [])


def test_declined_contact_tells_the_sender_and_names_nobody():
    contact, asked, sender = a_contact()

    decline(contact=contact, by=asked, at=NOON)

    contact.refresh_from_db()
    assert (contact.status, contact.answered_by) == ("declined", asked)
    letter = Message.objects.get()
    assert letter.recipient == sender.email
    assert letter.subject == f"A contact has ended: {contact.opportunity.title}"
    assert asked.member.organisation_name in text_of(letter)
    assert "Your message was declined." in text_of(letter)
    assert asked.full_name not in text_of(letter)
    assert asked.email not in text_of(letter)


def test_declined_contact_is_no_answer_to_a_need():
    contact, asked, _sender = a_contact()
    decline(contact=contact, by=asked, at=NOON)
    need = type(contact.opportunity).objects.unanswered().get()
    accept(contact=ContactFactory(opportunity=need, member=a_person().member), by=asked, at=NOON)

    assert need == contact.opportunity
    assert not type(need).objects.unanswered().exists()


def test_withdrawn_contact_is_read_by_its_sender_alone_and_its_mail_is_cancelled():
    need, asked = a_need()
    sender = a_person()
    contact = sending(need, sender)

    withdraw(contact=contact, by=sender, at=NOON + DAY)

    contact.refresh_from_db()
    assert (contact.status, contact.answered_at) == ("withdrawn", NOON + DAY)
    assert mail() == []
    assert may_read_message(contact, reader(sender))
    assert not may_read_message(contact, reader(asked))


def test_only_the_sender_withdraws_a_contact_that_waits():
    contact, asked, sender = a_contact()

    with refused("not_theirs"):
        withdraw(contact=contact, by=asked, at=NOON)
    accept(contact=contact, by=asked, at=NOON)
    with refused("accepted"):
        withdraw(contact=contact, by=sender, at=NOON)

    contact.refresh_from_db()
    assert contact.status == "accepted"


def test_end_of_a_need_ends_what_waits_and_tells_the_senders():
    contact, _asked, sender = a_contact()
    need = contact.opportunity
    for status in ("accepted", "declined"):
        ContactFactory(opportunity=need, status=status)
    later = NOON + timedelta(minutes=10)

    ended = end_waiting(need, at=NOON, due_at=later)

    assert ended == [contact]
    contact.refresh_from_db()
    assert (contact.status, contact.answered_at, contact.answered_by) == ("ended", NOON, None)
    letter = Message.objects.get()
    assert (letter.recipient, letter.due_at) == (sender.email, later)
    assert "It is no longer open" in text_of(letter)


def test_silence_is_told_once_to_the_sender(monkeypatch):
    monkeypatch.setattr(contacts, "BATCH_SIZE", 2)
    people = [a_person() for _each in range(3)]
    need, _asked = a_need()
    silent = [
        ContactFactory(opportunity=need, member=each.member, sent_at=NOON - SILENT_AFTER)
        for each in people
    ]
    ContactFactory(opportunity=need, sent_at=NOON - SILENT_AFTER + timedelta(seconds=1))
    ContactFactory(opportunity=need, sent_at=NOON - SILENT_AFTER, status="declined")

    assert tell_silence(at=NOON) == 3
    assert tell_silence(at=NOON) == 0

    subject = f"No answer yet about: {need.title}"
    assert mail() == [(each.email, subject) for each in people]
    told = Contact.objects.filter(silence_told_at=NOON)
    assert set(told.values_list("pk", flat=True)) == {each.pk for each in silent}


def test_answer_cancels_the_mail_about_silence():
    contact, asked, sender = a_contact(sent_at=NOON - SILENT_AFTER)
    tell_silence(at=NOON)

    decline(contact=contact, by=asked, at=NOON)

    assert mail() == [(sender.email, f"A contact has ended: {contact.opportunity.title}")]


@pytest.mark.parametrize("status", ContactStatus.values)
def test_addresses_are_read_by_both_sides_of_an_accepted_contact_alone(status):
    contact, asked, sender = a_contact(status=status)
    alternate = FocalPointFactory(member=asked.member, is_alternate=True)
    both = [(asked.member, [asked, alternate]), (sender.member, [sender])]
    expected = both if status == ContactStatus.ACCEPTED else []

    assert list(addresses_of(contact, reader(asked))) == expected
    assert list(addresses_of(contact, reader(sender))) == expected
    assert list(addresses_of(contact, reader(a_person()))) == []
    assert list(addresses_of(contact, reader())) == []


def test_address_of_somebody_who_left_is_not_read():
    contact, asked, sender = a_contact(status=ContactStatus.ACCEPTED)
    leave(sender)

    assert list(addresses_of(contact, reader(asked))) == [
        (asked.member, [asked]),
        (sender.member, []),
    ]


def test_silence_takes_as_many_queries_a_contact_for_nine_as_for_three():
    def told(number):
        need, _asked = a_need()
        for _each in range(number):
            ContactFactory(opportunity=need, member=a_person().member, sent_at=NOON - SILENT_AFTER)
        with CaptureQueriesContext(connection) as queries:
            assert tell_silence(at=NOON) == number
        return len(queries)

    assert told(9) - told(6) == told(6) - told(3)


def test_member_without_a_focal_point_gets_no_mail():
    need, asked = a_need()
    contact = ContactFactory(opportunity=need, member=MemberFactory(status=MemberStatus.ADMITTED))

    decline(contact=contact, by=asked, at=NOON)

    assert mail() == []
