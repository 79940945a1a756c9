from datetime import UTC, datetime, timedelta

import pytest

from core.conflicts import Conflict, Refused
from members.models import Call, CallState
from members.services.calls import (
    add_call,
    change_call,
    close_call_now,
    extend_call,
    latest_change,
    open_call_now,
)
from tests.factories import NOON, CallFactory, UserFactory

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
# The exclusive end of a day in Geneva, where summer time ends on 31 October.
CLOSES = datetime(2021, 11, 1, 23, tzinfo=UTC)
LATER = datetime(2021, 11, 8, 23, tzinfo=UTC)


def make_call(**facts):
    return CallFactory(
        **{"closes_at": CLOSES, "grace_ends_at": CLOSES + 13 * 60 * 60 * SECOND, **facts}
    )


def by_and_at(**changes):
    return {"by": UserFactory(name="Amina"), "at": NOON, **changes}


def stored(call):
    return Call.objects.filter(pk=call.pk).values().get(), call.history.count()


def test_add_call_is_attributed():
    amina = UserFactory()

    call = add_call(
        title_en="A call",
        opens_at=NOON,
        closes_at=CLOSES,
        grace_ends_at=CLOSES,
        contact_email="coalition@example.org",
        by=amina,
        at=NOON,
    )

    change = call.history.get()
    assert (change.history_user, change.history_date) == (amina, NOON)
    assert Call.objects.get(pk=call.pk).title == "A call"


def test_open_call_now_opens_what_was_to_come():
    call = make_call(opens_at=NOON + DAY)
    who = by_and_at()

    open_call_now(call=call, **who)

    call.refresh_from_db()
    assert (call.opens_at, call.closes_at) == (NOON, CLOSES)
    change = call.history.order_by("history_id").last()
    assert (change.history_user, change.history_date) == (who["by"], NOON)


@pytest.mark.parametrize("at", [NOON, CLOSES + 13 * 60 * 60 * SECOND])
def test_extend_call_opens_also_one_that_is_over_and_keeps_the_length_of_the_grace(at):
    call = make_call()

    extend_call(call=call, closes_at=LATER, **by_and_at(at=at))

    call.refresh_from_db()
    assert (call.closes_at, call.grace_ends_at) == (LATER, LATER + 13 * 60 * 60 * SECOND)
    assert call.state_at(at) == CallState.OPEN


@pytest.mark.parametrize(("at", "closed_at"), [(NOON, NOON), (CLOSES + SECOND, CLOSES)])
def test_close_call_now_ends_the_grace_and_keeps_a_deadline_that_is_over(at, closed_at):
    call = make_call()

    close_call_now(call=call, **by_and_at(at=at))

    call.refresh_from_db()
    assert (call.closes_at, call.grace_ends_at) == (closed_at, at)
    assert call.state_at(at) == CallState.CLOSED


OPENS, GRACE_ENDS = NOON - 7 * DAY, CLOSES + 13 * 60 * 60 * SECOND


@pytest.mark.parametrize(
    ("step", "at", "facts", "refusal"),
    [
        (open_call_now, OPENS, {}, "has already opened"),
        *((close_call_now, at, {}, "is not open") for at in (OPENS - SECOND, OPENS, GRACE_ENDS)),
        *(
            (extend_call, at, {"closes_at": closes_at}, "Choose a later day")
            for at, closes_at in (
                *((NOON, CLOSES), (NOON, CLOSES - DAY)),
                *((LATER, LATER), (LATER, LATER - SECOND)),
            )
        ),
    ],
)
def test_steps_refuse_a_call_that_stands_there_already(step, at, facts, refusal):
    call = make_call()
    before = stored(call)

    with pytest.raises(Refused, match=refusal):
        step(call=call, **facts, **by_and_at(at=at))

    assert stored(call) == before


@pytest.mark.parametrize("step", [open_call_now, close_call_now, extend_call])
def test_steps_refuse_what_a_colleague_changed_first(step):
    call = make_call()
    seen = latest_change(call)
    change_call(call=call, contact_email="new@example.org", **by_and_at())
    before = stored(call)
    more = {"closes_at": LATER} if step is extend_call else {}

    with pytest.raises(Conflict, match=r"Amina changed this call on .+, after you opened it"):
        step(call=call, seen=seen, **more, **by_and_at())

    assert stored(call) == before


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (NOON - 7 * DAY - SECOND, CallState.UPCOMING),
        (NOON - 7 * DAY, CallState.OPEN),
        (CLOSES - SECOND, CallState.OPEN),
        (CLOSES, CallState.GRACE_PERIOD),
        (CLOSES + DAY, CallState.CLOSED),
    ],
)
def test_call_stands_somewhere_at_each_instant(at, state):
    assert make_call().state_at(at) == state
