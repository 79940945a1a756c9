"""Two concurrent calls about one meeting, one series, or the sittings of one meeting."""

from datetime import timedelta
from functools import partial

from django.db import transaction

from core.conflicts import NothingChanged, lock_rows
from meetings.models import AgendaItem, Meeting, MeetingStatus, Series, Weekday
from meetings.services.agenda import set_agenda
from meetings.services.dst_changes import apply_dst_changes
from meetings.services.meetings import (
    AlreadyCancelled,
    AlreadyScheduled,
    MeetingConflict,
    MeetingDeleted,
    NotCancelled,
    cancel_meeting,
    change_meeting,
    delete_draft,
    put_back_meeting,
    schedule_meeting,
)
from meetings.services.series import (
    OccurrenceConflict,
    SeriesConflict,
    cancel_occurrences,
    change_occurrences,
    change_recurrence,
    schedule_occurrences,
)
from meetings.services.series_plan import DateSetByRule, Scope, SeriesPlan
from meetings.services.sittings import AlreadyASitting, link_sittings, separate_sitting
from tests.factories import NOON, MeetingFactory, UserFactory
from tests.meetings.desk import staff_with
from tests.meetings.repeated import BEFORE, TUESDAYS, at_three, planned, rule
from tests.meetings.test_dst_changes import planned_by_other_rules
from tests.sweeps.races.race import Race, own, twice

MEETING = "meetings_meeting"
move = partial(change_meeting, starts_at=NOON, ends_at=NOON + timedelta(hours=1))
move_elsewhere = partial(change_meeting, place="Kigali")
elsewhere = partial(change_occurrences, place="Kigali")
another_time = partial(
    change_occurrences,
    starts_at=at_three(TUESDAYS[2], hour=10),
    ends_at=at_three(TUESDAYS[2], hour=11),
)
another_day = partial(
    change_recurrence, rule=rule(weekday=Weekday.THURSDAY, first_day=TUESDAYS[2], count=2)
)


def at_a_meeting(first, second=None, *, status=MeetingStatus.SCHEDULED, sequence=1, **seen):
    """Two changes of a meeting. The first one is written to its history."""

    def arrange():
        meeting = MeetingFactory(status=status)

        def step(function):
            return partial(function, meeting=own(meeting), by=UserFactory(), at=NOON, **seen)

        def one_is_made():
            now = own(meeting)
            return (now.version, now.sequence, now.history.count()) == (2, sequence, 2)

        return step(first), step(second or first), one_is_made

    return arrange


def deleted_and(second):
    """A draft is deleted, and another change of it comes second."""

    def arrange():
        draft = MeetingFactory(status=MeetingStatus.DRAFT)

        def step(function):
            return partial(function, meeting=own(draft), by=UserFactory(), at=NOON)

        def it_is_deleted():
            return not Meeting.objects.filter(pk=draft.pk).exists()

        return step(delete_draft), step(second), it_is_deleted

    return arrange


def at_a_series(first, second=None, *, on_the_calendar=True, is_seen=True, **facts):
    """Two changes of the later meetings of a series, and their number afterwards."""

    def arrange():
        meetings = planned(on_the_calendar=on_the_calendar)
        versions = {meeting.pk: meeting.version for meeting in meetings[2:]}
        seen = {"versions": versions} if is_seen else {}

        def step(function):
            return partial(
                function,
                meeting=own(meetings[2]),
                scope=Scope.LATER,
                by=staff_with(),
                at=BEFORE,
                **seen,
            )

        return step(first), step(second or first), *facts.get("question", lambda _: ())(meetings)

    return arrange


def changes_the_new_part(meetings):
    """A call that waited until a series was divided changes its new part."""

    def question():
        later = [own(meeting) for meeting in meetings[2:]]
        return {(each.place, each.starts_at.hour) for each in later} == {("Kigali", 9)} and len(
            {each.series for each in later}
        ) == 1

    return (question,)


def series_and_one_of_it():
    meetings = planned()
    by = {"by": staff_with(), "at": BEFORE}
    return (
        partial(elsewhere, meeting=own(meetings[2]), scope=Scope.LATER, **by),
        partial(change_meeting, meeting=own(meetings[3]), version=2, title="Its own", **by),
    )


def two_agendas(version=None):
    """Two colleagues save the agenda of a meeting."""

    def arrange():
        meeting = MeetingFactory()

        def step(title):
            item = {"key": None, "title": title, "minutes": 5, "speaker": ""}
            return partial(
                set_agenda, meeting=own(meeting), items=[item], by=None, at=NOON, version=version
            )

        def the_meeting_has_one_agenda():
            return own(meeting).agenda_items.count() == 1

        return step("Mine"), step("Ours"), the_meeting_has_one_agenda

    return arrange


def linking(meeting, other):
    return partial(link_sittings, meeting=own(meeting), other=own(other), by=None, at=NOON)


def linked_from_both_sides():
    one, other = MeetingFactory(), MeetingFactory()

    def one_is_the_first():
        return [own(each).sitting_of_id for each in (one, other)].count(None) == 1

    return linking(one, other), linking(other, one), one_is_the_first


def separated_and_linked():
    first = MeetingFactory()
    second, alone = MeetingFactory(sitting_of=first), MeetingFactory()

    def there_is_no_chain():
        firsts = [own(each).sitting_of_id for each in (first, second, alone)]
        return firsts == [None, None, second.pk]

    separating = partial(separate_sitting, meeting=own(first), by=None, at=NOON)
    return separating, linking(alone, second), there_is_no_chain


