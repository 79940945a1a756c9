"""Two colleagues at one call at the same moment, in real transactions."""

from datetime import timedelta

import pytest

from members.calls import (
    CallConflict,
    NotLater,
    close_call_now,
    extend_call,
    latest_change,
)
from members.drafting import save_again
from outbox.models import Message, MessageStatus
from tests.factories import NOON, CallFactory, EoiDraftFactory, UserFactory
from tests.races import ON_POSTGRESQL, overtaken, without_locks

pytestmark = ON_POSTGRESQL
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
    EoiDraftFactory(call=call, expires_at=LATER)
    seen = latest_change(call)

    first, second = overtaken(
        extending(call, seen=seen), closing(call, seen=seen), at="members_call"
    )

    call.refresh_from_db()
    assert first == 1
    assert isinstance(second, CallConflict)
    assert call.closes_at == LATER
    assert Message.objects.count() == 1


def test_close_against_extend_tells_the_second_what_the_first_did():
    call = CallFactory()
    seen = latest_change(call)

    first, second = overtaken(
        closing(call, seen=seen), extending(call, seen=seen), at="members_call"
    )

    call.refresh_from_db()
    assert (first, call.grace_ends_at) == (0, NOON)
    assert isinstance(second, CallConflict)


def test_extend_against_close_needs_the_lock():
    call = CallFactory()
    seen = latest_change(call)

    with without_locks():
        outcomes = overtaken(
            extending(call, seen=seen), closing(call, seen=seen), at="members_call"
        )

    assert outcomes == (0, 0)


@pytest.mark.parametrize("at", ["members_call", "after members_call"])
def test_the_same_extension_twice_at_once_is_told_once(at):
    call = CallFactory()
    EoiDraftFactory(call=call, expires_at=LATER)

    first, second = overtaken(extending(call), extending(call), at=at)

    assert first == 1
    assert isinstance(second, NotLater)
    assert [letter.status for letter in Message.objects.all()] == [MessageStatus.QUEUED]


def test_extension_does_not_wait_for_who_saves_and_tells_them():
    call = CallFactory()
    draft = EoiDraftFactory(call=call, expires_at=LATER)
    there = type(draft).objects.get(pk=draft.pk)

    saved, told = overtaken(
        lambda: save_again(
            draft=there, call=None, language="en", typed="acronym=X", version=1, at=NOON
        ),
        extending(call),
        at="after members_eoidraft",
    )

    assert (saved, told) == (draft, 1)
