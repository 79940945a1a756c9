from datetime import timedelta

from members.models import Call, MemberStatus, SpamSignal, TimelineKind
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    CallFactory,
    FocusAreaFactory,
    FollowUpFactory,
    LateRequestFactory,
    MemberFactory,
    MessageFactory,
    PossibleDuplicateFactory,
    TimelineEntryFactory,
)
from tests.triage.staff import coordinator, observer, officer
from triage.desk.services.work_queue import Reader, work_queue
from triage.follow_ups.models import FollowUpStep

DAY = timedelta(days=1)


def waits(user, at=NOON):
    return work_queue(Reader(user=user, calls=Call.objects.all(), at=at)).counts


def test_what_waits_is_counted_by_what_it_waits_for():
    me, colleague = officer(), officer()
    facts = {"submitted_at": NOON - DAY}
    MemberFactory(**facts)
    MemberFactory(assignee=me, **facts)
    MemberFactory(assignee=colleague, replied_at=NOON, **facts)
    asked = MemberFactory(status=MemberStatus.INFORMATION_REQUESTED, assignee=me, **facts)
    FollowUpFactory(
        step=FollowUpStep.PROPOSE_CLOSING,
        entry=TimelineEntryFactory(member=asked, kind=TimelineKind.INFORMATION_REQUESTED),
    )
    suspect = MemberFactory(assignee=colleague, spam_signal=SpamSignal.TOO_FAST, **facts)
    PossibleDuplicateFactory(earlier=asked, later=suspect)
    for status in set(MemberStatus) - {MemberStatus.PENDING, MemberStatus.INFORMATION_REQUESTED}:
        MemberFactory(status=status, assignee=me)

    assert waits(me) == {
        "needs_action": 4,
        "overdue": 0,
        "replied": 1,
        "unassigned": 1,
        "mine": 2,
        "duplicates": 2,
        "suspected": 1,
        "waiting_for_organisation": 1,
        "to_close": 1,
        "mail_failed": 0,
        "messages_failed": 0,
    }


def test_overdue_is_what_waits_on_us_for_longer_than_its_call_promises():
    slow, quick = CallFactory(reply_within_days=10), CallFactory(reply_within_days=1)
    long_ago = NOON - timedelta(days=7)
    MemberFactory(call=quick, submitted_at=long_ago)
    MemberFactory(call=slow, submitted_at=long_ago)
    MemberFactory(call=quick, submitted_at=NOON)
    MemberFactory(call=quick, submitted_at=long_ago, replied_at=long_ago)
    MemberFactory(call=quick, submitted_at=long_ago, replied_at=NOON)
    MemberFactory(call=quick, submitted_at=long_ago, status=MemberStatus.INFORMATION_REQUESTED)
    MemberFactory(call=quick, submitted_at=long_ago, status=MemberStatus.DECLINED)

    assert waits(officer())["overdue"] == 2


def test_failed_mail_is_counted_once_for_each_organisation_whatever_became_of_it():
    for status in (MemberStatus.PENDING, MemberStatus.ADMITTED):
        member = MemberFactory(status=status)
        for _letter in range(2):
            MessageFactory(reference=member.reference, status=MessageStatus.FAILED)
    again = MemberFactory()
    failed = MessageFactory(reference=again.reference, status=MessageStatus.FAILED)
    MessageFactory(reference=again.reference, resent_from=failed)
    MessageFactory(reference="", status=MessageStatus.FAILED)

    counts = waits(officer())
    assert (counts["mail_failed"], counts["messages_failed"]) == (2, 5)


def test_requests_to_send_late_are_counted_if_there_are_any():
    LateRequestFactory()

    assert waits(officer())["late"] == 1
    assert waits(observer())["late"] == 1
    assert "late" not in waits(coordinator())


def test_coordinator_is_told_of_failed_mail_to_their_members_and_nothing_else():
    second, third = FocusAreaFactory(number=2), FocusAreaFactory(number=3)
    MemberFactory()
    for area in (second, third, third):
        member = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)
        MessageFactory(reference=member.reference, status=MessageStatus.FAILED)

    assert waits(coordinator(second)) == {"mail_failed": 1}
