"""The answer to a meeting with several sittings counts for all of them."""

import pytest

from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import cancel_meeting, move_meeting
from meetings.services.sittings import link_sittings, separate_sitting
from participation.models import Rsvp, RsvpChoice
from participation.services.chosen_sittings import (
    OTHER_SITTING,
    Presentation,
    load_answers,
    shown_meetings,
    unlisted_sittings,
)
from participation.services.rsvps import MeetingMoved, SameRsvp
from tests.factories import NOON, RsvpFactory
from tests.participation.people import focal_point_in, meeting_of
from tests.participation.sittings import (
    DAY,
    EVENING,
    HOUR,
    MINUTE,
    MORNING,
    answered,
    stored,
    two_sittings,
)

pytestmark = pytest.mark.django_db
YES, REMOTE, NO = RsvpChoice.YES, RsvpChoice.REMOTE, RsvpChoice.NO
LEFT_OUT, TENTATIVE, SHOWN = Presentation
LATER = NOON + MINUTE


def answer_of(person, meeting):
    return load_answers([meeting], people=[person]).of(person, meeting)


def choices(person, *sittings):
    """The answer at each sitting, and whether none is expected."""
    current = [Meeting.objects.get(pk=each.pk) for each in sittings]
    answer = answer_of(person, current[0])
    return [answer.choice_at(each) for each in current], answer.is_answered(at=NOON)


def presentations(person, *sittings):
    current = [Meeting.objects.get(pk=each.pk) for each in sittings]
    shown = shown_meetings(current, people=[person])
    return [shown[each.pk].presentation for each in current]


def listed(person, *sittings, at=NOON):
    out = unlisted_sittings([person], zone=person.time_zone, at=at)
    return [each for each in sittings if each.pk not in out]


def moved(meeting, to):
    move_meeting(meeting=meeting, starts_at=to, ends_at=to + HOUR, by=None, at=LATER)


def test_answer_to_one_sitting_answers_for_both(area, person):
    first, second = two_sittings(area)
    assert choices(person, first, second) == (["", ""], False)
    assert presentations(person, first, second) == [TENTATIVE, TENTATIVE]

    answered(second, person)

    assert choices(person, first, second) == ([OTHER_SITTING, REMOTE], True)
    assert presentations(person, first, second) == [LEFT_OUT, SHOWN]


def test_answer_to_the_other_sitting_replaces_the_earlier_one_and_history_keeps_both(area, person):
    first, second = two_sittings(area)
    answered(first, person)

    answered(second, person, YES, at=LATER)

    assert stored() == {second.pk: YES}
    kept = Rsvp.history.order_by("history_id").values_list(
        "meeting", "history_type", "history_by_name", "history_date"
    )
    name = person.full_name
    assert sorted(kept) == sorted(
        [
            (first.pk, "+", name, NOON),
            (first.pk, "-", name, LATER),
            (second.pk, "+", name, LATER),
        ]
    )


def test_no_declines_both_sittings_until_they_answer_again(area, person):
    first, second = two_sittings(area)
    answered(first, person)

    answered(second, person, NO)

    assert stored() == {first.pk: NO, second.pk: NO}
    assert choices(person, first, second) == ([NO, NO], True)
    assert presentations(person, first, second) == [LEFT_OUT, LEFT_OUT]
    with pytest.raises(SameRsvp):
        answered(first, person, NO)

    answered(first, person)

    assert stored() == {first.pk: REMOTE}


def test_no_declines_only_sittings_that_the_page_showed(area, person):
    first, second = two_sittings(area)
    linked_since = meeting_of(area, starts_at=EVENING + DAY, sitting_of=first)

    answered(first, person, NO, others_shown={second.pk: EVENING})

    assert stored() == {first.pk: NO, second.pk: NO}
    assert choices(person, linked_since) == ([""], False)


def test_no_declines_only_open_sittings_to_which_they_are_invited(area, other_area, person):
    first, second = two_sittings(area)
    for facts in (
        {"status": MeetingStatus.CANCELLED},
        {"status": MeetingStatus.DRAFT},
        {"starts_at": NOON - DAY},
        {"focus_area": other_area},
    ):
        meeting_of(**{"area": area, "starts_at": EVENING, "sitting_of": first, **facts})

    answered(first, person, NO)

    assert stored() == {first.pk: NO, second.pk: NO}


def test_no_is_refused_if_the_other_sitting_moved_after_the_page_was_opened(area, person):
    first, second = two_sittings(area)
    moved(second, EVENING + DAY)

    with pytest.raises(MeetingMoved):
        answered(first, person, NO, others_shown={second.pk: EVENING})

    assert stored() == {}
    # Whether they attend the first sitting does not depend on the second one.
    answered(first, person, others_shown={second.pk: EVENING})
    assert stored() == {first.pk: REMOTE}


def test_person_is_asked_about_both_again_if_the_chosen_sitting_moves(area, person):
    first, second = two_sittings(area)
    answered(first, person)

    moved(first, MORNING + HOUR)

    assert choices(person, first, second) == (["", ""], False)
    assert presentations(person, first, second) == [TENTATIVE, TENTATIVE]
    assert answer_of(person, second).rsvp_at(second).meeting == first


