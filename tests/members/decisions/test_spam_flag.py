"""Putting a member under possible spam, and taking that back exactly."""

import pytest

from core.conflicts import Refused
from members.models import Member, MemberStatus, SpamSignal, TimelineEntry, TimelineKind
from members.services.assignment import clear_spam_flag, flag_as_spam, undo_spam_flag
from members.services.intake import receive_expression_of_interest
from outbox.models import NO_PRIVATE_VALUES, Message, MessageStatus
from tests.factories import NOON, CallFactory, FocalPointFactory, MessageFactory, UserFactory
from tests.members.test_intake import SECOND_PERSON, answers


@pytest.fixture
def ada():
    return UserFactory(name="Ada Lovelace")


def received(**facts):
    return receive_expression_of_interest(call=CallFactory(), **answers(**facts))


def statuses():
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


def facts_of(member):
    """Everything that is stored of a member, but for what each change raises."""
    row = Member.objects.filter(pk=member.pk).values().get()
    return {name: value for name, value in row.items() if name not in ("version", "changed_at")}


def test_flag_as_spam_marks_the_member_and_cancels_its_unsent_acknowledgements(ada):
    member = received(**SECOND_PERSON)

    entry = flag_as_spam(member=member, by=ada, at=NOON)

    member.refresh_from_db()
    assert (member.spam_signal, member.status) == (SpamSignal.UNUSUAL, MemberStatus.PENDING)
    assert (member.version, member.is_unacknowledged) == (2, True)
    assert (entry.kind, entry.by_user, entry.note) == (TimelineKind.FLAGGED_AS_SPAM, ada, "")
    assert not entry.is_public
    assert statuses() == [MessageStatus.CANCELLED] * 2


def test_flag_as_spam_leaves_mail_that_was_sent_and_mail_to_staff(ada):
    member = received()
    Message.objects.update(status=MessageStatus.SENT, sent_at=NOON, **NO_PRIVATE_VALUES)
    MessageFactory(reference=member.reference, topic=f"{member.reference}/noted/user-7")

    flag_as_spam(member=member, by=ada, at=NOON)

    assert statuses() == [MessageStatus.SENT, MessageStatus.QUEUED]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"member__spam_signal": SpamSignal.HONEYPOT}, "flagged_as_spam"),
        ({"member__spam_signal": SpamSignal.UNUSUAL}, "flagged_as_spam"),
        ({"confirmed_at": NOON}, "address_confirmed"),
        ({"member__status": MemberStatus.CLOSED}, ""),
    ],
)
def test_flag_as_spam_refuses_and_writes_nothing(ada, facts, code):
    member = FocalPointFactory(**facts).member
    before = facts_of(member)

    with pytest.raises(Refused) as refused:
        flag_as_spam(member=member, by=ada, at=NOON)

    assert refused.value.code == code
    assert facts_of(member) == before
    assert list(TimelineEntry.objects.all()) == []


@pytest.mark.parametrize("signal", ["", SpamSignal.TOO_FAST])
def test_undo_spam_flag_restores_the_member_and_sends_what_was_held(ada, signal):
    member = received(spam_signal=signal or None, **SECOND_PERSON)
    before = facts_of(member)
    flag_as_spam(member=member, by=ada, at=NOON)

    entry = undo_spam_flag(member=member, by=ada, at=NOON)

    assert facts_of(member) == before
    assert (entry.kind, entry.note) == (TimelineKind.DECISION_UNDONE, "Marked as possible spam")
    assert statuses() == [MessageStatus.CANCELLED] * 2 + [MessageStatus.QUEUED] * 2
    held, again = Message.objects.all()[:2], Message.objects.all()[2:]
    assert [(mail.recipient, mail.subject, mail.body) for mail in again] == [
        (mail.recipient, mail.subject, mail.body) for mail in held
    ]


def test_undo_spam_flag_sends_nothing_again_that_went_out(ada):
    member = received()
    Message.objects.update(status=MessageStatus.SENT, sent_at=NOON, **NO_PRIVATE_VALUES)
    flag_as_spam(member=member, by=ada, at=NOON)

    undo_spam_flag(member=member, by=ada, at=NOON)

    assert statuses() == [MessageStatus.SENT]


def test_flag_as_spam_again_cancels_what_the_undo_sends(ada):
    member = received()
    flag_as_spam(member=member, by=ada, at=NOON)
    undo_spam_flag(member=member, by=ada, at=NOON)

    flag_as_spam(member=member, by=ada, at=NOON)

    assert statuses() == [MessageStatus.CANCELLED] * 2


@pytest.mark.parametrize("signal", ["", SpamSignal.NETWORK])
def test_undo_spam_flag_refuses_what_nobody_marked(ada, signal):
    member = FocalPointFactory(member__spam_signal=signal).member

    with pytest.raises(Refused) as refused:
        undo_spam_flag(member=member, by=ada, at=NOON)

    member.refresh_from_db()
    assert refused.value.code == "not_flagged_as_spam"
    assert (member.spam_signal, list(Message.objects.all())) == (signal, [])


def test_marking_one_as_genuine_sends_its_held_acknowledgement(ada):
    member = received()
    flag_as_spam(member=member, by=ada, at=NOON)

    clear_spam_flag(member=member, by=ada, at=NOON)

    assert statuses() == [MessageStatus.CANCELLED, MessageStatus.QUEUED]
