"""The admin pages of series: contents, permissions, adding, changing, cancelling, scheduling."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas.models import FocusArea
from meetings.forms.recurrence import written
from meetings.models import Meeting, MeetingStatus, Series
from meetings.services import series
from meetings.services.meetings import cancel_meeting, change_meeting
from meetings.services.series_plan import Scope
from tests.factories import NOON, MeetingFactory, UserFactory
from tests.meetings.desk import staff_with, staff_within_reach
from tests.meetings.repeated import (
    at_three,
    everything,
    moved_by_hand,
    occurrences_of,
    on_the_clocks,
    to_come,
)
from tests.meetings.series_desk import (
    LIST,
    confirmed,
    days_typed,
    hidden,
    outcomes,
    page_of,
    rule_typed,
)
from tests.meetings.test_meetings import as_shown


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

    # Nor are they there for a meeting that is alone.
    for meeting in (theirs[0], MeetingFactory(focus_area=own)):
        for page in ("series", "series/days", "series/cancel", "series/put-on-the-calendar"):
            assert client.get(page_of(meeting, page)).status_code == 404
    listed = client.get(page_of(mine[0], "series")).context["meetings"]
    assert [each.pk for each, *_rest in listed] == [meeting.pk for meeting in mine[:3]]
    refused = client.get(page_of(mine[0], "series/cancel") + "?scope=all")
    assert "belong to a focus area that you do not coordinate" in refused.text


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


def test_meeting_add_shows_the_meetings_of_a_new_series_before_anything_is_written(client, officer):
    before = everything()

    response = client.post(f"{LIST}add/", rule_typed())
    again = client.post(f"{LIST}add/", {**hidden(response), "again": "1"})
    too_many = client.post(f"{LIST}add/", rule_typed(times="", until="2026-12-31"))

    assert outcomes(response) == ["new", "new", "new"]
    assert "every week on Tuesday at 15:00 (Geneva), 3 times" in response.text
    assert "Tuesday 1 November 2022, 15:00 to 16:00 Geneva (UTC+1)" in response.text
    assert "Nothing is saved yet." in again.text
    assert 'value="Weekly"' in again.text
    assert too_many.status_code == 409
    assert "A series can have at most 100 meetings" in too_many.text
    assert everything() == before


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ({"times": ""}, "Enter either an end date or the number of meetings."),
        ({"until": "2022-12-01"}, "Enter either an end date or the number of meetings."),
        ({"until": "2022-10-01", "times": ""}, "The last day must not be before the first day."),
        ({"times": "101"}, "less than or equal to 100"),
        ({"interval": "0"}, "greater than or equal to 1"),
        ({"repeats": "daily"}, "Select a valid choice"),
        ({"recording_link": "https://video.example.org/1"}, "A recording belongs to one meeting"),
        ({"repeats": "monthly_last"}, "Tuesday 18 October 2022 is not the last Tuesday"),
        (
            {"repeats": "monthly", "first_day": "2022-11-29"},
            "Tuesday 29 November 2022 is the fifth Tuesday of its month",
        ),
    ],
)
def test_meeting_add_of_a_series_says_what_cannot_be(client, officer, answers, refusal):
    response = client.post(f"{LIST}add/", rule_typed(**answers))

    assert refusal in response.text
    assert not Series.objects.exists()


@pytest.mark.parametrize(
    ("answers", "days"),
    [
        ({"interval": "2"}, ["2022-10-18", "2022-11-01", "2022-11-15"]),
        ({"repeats": "monthly"}, ["2022-10-18", "2022-11-15", "2022-12-20"]),
        (
            {"repeats": "monthly_last", "first_day": "2022-10-25"},
            ["2022-10-25", "2022-11-29", "2022-12-27"],
        ),
        ({"times": "", "until": "2022-10-25"}, ["2022-10-18", "2022-10-25"]),
    ],
)
def test_meeting_add_drafts_the_series_that_was_confirmed_by_each_kind_of_rule(
    client, officer, answers, days
):
    preview = client.post(f"{LIST}add/", rule_typed(agenda="First\nSecond", **answers))

    response = confirmed(client, f"{LIST}add/", preview)

    meetings = occurrences_of(Series.objects.get())
    assert response["Location"] == page_of(meetings[0], "series")
    assert [on_the_clocks(meeting) for meeting in meetings] == [f"{day} 15:00" for day in days]
    facts = {(m.title, m.status, m.agenda) for m in meetings}
    assert facts == {("Weekly", "draft", "First\nSecond")}
    assert meetings[0].history.get().history_user == officer


def test_meeting_change_of_several_shows_what_becomes_of_each_and_then_does_it(client, officer):
    meetings = to_come()
    change_meeting(meeting=meetings[3], by=None, at=NOON, place="Room A")
    before = everything()

    sent = as_shown(meetings[1], place="Kigali", start_time="14:30", scope="later")
    preview = client.post(page_of(meetings[1]), sent)
    after_the_preview = everything()
    response = confirmed(client, page_of(meetings[1]), preview)

    assert after_the_preview == before
    assert outcomes(preview) == ["moved", "moved", "moved"]
    assert "Place: <s><bdi>–</bdi></s> → <bdi>Kigali</bdi>" in preview.text
    assert "Unchanged (edited individually): place" in preview.text
    day = meetings[2].local_day
    assert re.search(rf"<s>[^<]*{day.day} [^<]*15:00 to 16:00[^<]*</s>", preview.text)
    changed = Meeting.objects.order_by("occurrence").filter(series__isnull=False)
    assert response["Location"] == page_of(meetings[1], "series")
    read = [(m.place, on_the_clocks(m)[11:]) for m in changed]
    assert read == [("", "15:00"), ("Kigali", "14:30"), ("Kigali", "14:30"), ("Room A", "14:30")]
    assert changed[3].history.latest("history_id").history_user == officer


def test_meeting_change_of_this_one_alone_is_saved_at_once(client, officer):
    meetings = to_come()
    sent = as_shown(meetings[1], place="Kigali", scope="this")

    response = client.post(page_of(meetings[1]), sent)

    assert response["Location"] == LIST
    assert [m.place for m in occurrences_of(meetings[0].series)] == ["", "Kigali", "", ""]


def test_meeting_change_of_several_with_other_versions_is_refused(client, officer):
    meetings = to_come()
    preview = client.post(page_of(meetings[1]), as_shown(meetings[1], place="Kigali", scope="all"))
    before = everything()

    for versions in ("", "1:1", "x", "1:1 2"):
        sent = {**hidden(preview), "versions": versions, "confirmed": "1"}
        assert client.post(page_of(meetings[1]), sent).status_code == 409
    assert everything() == before


def test_meeting_change_of_several_from_a_stale_form_is_refused_with_what_was_typed(
    client, officer
):
    meetings = to_come()
    sent = as_shown(meetings[1], place="Kigali", scope="all")
    change_meeting(meeting=meetings[1], by=UserFactory(name="Amina"), at=NOON, title="Theirs")

    response = client.post(page_of(meetings[1]), sent)

    assert response.status_code == 409
    assert re.search("Amina changed this meeting on [^<]+, after you opened it", response.text)
    assert 'value="Kigali"' in response.text


def test_meeting_change_of_several_to_another_day_says_what_to_do(client, officer):
    meetings = to_come()
    day = (meetings[1].local_day + timedelta(days=1)).isoformat()

    response = client.post(
        page_of(meetings[1]), as_shown(meetings[1], first_day=day, last_day=day, scope="later")
    )

    assert response.status_code == 409
    assert "change the days of the series" in response.text


def test_meeting_change_of_several_goes_back_to_what_was_typed(client, officer):
    meetings = to_come()
    answers = {"start_time": "14:30", "is_tentative": "on", "agenda": "A\nB"}
    sent = as_shown(meetings[1], place="Kigali", scope="all", **answers)
    preview = client.post(page_of(meetings[1]), sent)

    response = client.post(page_of(meetings[1]), {**hidden(preview), "again": "1"})

    assert response.status_code == 200
    assert "Nothing is saved yet." in response.text
    assert "Please correct the error" not in response.text
    form = response.context["adminform"].form
    values = [form[name].value() for name in ("place", "scope", "start_time", "agenda")]
    assert values == ["Kigali", "all", "14:30", "A\nB"]
    ticked = [" checked" in str(form[name]) for name in ("is_tentative", "is_public")]
    assert ticked == [True, False]


def test_series_days_offers_the_rule_that_is_and_says_what_cannot_be(client, officer):
    meetings = to_come()
    address = page_of(meetings[2], "series/days")
    among = days_typed(meetings[2], first_day=meetings[0].local_day.isoformat())

    shown, incomplete = client.get(address), client.post(address, {})
    refused = client.post(address, among)

    rule = {"repeats": "weekly", "interval": 1, "until": None, "times": 2}
    assert shown.context["form"].initial == {"first_day": meetings[2].local_day, **rule}
    assert (incomplete.status_code, refused.status_code) == (422, 409)
    assert "does not change. Choose a start after that day" in refused.text


def test_series_days_shows_what_becomes_of_each_and_then_does_it(client, officer):
    meetings = to_come()
    address = page_of(meetings[1], "series/days")
    before = everything()

    preview = client.post(address, days_typed(meetings[1]))
    assert everything() == before
    response = confirmed(client, address, preview)

    assert outcomes(preview) == ["moved", "moved", "cancelled"]
    assert "every week on Wednesday" in preview.text
    assert response["Location"] == page_of(meetings[1], "series")
    moved = Meeting.objects.get(pk=meetings[2].pk)
    assert moved.local_day == meetings[2].local_day + timedelta(days=1)
    assert moved.uid == meetings[2].uid
    assert Meeting.objects.get(pk=meetings[3].pk).status == MeetingStatus.CANCELLED


def test_series_days_over_a_colleagues_division_at_once_are_refused_and_shown_anew(
    client, officer, monkeypatch
):
    meetings = to_come()
    address = page_of(meetings[1], "series/days")
    preview = client.post(address, days_typed(meetings[1]))
    day, change_days = meetings[1].local_day, series.change_recurrence

    def overtaken(**facts):
        series.change_occurrences(
            meeting=Meeting.objects.get(pk=meetings[1].pk),
            scope=Scope.LATER,
            by=staff_with(name="Amina"),
            at=NOON,
            starts_at=at_three(day, hour=10),
            ends_at=at_three(day, hour=11),
        )
        return change_days(**facts)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(series, "change_recurrence", overtaken)
        refused = confirmed(client, address, preview)
    divided = everything()

    assert refused.status_code == 409
    assert "Amina changed the meeting of" in refused.text
    assert "every week on Wednesday at 10:00" in refused.text
    assert [meeting.local_day for meeting in occurrences_of(Series.objects.latest("pk"))] == [
        meeting.local_day for meeting in meetings[1:]
    ]
    assert everything() == divided
    assert confirmed(client, address, refused).status_code == 302
    assert Meeting.objects.get(pk=meetings[1].pk).local_day == day + timedelta(days=1)


def test_series_cancel_asks_for_which_and_shows_what_becomes_of_each(client, officer):
    address = page_of(to_come()[2], "series/cancel")

    asked = [
        outcomes(client.get(address, query))
        for query in ({}, {"scope": "later"}, {"scope": "everything"})
    ]

    assert asked == [["cancelled"], ["cancelled", "cancelled"], ["cancelled"]]


@pytest.mark.parametrize("is_draft", [False, True])
def test_series_cancel_cancels_what_was_confirmed(client, officer, is_draft):
    meetings = to_come(on_the_calendar=not is_draft)
    address = page_of(meetings[0 if is_draft else 2], "series/cancel")

    response = confirmed(client, address, client.get(f"{address}?scope=later"))

    # Drafts are deleted, and the next page is the list.
    assert response["Location"] == (LIST if is_draft else page_of(meetings[2], "series"))
    of_the_series = Meeting.objects.filter(series__isnull=False).order_by("occurrence")
    left = [] if is_draft else ["scheduled", "scheduled", "cancelled", "cancelled"]
    assert [meeting.status for meeting in of_the_series] == left


def test_series_put_on_the_calendar_puts_what_was_confirmed(client, officer):
    meetings = to_come(on_the_calendar=False)
    address = page_of(meetings[2], "series/put-on-the-calendar")

    confirmed(client, address, client.get(f"{address}?scope=later"))
    nothing_to_do = client.get(f"{address}?scope=later")

    statuses = [m.status for m in occurrences_of(meetings[0].series)]
    assert statuses == ["draft", "draft", "scheduled", "scheduled"]
    assert "There are no changes to save." in nothing_to_do.text
    assert "lines" not in nothing_to_do.context


@pytest.mark.parametrize("page", ["change", "series/cancel", "series/put-on-the-calendar"])
def test_series_step_over_what_changed_meanwhile_is_refused_and_shown_anew(client, officer, page):
    meetings = to_come(on_the_calendar=page != "series/put-on-the-calendar")
    address = page_of(meetings[0], page)
    if page == "change":
        preview = client.post(address, as_shown(meetings[0], place="Kigali", scope="all"))
    else:
        preview = client.get(f"{address}?scope=all")
    change_meeting(meeting=meetings[3], by=UserFactory(name="Amina"), at=NOON, title="Theirs")
    before = everything()

    refused = confirmed(client, address, preview)

    assert refused.status_code == 409
    assert "Amina changed the meeting of" in refused.text
    assert everything() == before
    assert confirmed(client, address, refused).status_code == 302
