"""Meetings of one series are one entry of a notice, and none asks before the group asks."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from meetings.services.meetings import cancel_meeting, change_meeting, move_meeting
from meetings.services.series import change_occurrences
from meetings.services.series_plan import Scope
from meetings.services.sittings import link_sittings
from outbox.models import Message
from participation.services.notices import mark_all_as_announced, send_notices
from tests.factories import NOON, RsvpFactory
from tests.meetings.repeated import BEFORE, TUESDAYS, at_three, hours, planned
from tests.participation.notices import (
    DAY,
    HOUR,
    MINUTE,
    SETTLED,
    moved,
    subject,
    the_mail,
    told_meeting,
)
from tests.participation.people import meeting_of

pytestmark = pytest.mark.django_db

LATER = BEFORE + HOUR
SERIES_SETTLED = LATER + 10 * MINUTE
WHO = {"by": None, "at": LATER}
THURSDAY = date(2021, 11, 4)


def planned_in(area, number=8, **facts):
    """A series on Tuesdays that nobody was notified of yet."""
    return planned(its_rule={"count": number}, focus_area=area, **facts)


def told_of(planned_meetings):
    mark_all_as_announced(at=BEFORE)
    return planned_meetings


def test_new_series_is_one_entry_with_its_next_date_and_one_link(area, focal_point):
    meetings = planned_in(area, place="Kigali")

    assert send_notices(at=SERIES_SETTLED) == 1

    text = the_mail()
    assert text.count("Weekly") == text.count("Place: Kigali") == 1
    assert "Every week on Tuesday, 15:00 Geneva, 16:00 for you, next on 26 Oct" in text
    assert "This has changed as well" not in text
    assert "26 Oct · 2 Nov · 9 Nov · 16 Nov · 23 Nov · 30 Nov · 7 Dec · 14 Dec" in text
    assert text.count("Will you attend?") == 1
    assert f"/en/my/series/{meetings[0].series_id}/" in text
    [message] = Message.objects.all()
    assert message.subject == subject("New", "Weekly", "Tue 26 Oct", "(and 7 more)")
    assert message.private_links == ""


def test_meeting_of_a_new_series_at_another_time_is_said_in_full(area, focal_point):
    meetings = planned_in(area)
    move_meeting(meeting=meetings[1], **hours(THURSDAY, 9, 10), by=None, at=BEFORE)

    send_notices(at=SERIES_SETTLED)

    text = the_mail()
    assert "26 Oct · 9 Nov" in text
    assert "Thursday 4 November 2021, 11:00 to 12:00 Nairobi" in text


def test_two_series_and_a_meeting_are_three_entries_in_the_order_of_time(area, focal_point):
    planned_in(area)
    planned_in(area, title="Drafting group", starts_at=at_three(TUESDAYS[0], hour=11))
    meeting_of(area, title="Alone", starts_at=BEFORE + 30 * DAY, changed_at=BEFORE)

    assert send_notices(at=SERIES_SETTLED) == 1

    text = the_mail()
    titles = ("Drafting group", "Weekly", "Alone")
    assert [text.count(f"{title}\nEmpowering") for title in titles] == [1, 1, 1]
    assert [text.index(title) for title in titles] == sorted(map(text.index, titles))
    assert text.count("Reply to all at once") == 2


@pytest.mark.parametrize(("weeks", "is_asked"), [(2, True), (1, False)])
def test_no_mail_asks_for_an_answer_before_the_group_asks(area, focal_point, weeks, is_asked):
    FocusArea.objects.filter(pk=area.pk).update(answer_weeks=weeks)
    meeting_of(area, starts_at=BEFORE + 10 * DAY, changed_at=BEFORE)
    planned(
        its_rule={"first_day": TUESDAYS[1]},
        focus_area=area,
        starts_at=at_three(TUESDAYS[1]),
        ends_at=at_three(TUESDAYS[1], hour=16),
    )

    send_notices(at=SERIES_SETTLED)

    assert the_mail().count("Will you attend?") == 2 * is_asked
    assert bool(Message.objects.get().private_links) == is_asked


def test_reader_who_answered_is_asked_again_only_within_the_weeks_of_the_group(area, focal_point):
    meeting = told_meeting(area, starts_at=NOON + 60 * DAY)
    RsvpFactory(meeting=meeting, focal_point=focal_point)
    moved(meeting, to=NOON + 61 * DAY)

    send_notices(at=SETTLED)

    assert "Please tell us again" not in the_mail()


def test_series_that_moves_says_each_new_and_old_time_and_asks_once(area, focal_point):
    meetings = told_of(planned_in(area, number=3))
    RsvpFactory(meeting=meetings[1], focal_point=focal_point)
    later = {"starts_at": at_three(TUESDAYS[0], hour=17), "ends_at": at_three(TUESDAYS[0], hour=18)}
    change_occurrences(meeting=meetings[0], scope=Scope.ALL, reason="Room", **later, **WHO)

    assert send_notices(at=SERIES_SETTLED) == 1

    text = the_mail()
    assert text.count("Weekly") == text.count("Reason: Room") == text.count("tell us again") == 1
    assert "Every week on Tuesday, 17:00 Geneva, 18:00 for you, next on 26 Oct" in text
    assert text.count("Old time:") == 3
    for day in TUESDAYS[:3]:
        assert text.count(f"{day.day} {day:%B} 2021") >= 2


def test_series_that_is_cancelled_is_one_entry_and_asks_nothing(area, focal_point):
    meetings = told_of(planned_in(area))
    for meeting in meetings:
        cancel_meeting(meeting=meeting, reason="No quorum", **WHO)

    assert send_notices(at=SERIES_SETTLED) == 1

    text = the_mail()
    assert text.count("Weekly") == text.count("Reason: No quorum") == 1
    assert "Also cancelled" not in text
    assert "Tuesday 14 December 2021" in text
    assert "Reply to all" not in text


def test_kinds_of_changes_to_one_series_are_said_of_several_meetings(area, focal_point):
    meetings = told_of(planned_in(area))
    for meeting in meetings[:2]:
        cancel_meeting(meeting=meeting, **WHO)
    for meeting in meetings[2:4]:
        change_meeting(meeting=meeting, place="Kigali", **WHO)
    planned_in(area, title="Drafting group")

    send_notices(at=SERIES_SETTLED)

    text = the_mail()
    words = ("Weekly", "This has changed as well:", "Drafting group", "These meetings are new.")
    assert [text.index(each) for each in words] == sorted(map(text.index, words))
    assert text.count("New place: Kigali") == 1
    # The next one that takes place is not one that is cancelled.
    assert "next on 9 Nov" in text


def test_series_at_two_sittings_has_one_heading_and_each_sitting_its_line(area, focal_point):
    first = planned_in(area, number=2)
    second = planned_in(area, number=2, **hours(TUESDAYS[0], 20, 21))
    for one, other in zip(first, second, strict=True):
        link_sittings(meeting=other, other=one, by=None, at=BEFORE)

    send_notices(at=SERIES_SETTLED)

    text = the_mail()
    assert text.count("Weekly\n") == 1
    for words in ("15:00 Geneva, 16:00 for you", "20:00 Geneva, 21:00 for you"):
        assert words in text


def test_series_all_of_whose_meetings_were_answered_is_not_asked_about(area, focal_point):
    meetings = told_of(planned_in(area, number=2))
    for meeting in meetings:
        RsvpFactory(meeting=meeting, focal_point=focal_point)
        change_meeting(meeting=meeting, place="Kigali", **WHO)

    send_notices(at=SERIES_SETTLED)

    assert "Will you attend?" not in the_mail()


def test_notice_of_fifty_meetings_of_a_series_takes_as_many_queries_as_of_two(
    area, focal_point, django_assert_num_queries
):
    planned_in(area, number=2)
    with CaptureQueriesContext(connection) as few:
        assert send_notices(at=SERIES_SETTLED) == 1
    Message.objects.all().delete()
    # SQLite takes 999 values in one query, and each announcement has 17.
    planned_in(area, number=50)

    with django_assert_num_queries(len(few)):
        assert send_notices(at=SERIES_SETTLED) == 1
