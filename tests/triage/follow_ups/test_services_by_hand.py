"""Steps that staff take early, or skip."""

import pytest
from django.utils.translation import override

from members.models import TimelineKind
from outbox.models import Message, MessageStatus
from tests.factories import NOON, UserFactory
from tests.triage.follow_ups.silence import (
    DAY,
    REMIND,
    REMINDED_AT,
    TELL,
    asked,
    key_of,
    reminders,
    run,
    taken,
    to_come,
    told,
)
from triage.follow_ups.services import NotScheduled, RequestWaits, run_follow_up, skip_follow_up

QUEUED = MessageStatus.QUEUED


def test_skip_leaves_the_step_out_and_the_next_counts_from_then():
    member, amina = asked(), UserFactory(name="Amina Diallo")

    step = skip_follow_up(member=member, key=key_of(member), by=amina, at=NOON + DAY)

    assert (step.step, step.at, step.is_skipped, step.by, step.by_name) == (
        REMIND,
        NOON + DAY,
        True,
        amina,
        "Amina Diallo",
    )
    assert told(member) == [
        (
            TimelineKind.FOLLOW_UP_SKIPPED,
            NOON + DAY,
            "Amina Diallo",
            "Remind the organisation of the information request",
        )
    ]
    entry = member.timeline.get(kind=TimelineKind.FOLLOW_UP_SKIPPED)
    with override("fr"):
        assert (entry.is_public, entry.note_in_words) == (False, str(REMIND.label))
    assert reminders() == []
    assert to_come(member) == [(TELL, NOON + 8 * DAY)]
    assert run(REMINDED_AT) == 0


def test_now_takes_the_step_before_its_day_in_the_name_of_who_wants_it():
    member, amina = asked(), UserFactory(name="Amina Diallo")

    step = run_follow_up(member=member, key=key_of(member), by=amina, at=NOON + DAY)

    assert (step.step, step.at, step.is_skipped, step.by_name) == (
        REMIND,
        NOON + DAY,
        False,
        "Amina Diallo",
    )
    assert told(member) == [(TimelineKind.REMINDED, NOON + DAY, "Amina Diallo", "")]
    assert reminders() == [("ada@example.org", "en", QUEUED)]
    assert to_come(member) == [(TELL, NOON + 8 * DAY)]


@pytest.mark.parametrize("change", [run_follow_up, skip_follow_up])
@pytest.mark.parametrize("key", ["", "tell_officer-1"])
def test_step_that_is_not_planned_is_refused(change, key):
    member = asked()
    before = Message.objects.count()

    with pytest.raises(NotScheduled, match="no longer scheduled"):
        change(member=member, key=key, by=UserFactory(), at=NOON + DAY)

    assert (taken(), told(member), Message.objects.count()) == ([], [], before)


@pytest.mark.parametrize(
    ("first", "change"), [(run_follow_up, skip_follow_up), (skip_follow_up, run_follow_up)]
)
def test_step_that_a_colleague_took_or_skipped_is_refused(first, change):
    member = asked()
    key = key_of(member)
    first(member=member, key=key, by=UserFactory(), at=NOON + DAY)
    before = (taken(), told(member), Message.objects.count())

    with pytest.raises(NotScheduled):
        change(member=member, key=key, by=UserFactory(), at=NOON + DAY)

    assert (taken(), told(member), Message.objects.count()) == before


def test_follow_up_is_refused_while_the_request_can_be_undone(settings):
    settings.UNDO_SECONDS = 120
    member, amina = asked(), UserFactory()
    entries = member.timeline.count()

    with pytest.raises(RequestWaits, match="has not been sent yet"):
        run_follow_up(member=member, key=key_of(member), by=amina, at=NOON)

    assert member.timeline.count() == entries
    run_follow_up(member=member, key=key_of(member), by=amina, at=NOON + DAY)
