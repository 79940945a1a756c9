"""What staff do with calls, and who is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.calls import (
    CallConflict,
    NotLater,
    NotOpen,
    NotToCome,
    add_call,
    change_call,
    close_call_now,
    extend_call,
    latest_change,
    open_call_now,
)
from members.links import draft_address
from members.models import Call, CallState
from outbox.models import Message, MessageStatus, Queue
from outbox.services.rendering import as_text
from tests.factories import (
    NOON,
    CallFactory,
    EoiDraftFactory,
    MemberFactory,
    UserFactory,
)

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
# The last instant of a day in Geneva, exclusive; there it is summer time until 31 October.
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
    EoiDraftFactory(call=call)
    who = by_and_at()

    told = open_call_now(call=call, **who)

    call.refresh_from_db()
    assert (told, call.opens_at, call.closes_at) == (0, NOON, CLOSES)
    change = call.history.order_by("history_id").last()
    assert (change.history_user, change.history_date) == (who["by"], NOON)
    assert list(Message.objects.all()) == []


def test_open_call_now_refuses_what_has_opened():
    call = make_call(opens_at=NOON)
    before = stored(call)

    with pytest.raises(NotToCome):
        open_call_now(call=call, **by_and_at())

    assert stored(call) == before


def test_extend_call_keeps_the_length_of_the_grace_and_tells_who_has_not_finished():
    call = make_call()
    draft = EoiDraftFactory(call=call, time_zone="Africa/Nairobi")

    told = extend_call(call=call, closes_at=LATER, **by_and_at())

    call.refresh_from_db()
    assert told == 1
    assert (call.closes_at, call.grace_ends_at) == (LATER, LATER + 13 * 60 * 60 * SECOND)
    letter = Message.objects.get()
    assert (letter.recipient, letter.reference) == (draft.email, draft.reference)
    assert letter.queue == Queue.BULK
    assert letter.private_page == draft_address(draft)
    assert letter.topic == (
        f"{draft.reference}/deadline/2021-11-08T23:00/change-{latest_change(call)}"
    )
    text = as_text(letter.body)
    assert "You have more time" in text
    assert (
        "Tuesday 9 November 2021, 01:59 Nairobi (UTC+3)\n"
        "Monday 8 November 2021, 23:59 Geneva (UTC+1)"
    ) in text
    assert (
        "The deadline that we had announced before was:\n\n"
        "Tuesday 2 November 2021, 01:59 Nairobi (UTC+3)\n"
        "Monday 1 November 2021, 23:59 Geneva (UTC+1)"
    ) in text


def test_extend_call_names_geneva_alone_where_the_zone_is_not_known():
    EoiDraftFactory(call=(call := make_call()), time_zone="")

    extend_call(call=call, closes_at=LATER, **by_and_at())

    assert as_text(Message.objects.get().body).count("2021,") == 2


def test_extend_call_writes_in_the_language_last_saved_in():
    call = make_call()
    for language in ("fr", "ru"):
        EoiDraftFactory(call=call, language=language)

    extend_call(call=call, closes_at=LATER, **by_and_at())

    letters = Message.objects.order_by("pk")
    assert [letter.language for letter in letters] == ["fr", "ru"]


@pytest.mark.parametrize(
    ("at", "closes_at"),
    [(NOON, CLOSES), (NOON, CLOSES - DAY), (LATER, LATER), (LATER, LATER - SECOND)],
)
def test_extend_call_refuses_a_day_that_is_not_later(at, closes_at):
    call = make_call()
    EoiDraftFactory(call=call, expires_at=LATER + DAY)
    before = stored(call)

    with pytest.raises(NotLater, match="Choose a later day"):
        extend_call(call=call, closes_at=closes_at, **by_and_at(at=at))

    assert stored(call) == before
    assert list(Message.objects.all()) == []


def test_extend_call_opens_one_that_is_over_and_says_so():
    call = make_call()
    EoiDraftFactory(call=call, expires_at=LATER)
    at = call.grace_ends_at

    told = extend_call(call=call, closes_at=LATER, **by_and_at(at=at))

    assert told == 1
    assert call.state_at(at) == CallState.OPEN
    assert "is open again" in as_text(Message.objects.get().body)


def test_close_call_now_ends_the_grace_too_and_tells_who_has_not_finished():
    call = make_call()
    EoiDraftFactory(call=call)

    told = close_call_now(call=call, **by_and_at())

    call.refresh_from_db()
    assert (told, call.closes_at, call.grace_ends_at) == (1, NOON, NOON)
    assert call.state_at(NOON) == CallState.OVER
    letter = Message.objects.get()
    assert letter.subject == "The call for expressions of interest has closed"
    assert "has closed earlier than we had announced" in as_text(letter.body)


def test_close_call_now_in_the_grace_keeps_the_deadline():
    call = make_call()
    EoiDraftFactory(call=call)
    at = CLOSES + SECOND

    told = close_call_now(call=call, **by_and_at(at=at))

    assert (told, call.closes_at, call.grace_ends_at) == (1, CLOSES, at)


@pytest.mark.parametrize("when", ["before", "at opening", "after"])
def test_close_call_now_refuses_what_is_not_open(when):
    call = make_call()
    at = {"before": call.opens_at - SECOND, "at opening": call.opens_at}.get(
        when, call.grace_ends_at
    )
    before = stored(call)

    with pytest.raises(NotOpen):
        close_call_now(call=call, **by_and_at(at=at))

    assert stored(call) == before


@pytest.mark.parametrize("step", [open_call_now, close_call_now, extend_call])
def test_steps_refuse_what_a_colleague_changed_first(step):
    call = make_call()
    seen = latest_change(call)
    change_call(call=call, contact_email="new@example.org", **by_and_at())
    before = stored(call)
    more = {"closes_at": LATER} if step is extend_call else {}

    with pytest.raises(CallConflict, match="Amina changed this call after you opened it"):
        step(call=call, seen=seen, **more, **by_and_at())

    assert stored(call) == before


# However it moves


def test_change_call_tells_of_a_deadline_once_for_each_move():
    call = make_call()
    draft = EoiDraftFactory(call=call)
    moves = [CLOSES, LATER, LATER, CLOSES, LATER]

    told = [change_call(call=call, closes_at=at, grace_ends_at=at, **by_and_at()) for at in moves]

    assert told == [0, 1, 0, 1, 1]
    letters = Message.objects.filter(reference=draft.reference).order_by("pk")
    # What waited still to be sent was overtaken.
    assert [letter.status for letter in letters] == [
        MessageStatus.CANCELLED,
        MessageStatus.CANCELLED,
        MessageStatus.QUEUED,
    ]


def test_change_call_says_that_there_is_less_time():
    EoiDraftFactory(call=(call := make_call()))

    change_call(call=call, closes_at=CLOSES - DAY, **by_and_at())

    assert "You have less time" in as_text(Message.objects.get().body)


def test_change_call_says_when_a_call_that_was_open_opens():
    EoiDraftFactory(call=(call := make_call()))

    change_call(call=call, opens_at=NOON + DAY, closes_at=LATER, grace_ends_at=LATER, **by_and_at())

    text = as_text(Message.objects.get().body)
    assert "is not open at the moment. It opens on:\n\nTuesday 26 October 2021, 14:00" in text


@pytest.mark.parametrize(
    "facts",
    [
        {"contact_email": "new@example.org"},
        {"title_en": "Another"},
        {"grace_ends_at": CLOSES + 2 * DAY},
        {"opens_at": NOON - 30 * DAY},
    ],
)
def test_change_call_of_anything_else_tells_nobody(facts):
    EoiDraftFactory(call=(call := make_call()))

    assert change_call(call=call, **facts, **by_and_at()) == 0
    assert list(Message.objects.all()) == []


def test_change_call_corrects_the_record_of_what_is_past_in_silence():
    EoiDraftFactory(call=(call := make_call()), expires_at=LATER + DAY)

    told = change_call(call=call, closes_at=CLOSES - DAY, **by_and_at(at=LATER))

    assert told == 0
    assert list(Message.objects.all()) == []


def test_only_those_who_have_begun_for_this_call_and_not_finished_are_told():
    call = make_call()
    told = EoiDraftFactory(call=call)
    EoiDraftFactory()
    EoiDraftFactory(call=call, saved_at=NOON - DAY, started_at=NOON - DAY, expires_at=NOON)
    EoiDraftFactory(call=call, typed="leave_empty=x")
    MemberFactory(submission_key=EoiDraftFactory(call=call).submission_key)

    extend_call(call=call, closes_at=LATER, **by_and_at())

    assert [letter.recipient for letter in Message.objects.all()] == [told.email]


def test_extend_call_asks_the_database_as_often_for_thirty_as_for_one():
    counts = []
    for number in (1, 30):
        call = make_call()
        for _draft in range(number):
            EoiDraftFactory(call=call)
        who = by_and_at()
        with CaptureQueriesContext(connection) as asked:
            assert extend_call(call=call, closes_at=LATER, **who) == number
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_letters_of_a_deadline_are_left_to_the_sweep(django_capture_on_commit_callbacks):
    EoiDraftFactory(call=(call := make_call()))

    with django_capture_on_commit_callbacks() as published:
        extend_call(call=call, closes_at=LATER, **by_and_at())

    assert published == []
    assert list(Message.objects.to_publish(NOON + SECOND)) == [Message.objects.get()]


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (NOON - 7 * DAY - SECOND, CallState.TO_COME),
        (NOON - 7 * DAY, CallState.OPEN),
        (CLOSES - SECOND, CallState.OPEN),
        (CLOSES, CallState.IN_GRACE),
        (CLOSES + DAY, CallState.OVER),
    ],
)
def test_call_stands_somewhere_at_each_instant(at, state):
    assert make_call().state_at(at) == state
