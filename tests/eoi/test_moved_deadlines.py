"""Owners of drafts are notified when the deadline moves."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eoi.models import EoiDraft
from eoi.services import draft_notices
from eoi.services.draft_links import draft_address
from eoi.services.draft_notices import (
    count_to_tell_of_move,
    notify_of_moved_deadlines,
    remind_of_deadline,
)
from members.services.calls import (
    change_call,
    close_call_now,
    extend_call,
    latest_change,
    open_call_now,
)
from outbox.models import Message, MessageStatus, Queue
from outbox.services.rendering import as_text
from tests.eoi.drafts import saved_again
from tests.factories import NOON, EoiDraftFactory, MemberFactory
from tests.members.test_calls import CLOSES, DAY, LATER, SECOND, by_and_at, make_call

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def call():
    return make_call()


@pytest.fixture
def draft(call):
    """A draft for that call."""
    return EoiDraftFactory(call=call)


def told_of(step, call, *, at=NOON, **facts):
    """Change a call, run the task, and return the number of notified owners."""
    step(call=call, **facts, **by_and_at(at=at))
    expected = count_to_tell_of_move(call, at=at)
    told = notify_of_moved_deadlines(at=at)
    assert told == expected
    return told


def dates(draft):
    draft.refresh_from_db()
    return draft.announced_closes_at, draft.announced_grace_ends_at


def test_extension_is_told_to_who_has_not_finished(call):
    draft = EoiDraftFactory(call=call, time_zone="Africa/Nairobi")

    told = told_of(extend_call, call, closes_at=LATER)

    assert told == 1
    assert dates(draft) == (call.closes_at, call.grace_ends_at)
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


def test_letter_is_in_the_language_last_saved_in(call):
    for language in ("fr", "ru"):
        EoiDraftFactory(call=call, language=language)

    told_of(extend_call, call, closes_at=LATER)

    letters = Message.objects.order_by("pk")
    assert [letter.language for letter in letters] == ["fr", "ru"]


@pytest.mark.parametrize(
    ("step", "at", "facts", "said"),
    [
        (extend_call, CLOSES + 13 * HOUR, {"closes_at": LATER}, "is open again"),
        (close_call_now, NOON, {}, "has closed earlier than we had announced"),
        (change_call, NOON, {"closes_at": CLOSES - DAY}, "you have less time"),
        (
            change_call,
            NOON,
            {"opens_at": NOON + DAY, "closes_at": LATER, "grace_ends_at": LATER},
            "The call opens on:\n\nTuesday 26 October 2021, 14:00",
        ),
    ],
)
def test_letter_says_what_the_move_means(step, at, facts, said):
    EoiDraftFactory(call=(call := make_call()), expires_at=LATER)

    assert told_of(step, call, at=at, **facts) == 1
    assert said in as_text(Message.objects.get().body)


def test_call_that_is_opened_now_is_told_to_nobody():
    EoiDraftFactory(call=(call := make_call(opens_at=NOON + DAY)))

    assert told_of(open_call_now, call) == 0
    assert list(Message.objects.all()) == []


def test_call_that_is_closed_in_its_grace_is_told(call, draft):
    at = CLOSES + SECOND

    assert told_of(close_call_now, call, at=at) == 1
    assert dates(draft) == (CLOSES, at)
    assert Message.objects.get().subject == "The call has closed: expressions of interest"


def test_deadline_is_told_once_for_each_move(call, draft):
    moves = [CLOSES, LATER, LATER, CLOSES, LATER]

    told = [told_of(change_call, call, closes_at=at, grace_ends_at=at) for at in moves]

    assert told == [0, 1, 0, 1, 1]
    letters = Message.objects.filter(reference=draft.reference).order_by("pk")
    # The unsent message was replaced.
    assert [letter.status for letter in letters] == [
        MessageStatus.CANCELLED,
        MessageStatus.CANCELLED,
        MessageStatus.QUEUED,
    ]


def test_two_moves_between_two_runs_are_told_as_one_from_what_the_owner_knew(call, draft):
    change_call(call=call, closes_at=CLOSES - DAY, **by_and_at())

    assert told_of(extend_call, call, closes_at=LATER) == 1
    text = as_text(Message.objects.get().body)
    assert "You have more time" in text
    assert "announced before was:\n\nMonday 1 November 2021, 23:59 Geneva" in text


def test_deadline_that_moves_away_and_back_between_two_runs_is_told_to_nobody(call, draft):
    grace_ends_at = call.grace_ends_at
    extend_call(call=call, closes_at=LATER, **by_and_at())

    told = told_of(change_call, call, closes_at=CLOSES, grace_ends_at=grace_ends_at)

    assert told == 0
    assert list(Message.objects.all()) == []


def test_owners_who_know_different_deadlines_each_read_the_one_that_they_knew(call):
    EoiDraftFactory(call=call, announced_closes_at=LATER, announced_grace_ends_at=LATER)
    EoiDraftFactory(call=call)

    assert told_of(change_call, call, closes_at=LATER - DAY, grace_ends_at=LATER) == 2
    less, more = (as_text(letter.body) for letter in Message.objects.order_by("pk"))
    assert "you have less time" in less
    assert "announced before was:\n\nMonday 8 November 2021, 23:59 Geneva" in less
    assert "You have more time" in more
    assert "announced before was:\n\nMonday 1 November 2021, 23:59 Geneva" in more


@pytest.mark.parametrize("hours", [-1, 1, 12, 14])
def test_deadline_that_comes_and_passes_is_told_to_nobody(hours):
    EoiDraftFactory(call=make_call(), expires_at=LATER)

    assert notify_of_moved_deadlines(at=CLOSES + timedelta(hours=hours)) == 0


@pytest.mark.parametrize(
    "facts",
    [
        {"contact_email": "new@example.org"},
        {"title_en": "Another"},
        {"grace_ends_at": CLOSES + 2 * DAY},
        {"opens_at": NOON - 30 * DAY},
    ],
)
def test_change_of_anything_else_is_told_to_nobody(facts, call, draft):
    assert told_of(change_call, call, **facts) == 0
    assert notify_of_moved_deadlines(at=CLOSES + SECOND) == 0
    assert list(Message.objects.all()) == []
    assert dates(draft) == (call.closes_at, call.grace_ends_at)


def test_record_of_what_is_past_is_corrected_in_silence():
    draft = EoiDraftFactory(call=(call := make_call()), expires_at=LATER + DAY)

    told = told_of(change_call, call, at=LATER, closes_at=CLOSES - DAY)

    assert told == 0
    assert list(Message.objects.all()) == []
    assert dates(draft) == (call.closes_at, call.grace_ends_at)


def test_only_those_who_have_begun_for_this_call_and_not_finished_are_told(call):
    told = EoiDraftFactory(call=call)
    EoiDraftFactory()
    EoiDraftFactory(call=call, saved_at=NOON - DAY, started_at=NOON - DAY, expires_at=NOON)
    EoiDraftFactory(call=call, form_data="leave_empty=x")
    MemberFactory(submission_key=EoiDraftFactory(call=call).submission_key)

    assert told_of(extend_call, call, closes_at=LATER) == 1
    assert [letter.recipient for letter in Message.objects.all()] == [told.email]


def test_who_saves_after_the_deadline_moved_is_told_all_the_same(call, draft):
    extend_call(call=call, closes_at=LATER, **by_and_at())
    saved_again(draft, at=NOON)

    assert notify_of_moved_deadlines(at=NOON + MINUTE) == 1


def test_draft_that_is_saved_for_another_call_knows_its_deadline():
    other = make_call(closes_at=LATER, grace_ends_at=LATER)
    draft = EoiDraftFactory(call=make_call())

    saved_again(draft, call=other, at=NOON)

    assert dates(draft) == (LATER, LATER)
    assert notify_of_moved_deadlines(at=NOON + MINUTE) == 0


def test_nobody_is_reminded_of_a_deadline_before_they_are_told_that_it_moved(call, draft):
    at = CLOSES - DAY
    extend_call(call=call, closes_at=CLOSES + DAY, **by_and_at(at=at))

    assert remind_of_deadline(days=3, at=at) == 0
    assert notify_of_moved_deadlines(at=at) == 1
    assert remind_of_deadline(days=3, at=at) == 1
    letters = Message.objects.filter(reference=draft.reference)
    assert {letter.status for letter in letters} == {MessageStatus.QUEUED}


def test_run_tells_many_in_several_transactions(monkeypatch):
    monkeypatch.setattr(draft_notices, "TOLD_AT_ONCE", 2)
    call = make_call()
    drafts = [EoiDraftFactory(call=call) for _number in range(5)]

    assert told_of(extend_call, call, closes_at=LATER) == 5
    assert Message.objects.count() == 5
    assert EoiDraft.objects.knowing_other_dates(call).count() == 0
    assert dates(drafts[-1]) == (LATER, call.grace_ends_at)


def test_run_asks_the_database_as_often_for_three_as_for_one():
    counts = []
    for number in (1, 3):
        call = make_call()
        for _draft in range(number):
            EoiDraftFactory(call=call)
        extend_call(call=call, closes_at=LATER, **by_and_at())
        with CaptureQueriesContext(connection) as asked:
            assert notify_of_moved_deadlines(at=NOON) == number
        counts.append(len(asked))

    # One more query, for one more call.
    assert counts[1] == counts[0] + 1


def test_letters_of_a_deadline_are_left_to_the_sweep(
    django_capture_on_commit_callbacks, call, draft
):
    with django_capture_on_commit_callbacks() as published:
        told_of(extend_call, call, closes_at=LATER)

    assert [each for each in published if each.__module__.startswith("outbox.")] == []
    assert list(Message.objects.to_publish(NOON + SECOND)) == [Message.objects.get()]
