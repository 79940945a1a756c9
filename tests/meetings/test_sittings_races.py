"""Two colleagues at the sittings of one meeting at once, in real transactions."""

from meetings.models import Meeting
from meetings.services.sittings import Refused, link_sittings, separate_sitting
from tests.factories import NOON, MeetingFactory
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


def of_their_own(meeting):
    return Meeting.objects.get(pk=meeting.pk)


def each_with_the_other():
    """Link two meetings with each other from both sides, which would be a circle."""
    one, two = MeetingFactory(), MeetingFactory()
    deeds = [
        lambda meeting=meeting, other=other: link_sittings(
            meeting=of_their_own(meeting), other=of_their_own(other), by=None, at=NOON
        )
        for meeting, other in ((one, two), (two, one))
    ]
    outcomes = overtaken(*deeds, at="meetings_meeting")
    firsts = [of_their_own(meeting).sitting_of_id for meeting in (one, two)]
    return outcomes, firsts


def test_of_two_links_from_both_sides_one_is_made():
    (won, lost), firsts = each_with_the_other()

    assert isinstance(won, Meeting)
    assert isinstance(lost, Refused)
    assert firsts.count(None) == 1


def test_links_at_once_need_the_lock():
    with without_locks():
        _outcomes, firsts = each_with_the_other()

    assert firsts.count(None) == 0


def test_link_with_a_first_that_is_separated_at_once_is_never_a_chain():
    first = MeetingFactory()
    second, alone = MeetingFactory(sitting_of=first), MeetingFactory()

    separated, linked = overtaken(
        lambda: separate_sitting(meeting=of_their_own(first), by=None, at=NOON),
        lambda: link_sittings(
            meeting=of_their_own(alone), other=of_their_own(second), by=None, at=NOON
        ),
        at="meetings_meeting",
    )

    assert isinstance(separated, Meeting)
    assert isinstance(linked, Meeting)
    assert [of_their_own(each).sitting_of_id for each in (first, second, alone)] == [
        None,
        None,
        second.pk,
    ]