def test_person_is_not_asked_again_if_a_sitting_moves_that_they_did_not_choose(area, person):
    first, second = two_sittings(area)
    answered(first, person)

    moved(second, EVENING + DAY)

    assert choices(person, first, second) == ([REMOTE, OTHER_SITTING], True)


def test_person_who_declined_is_asked_about_a_sitting_that_moves(area, person):
    first, second = two_sittings(area)
    answered(first, person, NO)

    moved(second, EVENING - 8 * HOUR)

    second.refresh_from_db()
    assert choices(person, first, second) == ([NO, ""], False)
    assert presentations(person, first, second) == [LEFT_OUT, SHOWN]
    assert answer_of(person, first).offered("UTC") == second


def test_person_is_asked_about_the_other_sitting_if_theirs_is_cancelled(area, person):
    first, second = two_sittings(area)
    answered(first, person)

    cancel_meeting(meeting=first, by=None, at=LATER)

    assert choices(person, first, second) == ([REMOTE, ""], False)
    assert presentations(person, first, second) == [SHOWN, SHOWN]
    assert listed(person, first, second) == [second]


def test_sittings_that_are_separated_keep_their_own_answers(area, person):
    bank = focal_point_in(area, "Bank")
    first, second = two_sittings(area)
    answered(first, person)
    answered(second, bank, NO)

    separate_sitting(meeting=second, by=None, at=LATER)

    assert choices(person, first) == ([REMOTE], True)
    assert choices(person, second) == ([""], False)
    assert choices(bank, first) == choices(bank, second) == ([NO], True)
    assert presentations(person, first, second) == [SHOWN, SHOWN]


def test_of_two_answers_before_the_sittings_were_linked_the_later_one_counts(area, person):
    first = meeting_of(area, starts_at=MORNING)
    second, third = (meeting_of(area, starts_at=EVENING + number * DAY) for number in range(2))
    answered(first, person, at=LATER)
    answered(second, person, at=NOON)
    answered(third, person, NO, at=LATER + HOUR)

    for other in (second, third):
        link_sittings(meeting=other, other=first, by=None, at=LATER)

    assert choices(person, first, second, third) == ([REMOTE, *[OTHER_SITTING] * 2], True)
    # Answered again in the same words, the others are removed.
    answered(Meeting.objects.get(pk=first.pk), person, at=LATER + DAY)
    assert stored() == {first.pk: REMOTE}


def test_sitting_in_the_persons_daytime_is_offered_until_it_is_over(area, person):
    first, second = two_sittings(area)
    in_auckland = focal_point_in(area, time_zone="Pacific/Auckland")

    assert listed(person, first, second) == [first]
    assert listed(in_auckland, first, second) == [second]
    assert listed(person, first, second, at=first.ends_at) == [second]
    answered(second, person)
    assert listed(person, first, second) == [second]


def test_role_that_is_not_invited_to_a_sitting_is_not_asked_about_it(area, other_area, person):
    first, second = two_sittings(area)
    elsewhere = focal_point_in(other_area)
    third = meeting_of(None, starts_at=EVENING + DAY, sitting_of=first)
    answered(second, person)

    assert choices(person, first, second, third) == ([OTHER_SITTING, REMOTE, OTHER_SITTING], True)
    assert answer_of(elsewhere, third).sittings == [third]
    assert presentations(elsewhere, third) == [SHOWN]


def test_calendar_of_two_roles_shows_the_sitting_of_each(area, person):
    bank = focal_point_in(area, "Bank", email=person.email)
    first, second = two_sittings(area)
    answered(first, person)
    roles = {"people": [person, bank]}

    undecided = shown_meetings([first, second], **roles)
    answered(second, bank)
    decided = shown_meetings([first, second], **roles)

    assert [undecided[each.pk].presentation for each in (first, second)] == [SHOWN, TENTATIVE]
    assert [decided[each.pk].presentation for each in (first, second)] == [SHOWN, SHOWN]


def test_revision_of_a_shown_sitting_rises_with_each_answer_and_never_falls(area, person):
    first, second = two_sittings(area)
    seen = []
    for number, meeting in enumerate((first, second, first)):
        answered(meeting, person, at=NOON + number * MINUTE)
        shown = shown_meetings([first, second], people=[person])
        seen.append((shown[first.pk].revision, shown[second.pk].revision))
        assert shown[meeting.pk].answered_at == NOON + number * MINUTE

    separate_sitting(meeting=second, by=None, at=LATER)

    assert seen == [(1, 0), (2, 1), (3, 2)]
    assert shown_meetings([first], people=[person])[first.pk].revision == 3


def test_cancelled_and_single_meetings_are_shown_whatever_was_answered(area, person):
    alone = meeting_of(area, starts_at=MORNING)
    first, second = two_sittings(area, status=MeetingStatus.CANCELLED)
    RsvpFactory(meeting=alone, focal_point=person, choice=NO)

    assert presentations(person, alone, first, second) == [SHOWN] * 3


def test_shown_meetings_takes_three_queries_for_one_meeting_and_for_many(
    area, person, django_assert_num_queries
):
    meetings = [*two_sittings(area), *two_sittings(area), meeting_of(area)]
    answered(meetings[0], person)

    for some in (meetings[:1], meetings):
        with django_assert_num_queries(3):
            shown_meetings(some, people=[person])
