"""For random sittings, answers and moves, nobody is asked twice or reminded of what they declined.

Each person is also expected at one sitting of a meeting at most.
"""

from contextlib import suppress

from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.conflicts import Refused
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import cancel_meeting, move_meeting
from meetings.services.sittings import link_sittings, separate_sitting, sittings_by_meeting
from outbox.models import Message
from participation.models import ATTENDING, RsvpChoice
from participation.services.chosen_sittings import OTHER_SITTING, Presentation, shown_meetings
from participation.services.expected_attendees import expected_attendees
from participation.services.my_meetings import listed_meetings_of, my_meetings
from participation.services.notices import mark_all_as_announced
from participation.services.reminders import send_reminders
from tests.factories import NOON
from tests.participation.people import focal_point_in, meeting_of
from tests.participation.sittings import DAY, HOUR, MINUTE, answered

# Numbers of meetings and people.
MEETING, PERSON = st.integers(0, 2), st.integers(0, 1)
# Hours after the earliest start.
STARTS = st.integers(0, 30)
STEPS = st.one_of(
    st.tuples(st.just("answer"), MEETING, PERSON, st.sampled_from(RsvpChoice)),
    st.tuples(st.just("move"), MEETING, STARTS),
    st.tuples(st.just("cancel"), MEETING),
    st.tuples(st.just("separate"), MEETING),
    st.tuples(st.just("link"), MEETING, MEETING),
)
ZONES = st.sampled_from(["Africa/Nairobi", "Pacific/Auckland", "America/Lima"])
LINKED = [("link", 1, 0), ("link", 2, 0)]


def start(hours):
    return NOON + 3 * DAY + hours * HOUR


def take(step, pks, people, at):
    """Take one step. Raises Refused."""
    what, number, *facts = step
    meeting, who = Meeting.objects.get(pk=pks[number]), {"by": None, "at": at}
    if what == "answer":
        person = people[facts[0]]
        answered(meeting, person, facts[1], at=at)
        now = my_meetings([meeting], people=[person], at=at)[meeting.pk]
        assert not now.is_to_be_answered
        assert now.asked[0].choice == facts[1] or facts[1] == RsvpChoice.NO
    elif what == "move":
        move_meeting(
            meeting=meeting, starts_at=start(facts[0]), ends_at=start(facts[0]) + HOUR, **who
        )
    elif what == "cancel":
        cancel_meeting(meeting=meeting, **who)
    elif what == "separate":
        separate_sitting(meeting=meeting, **who)
    else:
        link_sittings(meeting=meeting, other=Meeting.objects.get(pk=pks[facts[0]]), **who)


def check_each_group(person, at):
    """Assert what a person sees, and where they are expected; return what they do not attend."""
    declined = set()
    listed = set(listed_meetings_of([person], zone=person.time_zone, at=at))
    for group in sittings_by_meeting(Meeting.objects.all()).values():
        theirs = [
            each for each in group if each.focus_area_id in (None, person.member.focus_area_id)
        ]
        if not theirs:
            continue
        mine = my_meetings(theirs, people=[person], at=at)
        choices = {
            each: expected.choice
            for each in theirs
            for expected in expected_attendees(each)
            if expected.person == person
        }
        assert {each: mine[each.pk].asked[0].choice for each in theirs} == choices
        attended = [
            each
            for each, choice in choices.items()
            if choice in ATTENDING and each.status == MeetingStatus.SCHEDULED
        ]
        asked = [each for each in theirs if mine[each.pk].is_to_be_answered]
        assert len(attended) <= 1
        # There is one row for the meeting, so there is one question.
        assert len(listed.intersection(theirs)) == 1
        if attended:
            assert asked == []
            assert listed.intersection(theirs) == set(attended)
        declined |= {each for each in theirs if choices[each] in (OTHER_SITTING, RsvpChoice.NO)}
        shown = shown_meetings(theirs, people=[person])
        if len(theirs) > 1:
            assert all(
                shown[each.pk].presentation == Presentation.LEFT_OUT
                for each in declined.intersection(theirs)
            )
    return declined


def check_reminders(declined):
    """Assert that nobody is reminded of what they declined, or of two sittings of a meeting."""
    mark_all_as_announced(at=NOON)
    for begins in Meeting.objects.order_by("starts_at").values_list("starts_at", flat=True):
        send_reminders(at=begins - DAY)
    reminded = [
        (Meeting.objects.get(pk=topic.split("/")[0].removeprefix("meeting-")), recipient)
        for topic, recipient in Message.objects.values_list("topic", "recipient")
    ]
    for meeting, recipient in reminded:
        assert meeting not in declined[recipient]
    of_groups = [(meeting.sitting_of_id or meeting.pk, to) for meeting, to in reminded]
    assert len(of_groups) == len(set(of_groups))


@settings(max_examples=5, deadline=None)
# Answered twice before the sittings were linked.
@example(
    starts=[0, 12, 20],
    of_coalition=[False] * 3,
    zones=["Africa/Nairobi"] * 2,
    steps=[
        *(("answer", number, 0, RsvpChoice.REMOTE) for number in range(3)),
        *LINKED,
        ("answer", 1, 1, RsvpChoice.NO),
        ("move", 1, 30),
    ],
)
@given(
    starts=st.lists(STARTS, min_size=3, max_size=3),
    of_coalition=st.lists(st.booleans(), min_size=3, max_size=3),
    zones=st.lists(ZONES, min_size=2, max_size=2),
    steps=st.lists(STEPS, max_size=6).map(lambda steps: [*LINKED, *steps]),
)
def test_nobody_is_asked_twice_or_reminded_of_what_they_declined(
    db, starts, of_coalition, zones, steps
):
    with transaction.atomic():
        Meeting.objects.all().delete()
        areas = FocusArea.objects.filter(number__in=[2, 3]).order_by("number")
        people = [
            focal_point_in(area, time_zone=zone) for area, zone in zip(areas, zones, strict=True)
        ]
        pks = [
            meeting_of(None if is_common else areas[0], starts_at=start(hours), place="Kigali").pk
            for hours, is_common in zip(starts, of_coalition, strict=True)
        ]

        declined = {}
        for number, step in enumerate(steps):
            at = NOON + number * MINUTE
            with suppress(Refused), transaction.atomic():
                take(step, pks, people, at)
            declined = {person.email: check_each_group(person, at) for person in people}

        check_reminders(declined)
        transaction.set_rollback(True)
