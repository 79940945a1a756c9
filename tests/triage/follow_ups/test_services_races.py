"""Two at one file while a step is taken, in real transactions."""

from members.models import FocalPoint, Member, MemberStatus, TimelineKind
from members.services.decisions import record_answer
from members.services.exceptions import WrongStatus
from members.services.focal_points import confirm_address
from outbox.models import Message, MessageStatus
from tests.factories import UserFactory
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks
from tests.triage.follow_ups.silence import (
    CONFIRM,
    REMIND,
    REMINDED_AT,
    asked,
    key_of,
    reminders,
    taken,
    told,
    unconfirmed,
)
from tests.triage.follow_ups.test_services_addresses import DUE
from triage.follow_ups.services import (
    NotScheduled,
    run_due_follow_ups,
    run_follow_up,
    skip_follow_up,
)

pytestmark = POSTGRESQL_ONLY
QUEUED, CANCELLED = MessageStatus.QUEUED, MessageStatus.CANCELLED


def member():
    return Member.objects.get()


def answering(by):
    return lambda: record_answer(member=member(), by=by, at=REMINDED_AT)


def test_step_taken_by_two_runs_at_once_is_taken_once():
    asked()

    outcomes = overtaken(
        lambda: run_due_follow_ups(at=REMINDED_AT),
        lambda: run_due_follow_ups(at=REMINDED_AT),
        at="members_timelineentry",
    )

    assert outcomes == (1, 0)
    assert taken() == [(REMIND, REMINDED_AT, False)]
    assert reminders() == [("ada@example.org", "en", QUEUED)]


def test_step_taken_by_two_runs_at_once_needs_the_lock():
    asked()

    with without_locks():
        outcomes = overtaken(
            lambda: run_due_follow_ups(at=REMINDED_AT),
            lambda: run_due_follow_ups(at=REMINDED_AT),
            at="members_timelineentry",
        )

    # The topic, which is unique, keeps it from being written twice all the same.
    assert outcomes != (1, 0)
    assert len(reminders()) == 1


def test_step_wanted_now_by_two_at_once_is_taken_once():
    key, amina, chen = key_of(asked()), UserFactory(), UserFactory()

    _first, second = overtaken(
        lambda: run_follow_up(member=member(), key=key, by=amina, at=REMINDED_AT),
        lambda: run_follow_up(member=member(), key=key, by=chen, at=REMINDED_AT),
        at="members_timelineentry",
    )

    assert isinstance(second, NotScheduled)
    assert len(taken()) == len(reminders()) == len(told(member())) == 1


def test_step_skipped_while_it_is_taken_is_refused():
    key, amina = key_of(asked()), UserFactory()

    count, refused = overtaken(
        lambda: run_due_follow_ups(at=REMINDED_AT),
        lambda: skip_follow_up(member=member(), key=key, by=amina, at=REMINDED_AT),
        at="members_timelineentry",
    )

    assert count == 1
    assert isinstance(refused, NotScheduled)
    assert taken() == [(REMIND, REMINDED_AT, False)]


def test_answer_that_comes_while_a_reminder_is_written_cancels_it():
    asked()

    count, entry = overtaken(
        lambda: run_due_follow_ups(at=REMINDED_AT), answering(UserFactory()), at="outbox_message"
    )

    assert (count, entry.kind) == (1, TimelineKind.ANSWERED)
    assert reminders() == [("ada@example.org", "en", CANCELLED)]
    assert member().status == MemberStatus.PENDING


def test_reminder_that_is_due_while_an_answer_is_written_is_not_written():
    asked()

    entry, count = overtaken(
        answering(UserFactory()), lambda: run_due_follow_ups(at=REMINDED_AT), at="members_member"
    )

    assert not isinstance(entry, WrongStatus)
    assert (count, taken(), reminders()) == (0, [], [])


def confirming():
    person = FocalPoint.objects.get()
    return confirm_address(focal_point=person, by=person, at=DUE)


def test_address_confirmed_while_a_reminder_is_written_cancels_it():
    unconfirmed()

    count, at = overtaken(lambda: run_due_follow_ups(at=DUE), confirming, at="outbox_message")

    assert (count, at) == (1, DUE)
    assert taken() == [(CONFIRM, DUE, False)]
    assert reminders() == [("ada@example.org", "en", CANCELLED)]


def test_reminder_that_is_due_while_an_address_is_confirmed_is_not_written():
    unconfirmed()

    at, count = overtaken(confirming, lambda: run_due_follow_ups(at=DUE), at="members_focalpoint")

    assert (at, count, taken()) == (DUE, 0, [])
    assert Message.objects.filter(status=QUEUED).count() == 0
