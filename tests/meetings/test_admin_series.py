"""The admin page of a series: contents, permissions, and queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from meetings.forms.recurrence import written
from meetings.models import Meeting
from meetings.services.meetings import cancel_meeting, change_meeting
from tests.factories import NOON, MeetingFactory
from tests.meetings.desk import queries_of, staff_with, staff_within_reach
from tests.meetings.repeated import everything, moved_by_hand, to_come
from tests.meetings.series_desk import LIST, confirmed, days_typed, page_of
from tests.meetings.test_meetings import as_shown

# Contents


def test_meeting_series_lists_its_meetings_and_says_of_none_cancelled_that_it_was_moved(
    client, officer
):
    meetings = to_come()
    cancel_meeting(meeting=meetings[3], by=None, at=NOON)
    sent = as_shown(meetings[1], start_time="14:30", scope="all")
    confirmed(client, page_of(meetings[1]), client.post(page_of(meetings[1]), sent))

    response = client.get(page_of(meetings[1], "series"))

    assert "Every week on Tuesday at 14:30" in response.text
    assert "Cancelled" in response.text
    assert [(each.pk, is_moved) for each, _when, is_moved in response.context["meetings"]] == [
        (meeting.pk, False) for meeting in meetings
    ]
    assert "moved individually" not in response.text


def test_meeting_of_a_series_says_its_series_and_asks_nothing_where_it_is_only_shown(
    client, observer
):
    meetings = to_come()
    cancel_meeting(meeting=meetings[1], by=None, at=NOON)
    moved_by_hand(meetings[2], meetings[2].local_day + timedelta(days=1), 15, 16)

    pages = [client.get(page_of(meeting)).text for meeting in meetings[:3]]
    series = client.get(page_of(meetings[0], "series")).text
    listed = client.get(LIST).text

    rule = "every week on Tuesday at 15:00 (Geneva), 4 times"
    assert [rule in page for page in pages] == [True] * 3
    assert ["moved individually" in page for page in pages] == [False, False, True]
    assert ['name="scope"' in page for page in pages] == [False] * 3
    assert "every week on Tuesday" in listed
    assert "Change the days" not in series
    assert ">Schedule<" not in series


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        (["draft", "scheduled"], ["Change the days", "Schedule", "Cancel meetings"]),
        (["scheduled", "cancelled"], ["Change the days", "Cancel meetings"]),
        (["cancelled", "cancelled"], []),
    ],
)
def test_meeting_series_offers_only_what_its_meetings_allow(client, officer, statuses, shown):
    meetings = to_come()
    for meeting, status in zip(meetings, (*statuses, *statuses), strict=True):
        Meeting.objects.filter(pk=meeting.pk).update(status=status)

    series = client.get(page_of(meetings[0], "series")).text

    steps = ("Change the days", "Schedule", "Cancel meetings")
    assert [step for step in steps if f">{step}</a>" in series] == shown


def test_meeting_series_is_not_there_for_a_meeting_that_is_alone(client, officer):
    alone = MeetingFactory()

    for page in ("series", "series/days", "series/cancel", "series/put-on-the-calendar"):
        assert client.get(page_of(alone, page)).status_code == 404


# Permissions


@pytest.mark.parametrize("missing", ["schedule_meeting", "cancel_meeting"])
def test_series_days_are_not_for_who_may_not_schedule_and_cancel_as_well(client, missing):
    needed = {"view_meeting", "change_meeting", "schedule_meeting", "cancel_meeting"}
    client.force_login(staff_with(*needed - {missing}))
    meetings = to_come()
    address = page_of(meetings[1], "series/days")
    read = written({meeting.pk: meeting.version for meeting in meetings[1:]})
    before = everything()

    shown = client.get(address)
    response = client.post(address, {**days_typed(meetings[1]), "versions": read, "confirmed": "1"})

    assert (shown.status_code, response.status_code) == (403, 403)
    assert everything() == before
    assert "Change the days" not in client.get(page_of(meetings[1], "series")).text


def test_series_pages_are_for_coordinators_of_the_area_alone(client):
    own, other = FocusArea.objects.get(number=1), FocusArea.objects.get(number=2)
    coordinator = staff_within_reach(
        "view_meeting", "change_meeting", "schedule_meeting", "cancel_meeting"
    )
    own.coordinators.add(coordinator)
    client.force_login(coordinator)
    mine, theirs = to_come(focus_area=own), to_come(focus_area=other)
    change_meeting(meeting=mine[3], by=None, at=NOON, focus_area=other)

    for page in ("series", "series/days", "series/cancel", "series/put-on-the-calendar"):
        assert client.get(page_of(theirs[0], page)).status_code == 404
    listed = client.get(page_of(mine[0], "series")).context["meetings"]
    assert [each.pk for each, *_rest in listed] == [meeting.pk for meeting in mine[:3]]
    refused = client.get(page_of(mine[0], "series/cancel") + "?scope=all")
    assert "belong to a focus area that you do not coordinate" in refused.text


# Queries


@pytest.mark.parametrize("page", ["change/", "series/", "series/cancel/?scope=all"])
def test_series_pages_ask_the_database_as_often_for_three_as_for_nine(client, officer, page):
    few, many = (
        queries_of(client, f"{LIST}{to_come(number=number)[0].pk}/{page}") for number in (3, 9)
    )

    assert few == many


def test_series_previews_ask_the_database_as_often_for_three_as_for_nine(client, officer):
    counted = []
    for number in (3, 9):
        meeting = to_come(number=number)[0]
        with CaptureQueriesContext(connection) as queries:
            client.post(page_of(meeting), as_shown(meeting, scope="all", start_time="14:30"))
            client.post(
                page_of(meeting, "series/days"), days_typed(meeting, scope="all", times=str(number))
            )
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_meeting_list_asks_the_database_as_often_with_series(client, officer):
    to_come(number=3)
    few = queries_of(client, LIST)
    for _number in range(3):
        to_come(number=3)

    assert queries_of(client, LIST) == few
