"""RSVPs of focal points."""

from datetime import timedelta

import pytest

from core.conflicts import Refused
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.meetings import change_meeting
from members.models import GrantedRole
from members.services.decisions import move_to_focus_area
from participation.models import Rsvp, RsvpChoice
from participation.services.rsvps import (
    MeetingCancelled,
    MeetingMoved,
    NotInvited,
    SameRsvp,
    record_rsvp,
)
from tests.factories import NOON, UserFactory
from tests.participation.people import (
    account_of,
    focal_point_in,
    handed_over,
    meeting_of,
    withdrawn,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


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
    """Assert that an RSVP is refused and nothing is written; return the message."""
    before = list(Rsvp.objects.values())
    with pytest.raises(Refused) as refusal:
        answered(meeting, person, **more)
    assert why in (type(refusal.value), refusal.value.code)
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


def test_answer_may_be_changed_while_the_meeting_lasts(person):
    meeting = meeting_of(None, starts_at=NOON + HOUR)
    first = answered(meeting, person)

    second = answered(meeting, person, RsvpChoice.NO, at=meeting.ends_at - timedelta(seconds=1))

    assert second.pk == first.pk
    assert [each.choice for each in Rsvp.objects.all()] == [RsvpChoice.NO]
    assert list(second.history.values_list("choice", flat=True)) == [RsvpChoice.NO, RsvpChoice.YES]


@pytest.mark.parametrize(
    ("facts", "why", "words"),
    [
        ({"status": MeetingStatus.CANCELLED}, MeetingCancelled, "is cancelled"),
        ({"status": MeetingStatus.DRAFT}, NotInvited, "not, or no longer, invited"),
        ({"kind": MeetingKind.DEADLINE}, "not_a_gathering", "This is a deadline"),
        ({"starts_at": NOON - HOUR, "ends_at": NOON}, "meeting_over", "is over"),
        (
            {"starts_at": NOON + 2 * HOUR, "ends_at": NOON + 3 * HOUR},
            MeetingMoved,
            "The meeting was moved after you opened this page.",
        ),
    ],
)
def test_answer_is_refused_to_what_nobody_is_asked_to(meeting, person, facts, why, words):
    # As in the database: the page was opened before.
    Meeting.objects.filter(pk=meeting.pk).update(**facts)

    assert words in refused(why, meeting, person, starts_at=NOON + HOUR)


def test_answer_that_was_given_already_is_refused(meeting, person):
    answered(meeting, person)

    words = refused(SameRsvp, meeting, person)

    assert words == "You have already replied “Yes, in person”. Nothing was changed."


def test_answer_is_refused_for_somebody_else(meeting, person, area, other_area):
    somebody = account_of(focal_point_in(area, "Other", email="other@example.org"))

    staff = UserFactory(email=person.email, is_staff=True)

    refused(NotInvited, meeting, focal_point_in(other_area))
    refused(NotInvited, meeting, person, by=somebody)
    refused(NotInvited, meeting, person, by=staff)


def moved_to_another_group(person):
    move_to_focus_area(
        member=person.member,
        focus_area=FocusArea.objects.get(number=3),
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON,
    )


@pytest.mark.parametrize("meanwhile", [withdrawn, moved_to_another_group, handed_over])
def test_answer_is_refused_to_who_is_asked_no_more(meeting, person, meanwhile):
    former = account_of(person)
    stale = type(person).objects.select_related("member").get(pk=person.pk)
    meanwhile(person)

    refused(NotInvited, meeting, stale, by=former)


def test_answer_of_a_predecessor_is_not_inherited_even_at_the_same_address(meeting, person):
    answered(meeting, person, RsvpChoice.NO)
    person = handed_over(person, email=person.email, given_name="Grace")

    assert list(Rsvp.objects.current()) == []
    given = answered(meeting, person, RsvpChoice.NO)

    assert list(Rsvp.objects.current()) == [given]
    assert Rsvp.objects.count() == 2


def test_answer_stands_for_the_time_that_it_was_given_for(meeting, person):
    answered(meeting, person)
    later = {"starts_at": NOON + 2 * HOUR, "ends_at": NOON + 3 * HOUR}
    change_meeting(meeting=meeting, by=UserFactory(), at=NOON, **later)
    assert list(Rsvp.objects.current()) == []

    again = answered(meeting, person)

    assert list(Rsvp.objects.current()) == [again]
    assert [each.starts_at for each in Rsvp.objects.all()] == [NOON + 2 * HOUR]


def test_answer_is_one_of_each_organisation_that_somebody_stands_for(meeting, person, area):
    second = focal_point_in(area, "Bank", email=person.email)

    answered(meeting, person, RsvpChoice.YES)
    answered(meeting, second, RsvpChoice.NO)

    assert {each.focal_point: each.choice for each in Rsvp.objects.current()} == {
        person: RsvpChoice.YES,
        second: RsvpChoice.NO,
    }
