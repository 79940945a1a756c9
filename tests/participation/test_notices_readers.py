"""The recipients of a notice: all participants of the meeting, each once.

Of a meeting with two sittings, they are told of the sitting that concerns them.
"""

import pytest

from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import cancel_meeting
from members.services.private_links import LinkPurpose
from outbox.models import Message, MessageStatus
from participation.models import Announcement, RsvpChoice
from participation.services.meeting_links import meeting_link_of
from participation.services.notices import send_notices
from tests.factories import NOON, MailPreferencesFactory
from tests.participation.notices import (
    DAY,
    HOUR,
    MINUTE,
    SETTLED,
    THEN,
    changed,
    moved,
    subject,
    text_of,
    the_mail,
    told_meeting,
    written,
)
from tests.participation.people import account_of, focal_point_in, meeting_of, withdrawn
from tests.participation.sittings import answered

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


# Sittings of one meeting

INSTEAD = "You can attend this sitting instead:\n"


@pytest.fixture
def morning(area):
    return told_meeting(area, title="Morning sitting")


@pytest.fixture
def evening(area, morning):
    later = THEN + 8 * HOUR
    return told_meeting(area, title="Evening sitting", starts_at=later, sitting_of=morning)


def send_to():
    """Send the notices; return the addresses that got one."""
    send_notices(at=SETTLED)
    return set(Message.objects.values_list("recipient", flat=True))


def move(meeting):
    moved(meeting, to=meeting.starts_at + HOUR)


def change_place(meeting):
    changed(meeting, place="Kigali")


def add_another(meeting):
    meeting_of(
        meeting.focus_area, sitting_of=meeting.sitting_of, starts_at=THEN + DAY, changed_at=NOON
    )


def cancel(meeting):
    cancel_meeting(meeting=meeting, by=None, at=NOON)


def restore(meeting):
    cancelled = {"status": MeetingStatus.CANCELLED}
    Announcement.objects.filter(meeting=meeting).update(**cancelled)
    Meeting.objects.filter(pk=meeting.pk).update(version=meeting.version + 1, changed_at=NOON)


@pytest.mark.parametrize("change", [move, change_place, add_another, cancel, restore])
def test_change_of_a_sitting_is_not_told_to_who_chose_the_other_one(
    area, focal_point, morning, evening, change
):
    undecided = focal_point_in(area)
    MailPreferencesFactory(user=account_of(focal_point), calendar_files=True)
    answered(morning, focal_point)

    change(evening)

    assert send_to() == {undecided.email}


def test_place_of_a_declined_sitting_is_not_told_but_its_new_time_is(area, focal_point, evening):
    answered(evening, focal_point, RsvpChoice.NO)
    change_place(evening)
    assert send_to() == set()

    moved(evening, to=THEN + DAY, at=SETTLED)
    send_notices(at=SETTLED + HOUR)

    assert "Evening sitting" in the_mail()


def test_chosen_sitting_is_told_without_the_other_one_in_text_or_file(
    area, focal_point, morning, evening
):
    MailPreferencesFactory(user=account_of(focal_point), calendar_files=True)
    answered(morning, focal_point)
    change_place(morning)
    move(evening)

    send_notices(at=SETTLED)

    message = Message.objects.get()
    assert "Morning sitting" in message.body
    assert "Evening sitting" not in message.body
    assert message.attachment.count("BEGIN:VEVENT") == 1
    assert str(morning.uid) in message.attachment


def test_sitting_is_told_if_the_person_chose_the_other_one_in_only_one_of_two_roles(
    area, other_area, focal_point
):
    second_role = focal_point_in(other_area, email=focal_point.email)
    morning = told_meeting(None, title="Morning sitting")
    evening = told_meeting(None, starts_at=THEN + 8 * HOUR, sitting_of=morning)
    answered(morning, focal_point)

    move(evening)

    assert send_to() == {second_role.email}


def test_who_chose_a_sitting_that_is_cancelled_is_offered_the_other_with_reply_links(
    area, focal_point, morning, evening
):
    undecided = focal_point_in(area, time_zone="Africa/Nairobi")
    answered(morning, focal_point)

    cancel(morning)

    assert send_to() == {focal_point.email, undecided.email}
    offered = Message.objects.get(recipient=focal_point.email)
    times = (
        "Monday 1 November 2021, 23:00 Nairobi (UTC+3) to Tuesday 2 November 2021, 00:00 "
        "Nairobi (UTC+3)\n"
        "Monday 1 November 2021, 21:00 to 22:00 Geneva (UTC+1)"
    )
    assert f"{INSTEAD}{times}\n\nWill you attend?\nYes, remotely" in text_of(offered)
    answers = offered.private_links.split()
    assert [address.split("/")[-3] for address in answers] == ["remote", "no"]
    token = answers[0].split("/")[-2]
    assert meeting_link_of(token, LinkPurpose.RSVP, at=SETTLED).meeting == evening
    assert INSTEAD not in text_of(Message.objects.get(recipient=undecided.email))


def test_cancelled_sitting_offers_no_sitting_that_is_declined_or_cancelled_too(
    area, morning, evening
):
    declining, hoping = focal_point_in(area), focal_point_in(area)
    answered(evening, declining, RsvpChoice.NO)
    for person in (declining, hoping):
        answered(morning, person)

    cancel(morning)
    cancel(evening)

    assert send_to() == {declining.email, hoping.email}
    assert not any(INSTEAD in text_of(message) for message in Message.objects.all())


def test_other_sitting_that_moved_too_is_told_once(area, focal_point, morning, evening):
    answered(morning, focal_point)
    cancel(morning)
    move(evening)

    send_notices(at=SETTLED)

    text = the_mail()
    assert INSTEAD not in text
    assert text.count("Will you attend?") == 1
