"""Owners of drafts are reminded of the deadline."""

from datetime import timedelta

import pytest

from eoi.services.draft_notices import notify_of_moved_deadlines, remind_of_deadline
from members.models import Call
from members.services.calls import extend_call
from outbox.models import Message, MessageStatus
from outbox.services.rendering import as_text
from tests.eoi.drafts import saved_again
from tests.factories import NOON, CallFactory, EoiDraftFactory, MemberFactory, UserFactory

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
CLOSES_AT = NOON + 7 * DAY
DUE = CLOSES_AT - 3 * DAY


def draft(call=None, **facts):
    call = call or CallFactory(closes_at=CLOSES_AT)
    return EoiDraftFactory(call=call, email="ada@example.org", **facts)


def letters():
    of_these = Message.objects.filter(topic__contains="/near-").order_by("pk")
    return [(message.recipient, message.status) for message in of_these]


def test_owner_of_a_draft_is_reminded_of_the_deadline():
    saved = draft(time_zone="Africa/Nairobi")

    assert remind_of_deadline(days=3, at=DUE - SECOND) == 0
    assert remind_of_deadline(days=3, at=DUE) == 1

    saved.refresh_from_db()
    assert (saved.reminded_deadline, saved.version) == (CLOSES_AT, 1)
    letter = Message.objects.get()
    assert (letter.recipient, letter.reference) == ("ada@example.org", saved.reference)
    assert letter.topic == f"{saved.reference}/deadline/2021-11-01T12:00/near-2021-10-29T12:00"
    assert letter.expires_at == CLOSES_AT
    text = as_text(letter.body, **letter.keys)
    assert letter.private_page in text
    assert "Nairobi" in text


def test_reminder_comes_once_however_often_it_is_asked_for():
    draft()

    assert [remind_of_deadline(days=3, at=DUE + hours * DAY / 24) for hours in (0, 1, 30)] == [
        1,
        0,
        0,
    ]


@pytest.mark.parametrize(("at", "count"), [(CLOSES_AT - SECOND, 1), (CLOSES_AT, 0)])
def test_after_a_standstill_nobody_is_reminded_of_a_deadline_that_is_over(at, count):
    draft()

    assert remind_of_deadline(days=3, at=at) == count


@pytest.mark.parametrize(("hours", "count"), [(23, 0), (24, 1)])
def test_who_saved_within_a_day_is_not_reminded(hours, count):
    draft(saved_at=DUE - hours * DAY / 24)

    assert remind_of_deadline(days=3, at=DUE) == count


def test_draft_that_was_sent_or_has_expired_is_not_reminded_of():
    MemberFactory(submission_key=draft().submission_key)
    draft(expires_at=DUE)

    assert remind_of_deadline(days=3, at=DUE) == 0


def test_reminder_comes_as_many_days_before_the_deadline_as_it_is_told():
    draft()

    assert remind_of_deadline(days=5, at=CLOSES_AT - 5 * DAY - SECOND) == 0
    assert remind_of_deadline(days=5, at=CLOSES_AT - 5 * DAY) == 1


def test_deadline_that_moves_cancels_the_reminder_and_is_reminded_of_anew():
    saved = draft()
    remind_of_deadline(days=3, at=DUE)

    extend_call(call=saved.call, closes_at=CLOSES_AT + 7 * DAY, by=UserFactory(), at=DUE + SECOND)
    notify_of_moved_deadlines(at=DUE + SECOND)

    assert letters() == [("ada@example.org", MessageStatus.CANCELLED)]
    assert remind_of_deadline(days=3, at=DUE + DAY) == 0
    assert remind_of_deadline(days=3, at=DUE + 7 * DAY) == 1
    assert letters()[1:] == [("ada@example.org", MessageStatus.QUEUED)]


def test_deadline_that_moves_away_and_back_is_no_obstacle():
    call = draft().call
    remind_of_deadline(days=3, at=DUE)
    for closes_at in (CLOSES_AT + DAY, CLOSES_AT):
        Call.objects.filter(pk=call.pk).update(
            closes_at=closes_at, grace_ends_at=closes_at + timedelta(hours=13)
        )
        notify_of_moved_deadlines(at=DUE + DAY)
        assert remind_of_deadline(days=3, at=DUE + DAY) == 1

    assert len(letters()) == 3


def test_saving_again_brings_no_second_reminder():
    saved = draft()
    remind_of_deadline(days=3, at=DUE)
    saved_again(saved, at=DUE + SECOND)

    assert remind_of_deadline(days=3, at=DUE + 2 * DAY) == 0
