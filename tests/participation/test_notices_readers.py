"""The recipients of a notice: all participants of the meeting, each once."""

import pytest

from outbox.models import Message, MessageStatus
from participation.services.notices import send_notices
from tests.participation.notices import (
    MINUTE,
    SETTLED,
    changed,
    moved,
    subject,
    text_of,
    told_meeting,
    written,
)
from tests.participation.people import focal_point_in, withdrawn

pytestmark = pytest.mark.django_db


def test_notice_goes_once_to_all_focal_points_of_the_area_and_to_nobody_else(
    area, other_area, focal_point
):
    alternate = focal_point_in(area, member=focal_point.member, is_alternate=True)
    # A person with roles in two organisations.
    focal_point_in(area, "Another ministry", email=focal_point.email.upper())
    focal_point_in(other_area)
    withdrawn(focal_point_in(area))
    moved(told_meeting(area))

    send_notices(at=SETTLED)

    recipients = sorted(to.lower() for _subject, to in written())
    assert recipients == sorted([focal_point.email, alternate.email])


def test_notice_of_a_meeting_of_the_coalition_goes_to_all(area, other_area, focal_point):
    other = focal_point_in(other_area)
    moved(told_meeting(None))

    send_notices(at=SETTLED)

    assert {to for _subject, to in written()} == {focal_point.email, other.email}
    assert "Whole coalition" in text_of(Message.objects.first())


def test_meeting_given_to_another_area_is_new_to_one_and_gone_to_the_other(
    area, other_area, focal_point
):
    other = focal_point_in(other_area)
    changed(told_meeting(area), focus_area=other_area)

    send_notices(at=SETTLED)

    assert set(written()) == {
        (subject("Changed", "Fourth meeting"), focal_point.email),
        (
            "New: Monday 1 November 2021, Working group 3 – Fourth meeting",
            other.email,
        ),
    }
    gone = text_of(Message.objects.get(recipient=focal_point.email))
    assert "This is no longer a meeting of your working group." in gone
    # They can no longer open its page.
    assert "/my/calendar/" in gone
    assert "/my/meetings/" not in gone


def test_notice_that_waits_stays_where_nothing_newer_is_to_be_told(area, other_area, focal_point):
    other = focal_point_in(other_area)
    meeting = told_meeting(area)
    moved(meeting)
    send_notices(at=SETTLED)
    changed(meeting, agenda="1. Welcome", at=SETTLED)
    assert send_notices(at=SETTLED + 10 * MINUTE) == 0
    changed(meeting, focus_area=None, at=SETTLED + 10 * MINUTE)

    assert send_notices(at=SETTLED + 20 * MINUTE) == 1

    rows = Message.objects.order_by("pk").values_list("recipient", "status")
    assert list(rows) == [
        (focal_point.email, MessageStatus.QUEUED),
        (other.email, MessageStatus.QUEUED),
    ]
