"""Two at one call at the same moment, in real transactions."""

from datetime import timedelta

import pytest

from eoi.models import EoiDraft
from eoi.services.drafts import notify_of_moved_deadlines, update_draft
from members.services.calls import (
    CallConflict,
    DeadlineNotLater,
    close_call_now,
    extend_call,
    latest_change,
)
from outbox.models import Message, MessageStatus
from tests.factories import NOON, CallFactory, EoiDraftFactory, UserFactory
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY
LATER = NOON + timedelta(days=30)


def extending(call, *, closes_at=LATER, seen=None):
    user = UserFactory()
    there = type(call).objects.get(pk=call.pk)
    return lambda: extend_call(call=there, closes_at=closes_at, by=user, at=NOON, seen=seen)


def closing(call, *, seen=None):
    user = UserFactory()
    there = type(call).objects.get(pk=call.pk)
    return lambda: close_call_now(call=there, by=user, at=NOON, seen=seen)


def test_extend_against_close_tells_the_second_what_the_first_did():
    call = CallFactory()
    seen = latest_change(call)

    first, second = overtaken(
        extending(call, seen=seen), closing(call, seen=seen), at="members_call"
    )

    call.refresh_from_db()
    assert first is None
    assert isinstance(second, CallConflict)
    assert call.closes_at == LATER


def test_close_against_extend_tells_the_second_what_the_first_did():
    call = CallFactory()
    seen = latest_change(call)

    first, second = overtaken(
        closing(call, seen=seen), extending(call, seen=seen), at="members_call"
    )

    call.refresh_from_db()
    assert (first, call.grace_ends_at) == (None, NOON)
    assert isinstance(second, CallConflict)


def test_extend_against_close_needs_the_lock():
    call = CallFactory()
    seen = latest_change(call)

    with without_locks():
        outcomes = overtaken(
            extending(call, seen=seen), closing(call, seen=seen), at="members_call"
        )

    assert outcomes == (None, None)


@pytest.mark.parametrize("at", ["members_call", "after members_call"])
def test_the_same_extension_twice_at_once_is_made_once(at):
    call = CallFactory()

    first, second = overtaken(extending(call), extending(call), at=at)

    assert first is None
    assert isinstance(second, DeadlineNotLater)


def telling():
    return notify_of_moved_deadlines(at=NOON)


def saving(draft, **facts):
    there = EoiDraft.objects.get(pk=draft.pk)
    changes = {"call": None, "language": "en", "form_data": "acronym=X", "version": 1, **facts}
    return lambda: update_draft(draft=there, at=NOON, **changes)


@pytest.mark.parametrize("at", ["outbox_message", "eoi_eoidraft", "after eoi_eoidraft"])
def test_two_runs_at_once_tell_of_a_moved_deadline_once(at):
    call = CallFactory()
    EoiDraftFactory(call=call, expires_at=LATER)
    extending(call)()

    assert overtaken(telling, telling, at=at) == (1, 0)
    assert [letter.status for letter in Message.objects.all()] == [MessageStatus.QUEUED]


def test_two_runs_at_once_need_the_lock():
    call = CallFactory()
    EoiDraftFactory(call=call, expires_at=LATER)
    extending(call)()

    with without_locks():
        outcomes = overtaken(telling, telling, at="outbox_message")

    assert outcomes != (1, 0)


@pytest.mark.parametrize("at", ["outbox_message", "eoi_eoidraft", "after eoi_eoidraft"])
def test_deadline_that_moves_while_it_is_told_is_told_by_the_next_run(at):
    call = CallFactory()
    draft = EoiDraftFactory(call=call, expires_at=LATER)
    extending(call)()

    told, moved = overtaken(telling, closing(call), at=at)

    assert (told, moved) == (1, None)
    assert telling() == 1
    draft.refresh_from_db()
    assert draft.announced_closes_at == NOON


@pytest.mark.parametrize("at", ["outbox_message", "eoi_eoidraft", "after eoi_eoidraft"])
def test_draft_that_is_saved_for_another_call_while_it_is_told_keeps_that(at):
    call = CallFactory()
    draft = EoiDraftFactory(call=call, expires_at=LATER)
    extending(call)()
    other = CallFactory(closes_at=LATER + timedelta(days=1))

    told, saved = overtaken(telling, saving(draft, call=other), at=at)

    assert (told, saved) == (1, draft)
    draft.refresh_from_db()
    assert (draft.call, draft.announced_closes_at) == (other, other.closes_at)


def test_extension_does_not_wait_for_who_saves_and_they_are_told():
    call = CallFactory()
    draft = EoiDraftFactory(call=call, expires_at=LATER)

    saved, moved = overtaken(saving(draft), extending(call), at="after eoi_eoidraft")

    assert (saved, moved) == (draft, None)
    assert telling() == 1
