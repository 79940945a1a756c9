"""Times in letters are those where the reader is, with Geneva time beside them if it differs."""

import pytest

from members.models import MemberStatus, TimelineKind
from members.services.letters.composing import draft_letter
from members.services.letters.placeholder_values import time_for
from members.services.letters.reminders import notify_officer_of_no_reply, remind_of_request
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)

NAIROBI = "Monday 25 October 2021, 15:00 Nairobi (14:00 Geneva)"
TOKYO = "Monday 25 October 2021, 21:00 Tokyo (14:00 Geneva)"


@pytest.fixture
def member():
    """A member that was asked for information, with focal points in Nairobi and in Paris."""
    officer = UserFactory(is_staff=True, time_zone="Asia/Tokyo")
    member = MemberFactory(
        status=MemberStatus.INFORMATION_REQUESTED, submitted_at=NOON, assignee=officer
    )
    FocalPointFactory(member=member, time_zone="Africa/Nairobi")
    FocalPointFactory(member=member, is_alternate=True, time_zone="Europe/Paris")
    return member


@pytest.fixture
def asked(member):
    return TimelineEntryFactory(
        member=member, kind=TimelineKind.INFORMATION_REQUESTED, at=NOON, note="The letter."
    )


def bodies():
    return list(Message.objects.order_by("pk").values_list("body", flat=True))


def test_receipt_names_when_it_was_received_where_its_reader_is(member):
    first, second = member.focal_points.order_by("is_alternate")

    assert NAIROBI in draft_letter("received", first).body
    assert "14:00 Paris (UTC+2)" in draft_letter("received_alternate", second).body


def test_reminder_names_when_we_asked_where_each_reader_is(member, asked):
    remind_of_request(member, asked, at=NOON)

    first, second = bodies()
    assert NAIROBI in first
    assert "14:00 Paris (UTC+2)" in second
    assert "Geneva" not in second


def test_officer_reads_when_we_asked_in_their_own_zone(member, asked):
    notify_officer_of_no_reply(member, asked, at=NOON)

    [body] = bodies()
    assert TOKYO in body


@pytest.mark.parametrize(
    ("zone", "lines"),
    [
        ("", ["**Monday 25 October 2021, 14:00 Geneva (UTC+2)**"]),
        ("Europe/Paris", ["**Monday 25 October 2021, 14:00 Paris (UTC+2)**"]),
        (
            "Africa/Nairobi",
            [
                "**Monday 25 October 2021, 15:00 Nairobi (UTC+3)**",
                "**Monday 25 October 2021, 14:00 Geneva (UTC+2)**",
            ],
        ),
    ],
)
def test_deadline_has_a_line_for_geneva_only_if_the_clocks_differ(zone, lines):
    assert time_for(NOON, zone).split("\\\n") == lines
