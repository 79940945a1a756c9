"""Somebody answers at the very moment at which something else happens, in real transactions."""

from datetime import timedelta

import pytest

from focus_areas.models import FocusArea
from meetings.models import Meeting
from meetings.services.meetings import cancel_meeting, move_meeting
from members.models import FocalPoint
from members.services.decisions import withdraw
from members.services.focal_points import accept_role_transfer
from participation.models import Rsvp, RsvpChoice
from participation.services.rsvps import (
    MeetingCancelled,
    MeetingMoved,
    NotInvited,
    SameRsvp,
    record_rsvp,
)
from tests.factories import NOON, RoleTransferFactory, UserFactory
from tests.participation.people import account_of, focal_point_in, meeting_of
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY
HOUR = timedelta(hours=1)


def answering(person, meeting, **seen):
    """Return a deed that says yes, with rows of its own."""
    own = FocalPoint.objects.select_related("member").get(pk=person.pk)
    own_meeting, account = Meeting.objects.get(pk=meeting.pk), account_of(person)
    return lambda: record_rsvp(
        meeting=own_meeting, focal_point=own, choice=RsvpChoice.YES, by=account, at=NOON, **seen
    )


def one_asked():
    area = FocusArea.objects.get(number=2)
    return focal_point_in(area), meeting_of(area, starts_at=NOON + HOUR)


def twice():
    person, meeting = one_asked()
    won, lost = overtaken(
        answering(person, meeting), answering(person, meeting), at="participation_rsvp"
    )
    return [type(won), type(lost), Rsvp.objects.count()]


def test_of_two_same_answers_at_once_one_is_kept_and_one_refused():
    assert twice() == [Rsvp, SameRsvp, 1]


def test_two_same_answers_at_once_need_the_lock():
    with without_locks():
        assert twice() != [Rsvp, SameRsvp, 1]


@pytest.mark.parametrize(
    ("deed", "table", "why"),
    [
        (
            lambda person, meeting: move_meeting(
                meeting=meeting,
                starts_at=NOON + 2 * HOUR,
                ends_at=NOON + 3 * HOUR,
                by=UserFactory(),
                at=NOON,
            ),
            "meetings_meeting",
            MeetingMoved,
        ),
        (
            lambda person, meeting: cancel_meeting(meeting=meeting, by=UserFactory(), at=NOON),
            "meetings_meeting",
            MeetingCancelled,
        ),
        (
            lambda person, meeting: withdraw(member=person.member, by=UserFactory(), at=NOON),
            "members_member",
            NotInvited,
        ),
        (
            lambda person, meeting: accept_role_transfer(
                role_transfer=RoleTransferFactory(focal_point=person), at=NOON
            ),
            "members_focalpoint",
            NotInvited,
        ),
    ],
    ids=["moved", "cancelled", "withdrawn", "handed over"],
)
def test_answer_waits_for_what_happens_to_meeting_and_role_and_is_refused(deed, table, why):
    person, meeting = one_asked()
    to_answer = answering(person, meeting, starts_at=meeting.starts_at)

    _done, refused = overtaken(lambda: deed(person, meeting), to_answer, at=table)

    assert (type(refused), Rsvp.objects.count()) == (why, 0)
