"""Saying of a suspected file that a person sent it."""

import pytest

from members.models import MemberStatus, SpamSignal, TimelineKind
from members.services.assignment import clear_spam_flag
from members.services.exceptions import AlreadyDecided, NotFlaggedAsSpam
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, MessageFactory, UserFactory
from tests.members.decisions.files import (
    DECIDED,
    assert_nothing_written,
    facts,
    member_with_focal_point,
)


def test_clear_suspicion_acknowledges_what_has_waited_for_it():
    officer = UserFactory()
    member = member_with_focal_point(spam_signal=SpamSignal.HONEYPOT)
    FocalPointFactory(member=member, is_alternate=True, email="alternate@example.org")

    entry = clear_spam_flag(member=member, by=officer, at=NOON)

    member.refresh_from_db()
    assert (member.spam_signal, member.status, member.version) == ("", MemberStatus.PENDING, 2)
    assert (entry.kind, entry.note, entry.by_user, entry.is_public) == (
        TimelineKind.SPAM_FLAG_CLEARED,
        "hidden field filled in",
        officer,
        False,
    )
    first, second = Message.objects.order_by("pk")
    assert first.recipient == member.focal_points.get(is_alternate=False).email
    assert second.recipient == "alternate@example.org"
    assert first.subject == f"{member.reference}: We received your expression of interest"
    assert first.queued_at == NOON


def test_clear_suspicion_acknowledges_nothing_that_was_written_to_before():
    member = member_with_focal_point(spam_signal=SpamSignal.TOO_FAST)
    before = MessageFactory(reference=member.reference)

    clear_spam_flag(member=member, by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == [before]


def test_clear_suspicion_acknowledges_what_only_an_officer_was_told_of():
    member = member_with_focal_point(spam_signal=SpamSignal.HONEYPOT)
    MessageFactory(reference=member.reference, topic=f"{member.reference}/unanswered/user-7")

    clear_spam_flag(member=member, by=UserFactory(), at=NOON)

    letter = Message.objects.latest("pk")
    assert letter.recipient == member.focal_points.get().email
    assert letter.topic.startswith(f"{member.reference}/suspicion-cleared/")


def test_clear_suspicion_refuses_what_is_not_suspected():
    member = member_with_focal_point()
    before = facts(member)

    with pytest.raises(NotFlaggedAsSpam, match="not marked as suspected"):
        clear_spam_flag(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)


@pytest.mark.parametrize("status", DECIDED)
def test_clear_suspicion_refuses_what_is_decided(status):
    member = member_with_focal_point(status=status, spam_signal=SpamSignal.HONEYPOT)
    before = facts(member)

    with pytest.raises(AlreadyDecided):
        clear_spam_flag(member=member, by=UserFactory(), at=NOON)

    assert_nothing_written(member, before)
