"""Two at once change one row: the second waits, and is told."""

from django.db import transaction

from core.conflicts import check_version, lock, lock_rows, save_next_version
from meetings.models import Meeting
from tests.core.test_conflicts import MovedOn
from tests.factories import NOON, MeetingFactory
from tests.races import POSTGRESQL_ONLY, overtaken

pytestmark = POSTGRESQL_ONLY


def changing(pk, title):
    """A change by somebody who saw the first version."""

    @transaction.atomic
    def change():
        meeting = Meeting.objects.get(pk=pk)
        lock(meeting)
        check_version(meeting, 1, MovedOn)
        meeting.title = title
        save_next_version(meeting, "title", by=None, at=NOON)
        return title

    return change


def test_of_two_who_change_one_version_at_once_the_second_is_refused():
    pk = MeetingFactory(version=1).pk

    first, second = overtaken(changing(pk, "First"), changing(pk, "Second"), at="meetings_meeting")

    assert (first, type(second)) == ("First", MovedOn)
    assert Meeting.objects.get(pk=pk).title == "First"


def test_of_two_who_lock_the_same_rows_at_once_the_second_waits_for_the_first():
    keys = [MeetingFactory(place="Geneva").pk for _number in range(2)]

    def moving(place):
        @transaction.atomic
        def move():
            lock_rows(Meeting.objects.filter(pk__in=keys))
            seen = set(Meeting.objects.filter(pk__in=keys).values_list("place", flat=True))
            Meeting.objects.filter(pk__in=keys).update(place=place)
            return seen

        return move

    answers = overtaken(moving("Kigali"), moving("Nairobi"), at="meetings_meeting")

    assert answers == ({"Geneva"}, {"Kigali"})