def two_apply_dst_changes():
    meeting = planned_by_other_rules()

    def apply():
        return [each.pk == meeting.pk for each in apply_dst_changes(at=NOON)]

    return *twice(apply), lambda: (own(meeting).version, own(meeting).sequence) == (2, 1)


def changed_and_dst_changes():
    meeting = planned_by_other_rules()
    changing = partial(change_meeting, meeting=own(meeting), by=None, at=NOON, title="Theirs")
    return (
        changing,
        partial(apply_dst_changes, at=NOON),
        lambda: len(apply_dst_changes(at=NOON)) == 1,
    )


def two_lock_rows():
    keys = [MeetingFactory(place="Geneva").pk for _number in range(2)]

    def moving(place):
        @transaction.atomic
        def move_all():
            lock_rows(Meeting.objects.filter(pk__in=keys))
            rows = Meeting.objects.filter(pk__in=keys)
            seen = set(rows.values_list("place", flat=True))
            rows.update(place=place)
            return seen

        return move_all

    return moving("Kigali"), moving("Nairobi")


RACES = {
    # A change by two people is made once.
    "schedule": Race(
        at_a_meeting(schedule_meeting, status=MeetingStatus.DRAFT, sequence=0),
        MEETING,
        (Meeting, AlreadyScheduled),
    ),
    "move": Race(at_a_meeting(move), MEETING, (Meeting, NothingChanged)),
    "move elsewhere": Race(at_a_meeting(move_elsewhere), MEETING, (Meeting, NothingChanged)),
    "cancel": Race(at_a_meeting(cancel_meeting), MEETING, (Meeting, AlreadyCancelled)),
    "put back": Race(
        at_a_meeting(put_back_meeting, status=MeetingStatus.CANCELLED),
        MEETING,
        (Meeting, NotCancelled),
    ),
    # If two changes come from the same page, the second one is refused.
    "schedule, and move": Race(
        at_a_meeting(schedule_meeting, move, status=MeetingStatus.DRAFT, sequence=0, version=1),
        MEETING,
        (Meeting, MeetingConflict),
    ),
    "move, and move elsewhere": Race(
        at_a_meeting(move, move_elsewhere, version=1), MEETING, (Meeting, MeetingConflict)
    ),
    "cancel, and move": Race(
        at_a_meeting(cancel_meeting, move, version=1), MEETING, (Meeting, AlreadyCancelled)
    ),
    "move, and cancel": Race(
        at_a_meeting(move, cancel_meeting, version=1), MEETING, (Meeting, MeetingConflict)
    ),
    "two agendas": Race(
        two_agendas(version=1), MEETING, (Meeting, MeetingConflict), {AgendaItem: 1}
    ),
    "delete a draft": Race(deleted_and(delete_draft), MEETING, (Meeting, MeetingDeleted)),
    "delete a draft, and schedule it": Race(
        deleted_and(schedule_meeting), MEETING, (Meeting, MeetingDeleted)
    ),
    "schedule a draft, and delete it": Race(
        at_a_meeting(
            schedule_meeting, delete_draft, status=MeetingStatus.DRAFT, sequence=0, version=1
        ),
        MEETING,
        (Meeting, AlreadyScheduled),
    ),
    "lock several": Race(two_lock_rows, MEETING, ({"Geneva"}, {"Kigali"})),
    "move a series elsewhere": Race(
        at_a_series(elsewhere), MEETING, (SeriesPlan, NothingChanged), {Series: 0}
    ),
    "schedule a series": Race(
        at_a_series(schedule_occurrences, on_the_calendar=False),
        MEETING,
        (SeriesPlan, NothingChanged),
    ),
    "another time, and another day": Race(
        at_a_series(another_time, another_day),
        MEETING,
        (SeriesPlan, OccurrenceConflict),
        {Series: 1},
    ),
    "another day, and another time": Race(
        at_a_series(another_day, another_time), MEETING, (SeriesPlan, DateSetByRule), {Series: 1}
    ),
    "cancel a series, and move it elsewhere": Race(
        at_a_series(cancel_occurrences, elsewhere), MEETING, (SeriesPlan, AlreadyCancelled)
    ),
    "another time, and elsewhere unseen": Race(
        at_a_series(another_time, elsewhere, is_seen=False, question=changes_the_new_part),
        MEETING,
        (SeriesPlan, SeriesPlan),
        {Series: 1},
        needs_lock=False,
    ),
    "delete drafts, and move them elsewhere": Race(
        at_a_series(cancel_occurrences, elsewhere, on_the_calendar=False),
        MEETING,
        (SeriesPlan, SeriesConflict),
    ),
    "move a series, and change one of it": Race(
        series_and_one_of_it, MEETING, (SeriesPlan, MeetingConflict)
    ),
    "link from both sides": Race(linked_from_both_sides, MEETING, (Meeting, AlreadyASitting)),
    "separate, and link": Race(separated_and_linked, MEETING, (Meeting, Meeting)),
    "apply changes of the clocks": Race(two_apply_dst_changes, MEETING, ([True], [])),
    "change, and apply changes of the clocks": Race(
        changed_and_dst_changes, MEETING, (Meeting, [])
    ),
}
