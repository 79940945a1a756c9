"""What the database refuses of who takes part, and what questions about it find."""

from datetime import timedelta

import pytest

from meetings.models import MeetingStatus
from participation.models import Announcement, MailPreferences, Rsvp
from tests.factories import (
    NOON,
    AnnouncementFactory,
    AttendanceFactory,
    MailPreferencesFactory,
    RsvpFactory,
)
from tests.members.models.refusing import refused_by

pytestmark = pytest.mark.django_db


def test_answer_one_of_each_holder():
    given = RsvpFactory()

    # PostgreSQL names the constraint, SQLite its columns.
    with refused_by("participation_rsvp_one_of_each_holder|participation_rsvp.link_version"):
        RsvpFactory(meeting=given.meeting, focal_point=given.focal_point)


def test_answer_one_of_each_holder_lets_a_successor_answer():
    given = RsvpFactory()

    RsvpFactory(meeting=given.meeting, focal_point=given.focal_point, link_version=2)

    assert Rsvp.objects.count() == 2


def test_answer_known_reply():
    with refused_by("participation_rsvp_known_choice"):
        RsvpFactory(choice="perhaps")


def test_attendance_once():
    taken = AttendanceFactory()

    with refused_by("participation_attendance_once|participation_attendance.focal_point_id"):
        AttendanceFactory(meeting=taken.meeting, focal_point=taken.focal_point)


def test_attendance_known_presence():
    with refused_by("participation_attendance_known_presence"):
        AttendanceFactory(presence="late")


def test_answer_stands_while_who_gave_it_holds_the_role_and_the_meeting_keeps_its_time():
    standing, of_the_predecessor, for_the_old_time = RsvpFactory.create_batch(3)
    person = of_the_predecessor.focal_point
    person.link_version += 1
    person.save()
    meeting = for_the_old_time.meeting
    meeting.starts_at -= timedelta(hours=1)
    meeting.save()

    assert list(Rsvp.objects.current()) == [standing]
    assert set(Rsvp.objects.by_current_holder()) == {standing, for_the_old_time}


@pytest.mark.parametrize("status", [MeetingStatus.DRAFT, "lost"])
def test_announcement_of_no_draft(status):
    with refused_by("participation_announcement_of_no_draft"):
        AnnouncementFactory(status=status)


def test_announcement_ends_after_start():
    with refused_by("participation_announcement_ends_after_start"):
        AnnouncementFactory(starts_at=NOON, ends_at=NOON)


def test_announcement_is_one_of_a_meeting():
    told = AnnouncementFactory()

    with refused_by("meeting_id"):
        AnnouncementFactory(meeting=told.meeting)


def test_announcement_goes_with_its_meeting():
    told = AnnouncementFactory()

    told.meeting.delete()

    assert not Announcement.objects.exists()


def test_wishes_are_one_of_an_account():
    wishes = MailPreferencesFactory()

    with refused_by("user_id"):
        MailPreferencesFactory(user=wishes.user)


@pytest.mark.parametrize(
    ("wish", "wanting"),
    [
        ("day_before", {"nobody@example.org", "has-none@example.org"}),
        ("hour_before", {"chose@example.org"}),
    ],
)
def test_addresses_wanting_are_those_of_whose_wish_or_default_it_is(wish, wanting):
    MailPreferencesFactory(user__email="Chose@example.org", day_before=False, hour_before=True)
    MailPreferencesFactory(user__email="has-none@example.org")
    asked = ["chose@example.org", "has-none@example.org", "nobody@example.org"]

    assert MailPreferences.objects.addresses_opted_in(wish, asked) == wanting
