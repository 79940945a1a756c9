"""Focal points say whether they come to a meeting."""

from datetime import timedelta

import pytest

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meetings import change_meeting, move_meeting
from members.models import GrantedRole
from members.services.decisions import move_to_focus_area, withdraw
from members.services.focal_points import accept_role_transfer
from participation.models import Rsvp, RsvpChoice
from participation.services.rsvps import (
    MeetingCancelled,
    MeetingMoved,
    MeetingOver,
    NotAGathering,
    NotInvited,
    SameRsvp,
    record_rsvp,
)
from tests.factories import NOON, RoleTransferFactory, UserFactory
from tests.participation.people import account_of, focal_point_in, meeting_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def area():
    return FocusArea.objects.get(number=2)


@pytest.fixture
def other_area():
    return FocusArea.objects.get(number=3)


@pytest.fixture
def person(area):
    return focal_point_in(area)


@pytest.fixture
def meeting(area):
    return meeting_of(area, starts_at=NOON + HOUR)


def answered(meeting, person, choice=RsvpChoice.YES, **more):
    return record_rsvp(
        **{
            "meeting": meeting,
            "focal_point": person,
            "choice": choice,
            "by": account_of(person),
            "at": NOON,
            **more,
        }
    )


def refused(why, meeting, person, **more):
    """An answer is refused and nothing written; return what the person reads."""
    before = list(Rsvp.objects.values())
    with pytest.raises(why) as refusal:
        answered(meeting, person, **more)
    assert list(Rsvp.objects.values()) == before
    return str(refusal.value)


@pytest.mark.parametrize("choice", RsvpChoice)
def test_answer_keeps_what_was_said_by_whom_when_and_for_which_time(meeting, person, choice):
    given = answered(meeting, person, choice)

    given.refresh_from_db()
    assert (given.meeting, given.focal_point, given.choice) == (meeting, person, choice)
    assert (given.starts_at, given.responded_at) == (NOON + HOUR, NOON)
    assert given.by == account_of(person)
    [version] = given.history.all()
    assert (version.history_by_name, version.history_date) == (person.full_name, NOON)


def test_answer_to_a_meeting_of_the_whole_coalition_is_taken_from_each_area(person, other_area):
    meeting = meeting_of(None, starts_at=NOON + HOUR)

    answered(meeting, person)
    answered(meeting, focal_point_in(other_area))

    assert Rsvp.objects.current().count() == 2


def test_answer_may_be_changed_while_the_meeting_lasts(meeting, person):
    first = answered(meeting, person)

    second = answered(meeting, person, RsvpChoice.NO, at=meeting.ends_at - timedelta(seconds=1))

    assert second.pk == first.pk
    assert [each.choice for each in Rsvp.objects.all()] == [RsvpChoice.NO]
    assert list(second.history.values_list("choice", flat=True)) == [RsvpChoice.NO, RsvpChoice.YES]


def test_answer_that_was_given_already_is_refused(meeting, person):
    answered(meeting, person)

    words = refused(SameRsvp, meeting, person)

    assert words == "You have answered “Yes, in person” already. Nothing was changed."


def test_answer_is_refused_once_the_meeting_is_over(meeting, person):
    assert "is over" in refused(MeetingOver, meeting, person, at=meeting.ends_at)


def test_answer_is_refused_to_a_meeting_that_is_cancelled(area, person):
    meeting = meeting_of(area, starts_at=NOON + HOUR, status=MeetingStatus.CANCELLED)

    assert "is cancelled" in refused(MeetingCancelled, meeting, person)


def test_answer_is_refused_to_a_deadline(area, person):
    meeting = meeting_of(area, starts_at=NOON + HOUR, kind=MeetingKind.DEADLINE)

    assert "This is a deadline" in refused(NotAGathering, meeting, person)


def test_answer_is_refused_to_a_draft(area, person):
    meeting = meeting_of(area, starts_at=NOON + HOUR, status=MeetingStatus.DRAFT)

    refused(NotInvited, meeting, person)


def test_answer_is_refused_to_a_meeting_of_another_area(meeting, other_area):
    assert "not, or no more, asked" in refused(NotInvited, meeting, focal_point_in(other_area))


def test_answer_is_refused_for_somebody_else(meeting, person, area):
    refused(NotInvited, meeting, person, by=account_of(focal_point_in(area, "Other")))


def test_answer_is_refused_to_staff(meeting, person):
    refused(NotInvited, meeting, person, by=UserFactory(email=person.email, is_staff=True))


def test_answer_is_refused_for_a_member_that_withdrew_meanwhile(meeting, person):
    stale = type(person).objects.select_related("member").get(pk=person.pk)
    withdraw(member=person.member, by=UserFactory(), at=NOON)

    refused(NotInvited, meeting, stale)


def test_answer_is_refused_for_a_member_that_was_moved_meanwhile(meeting, person, other_area):
    stale = type(person).objects.select_related("member").get(pk=person.pk)
    move_to_focus_area(
        member=person.member,
        focus_area=other_area,
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )

    refused(NotInvited, meeting, stale)


def test_answer_is_refused_to_who_handed_the_role_over(meeting, person):
    former = account_of(person)
    accept_role_transfer(role_transfer=RoleTransferFactory(focal_point=person), at=NOON)

    refused(NotInvited, meeting, person, by=former)


def test_answer_of_a_predecessor_is_not_inherited_even_at_the_same_address(meeting, person):
    answered(meeting, person, RsvpChoice.NO)
    role_transfer = RoleTransferFactory(focal_point=person, email=person.email, given_name="Grace")
    person = accept_role_transfer(role_transfer=role_transfer, at=NOON)

    assert list(Rsvp.objects.current()) == []
    given = answered(meeting, person, RsvpChoice.NO)

    assert list(Rsvp.objects.current()) == [given]
    assert Rsvp.objects.count() == 2


def test_answer_stands_for_the_time_that_it_was_given_for(meeting, person):
    answered(meeting, person)
    move_meeting(
        meeting=meeting,
        starts_at=NOON + 2 * HOUR,
        ends_at=NOON + 3 * HOUR,
        by=UserFactory(),
        at=NOON,
    )
    assert list(Rsvp.objects.current()) == []

    again = answered(meeting, person)

    assert list(Rsvp.objects.current()) == [again]
    assert [each.starts_at for each in Rsvp.objects.all()] == [NOON + 2 * HOUR]


def test_answer_stands_where_place_and_link_change_and_the_time_does_not(meeting, person):
    given = answered(meeting, person)
    change_meeting(meeting=meeting, place="Kigali", join_link="", by=UserFactory(), at=NOON)

    assert list(Rsvp.objects.current()) == [given]


def test_answer_for_a_time_that_is_no_more_is_refused(meeting, person):
    words = refused(MeetingMoved, meeting, person, starts_at=NOON)

    assert words.startswith("The meeting was moved after you opened this page.")


def test_answer_reads_the_meeting_as_it_is_now(meeting, person):
    stale = Meeting.objects.get(pk=meeting.pk)
    Meeting.objects.update(status=MeetingStatus.CANCELLED)

    refused(MeetingCancelled, stale, person)


def test_answer_is_one_of_each_organisation_that_somebody_stands_for(meeting, person, area):
    second = focal_point_in(area, "Bank", email=person.email)

    answered(meeting, person, RsvpChoice.YES)
    answered(meeting, second, RsvpChoice.NO)

    assert {each.focal_point: each.choice for each in Rsvp.objects.current()} == {
        person: RsvpChoice.YES,
        second: RsvpChoice.NO,
    }
