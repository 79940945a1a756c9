"""Clearing the suspicion that a member is spam."""

from members.models import MemberStatus, SpamSignal, TimelineKind
from members.services.assignment import clear_spam_flag
from members.services.exceptions import NotFlaggedAsSpam
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, MessageFactory, UserFactory
from tests.members.decisions.files import member_with_focal_point, refused


def test_clear_suspicion_acknowledges_what_has_waited_for_it():
    officer = UserFactory()
    member = member_with_focal_point(spam_signal=SpamSignal.HONEYPOT)
    FocalPointFactory(member=member, is_alternate=True, email="alternate@example.org")
    # A message to officers is not an acknowledgement.
    told = MessageFactory(reference=member.reference, topic=f"{member.reference}/unanswered/user-7")

    entry = clear_spam_flag(member=member, by=officer, at=NOON)

    member.refresh_from_db()
    assert (member.spam_signal, member.status, member.version) == ("", MemberStatus.PENDING, 2)
    assert (entry.kind, entry.note, entry.by_user, entry.is_public) == (
        TimelineKind.SPAM_FLAG_CLEARED,
        "honeypot field filled in",
        officer,
        False,
    )
    first, second = Message.objects.exclude(pk=told.pk).order_by("pk")
    assert first.recipient == member.focal_points.get(is_alternate=False).email
    assert first.topic.startswith(f"{member.reference}/suspicion-cleared/")
    assert second.recipient == "alternate@example.org"
    assert first.subject == f"{member.reference}: We received your expression of interest"
    assert first.queued_at == NOON


def test_clear_suspicion_acknowledges_nothing_that_was_written_to_before():
    member = member_with_focal_point(spam_signal=SpamSignal.TOO_FAST)
    before = MessageFactory(reference=member.reference)

    clear_spam_flag(member=member, by=UserFactory(), at=NOON)

    assert list(Message.objects.all()) == [before]


def test_clear_suspicion_refuses_what_is_not_suspected():
    member = member_with_focal_point()

    with refused(member, NotFlaggedAsSpam, "not marked as possible spam"):
        clear_spam_flag(member=member, by=UserFactory(), at=NOON)
