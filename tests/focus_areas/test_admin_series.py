import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from focus_areas import repeating
from focus_areas.models import FocusArea, Meeting, MeetingStatus, Series
from focus_areas.planning import cancel_meeting, change_meeting
from focus_areas.plans import Scope
from focus_areas.rule_forms import written
from tests.factories import NOON, MeetingFactory, UserFactory
from tests.focus_areas.desk import queries_of, staff_with, staff_within_reach
from tests.focus_areas.repeated import at_three, everything, occurrences_of, on_the_clocks, to_come
from tests.focus_areas.test_forms import as_shown, typed

LIST = "/admin/focus_areas/meeting/"


def page_of(meeting, page="change"):
    return f"{LIST}{meeting.pk}/{page}/"


def hidden(response):
    """Return what the form of a preview sends when it is confirmed."""
    inputs = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.text.split("<table")[1]
    )
    return {name: value for name, value in inputs if name != "csrfmiddlewaretoken"}


def outcomes(response):
    return [line.outcome.value for line, _foreseen in response.context["lines"]]


def confirmed(client, address, preview):
    return client.post(address, {**hidden(preview), "confirmed": "1"})


# A new series


def rule_typed(**answers):
    return typed(
        **{
            "title": "Weekly",
            "first_day": "2022-10-18",
            "start_time": "15:00",
            "end_time": "16:00",
            "repeats": "weekly",
            "interval": "1",
            "times": "3",
            **answers,
        }
    )


def test_meeting_add_shows_the_meetings_of_a_new_series_before_anything_is_written(client, officer):
    before = everything()

    response = client.post(f"{LIST}add/", rule_typed())

    assert everything() == before
    assert outcomes(response) == ["new", "new", "new"]
    assert "every week on Tuesday at 15:00 (Geneva), 3 times" in response.text
    assert "Tuesday 1 November 2022, 15:00 to 16:00 Geneva (UTC+1)" in response.text


def test_meeting_add_drafts_the_series_that_was_confirmed(client, officer):
    preview = client.post(f"{LIST}add/", rule_typed(agenda="First\nSecond"))

    response = confirmed(client, f"{LIST}add/", preview)

    meetings = occurrences_of(Series.objects.get())
    assert response["Location"] == page_of(meetings[0], "series")
    assert [on_the_clocks(meeting) for meeting in meetings] == [
        "2022-10-18 15:00",
        "2022-10-25 15:00",
        "2022-11-01 15:00",
    ]
    assert {(m.title, m.status, m.agenda) for m in meetings} == {
        ("Weekly", "draft", "First\nSecond")
    }
    assert meetings[0].history.get().history_user == officer


def test_meeting_add_of_a_series_goes_back_to_what_was_typed(client, officer):
    preview = client.post(f"{LIST}add/", rule_typed())

    response = client.post(f"{LIST}add/", {**hidden(preview), "again": "1"})

    assert "Nothing is saved yet." in response.text
    assert 'value="Weekly"' in response.text
    assert not Series.objects.exists()


@pytest.mark.parametrize(
    ("answers", "refusal"),
    [
        ({"times": ""}, "Say until which day, or how many times: one of the two."),
        ({"until": "2022-12-01"}, "Say until which day, or how many times: one of the two."),
        ({"until": "2022-10-01", "times": ""}, "The last day must not be before the first day."),
        ({"times": "101"}, "less than or equal to 100"),
        ({"interval": "0"}, "greater than or equal to 1"),
        ({"repeats": "daily"}, "Select a valid choice"),
        ({"recording_link": "https://video.example.org/1"}, "A recording is of one meeting"),
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


def test_meeting_add_of_a_series_with_too_many_days_is_refused(client, officer):
    response = client.post(f"{LIST}add/", rule_typed(times="", until="2026-12-31"))

    assert response.status_code == 409
    assert "A series has 100 meetings at most" in response.text


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
def test_meeting_add_takes_each_kind_of_rule(client, officer, answers, days):
    confirmed(client, f"{LIST}add/", client.post(f"{LIST}add/", rule_typed(**answers)))

    meetings = occurrences_of(Series.objects.get())
    assert [meeting.local_day.isoformat() for meeting in meetings] == days


def test_meeting_add_of_a_series_is_not_for_observers(client, observer):
    response = client.post(f"{LIST}add/", {**rule_typed(), "confirmed": "1"})

    assert response.status_code == 403
    assert not Series.objects.exists()


# What is shown


def test_meeting_change_and_list_say_in_words_that_it_is_of_a_series(client, officer):
    meetings = to_come()
    change_meeting(
        meeting=meetings[1],
        by=None,
        at=NOON,
        starts_at=meetings[1].starts_at + timedelta(days=1),
        ends_at=meetings[1].ends_at + timedelta(days=1),
    )

    of_the_rule, moved = client.get(page_of(meetings[0])), client.get(page_of(meetings[1]))
    listed = client.get(LIST)

    assert "every week on Tuesday at 15:00 (Geneva), 4 times" in of_the_rule.text
    assert "moved by hand" not in of_the_rule.text
    assert "was moved by hand" in moved.text
    assert "every week on Tuesday" in listed.text


def test_meeting_series_lists_its_meetings(client, officer):
    meetings = to_come()
    cancel_meeting(meeting=meetings[3], by=None, at=NOON)

    response = client.get(page_of(meetings[1], "series"))

    assert [each.pk for each, _when, _is_moved in response.context["meetings"]] == [
        meeting.pk for meeting in meetings
    ]
    assert "Cancelled" in response.text


def test_meeting_series_says_of_none_that_was_cancelled_that_it_was_moved_by_hand(client, officer):
    meetings = to_come()
    cancel_meeting(meeting=meetings[3], by=None, at=NOON)
    sent = as_shown(meetings[1], start_time="14:30", scope="all")
    confirmed(client, page_of(meetings[1]), client.post(page_of(meetings[1]), sent))

    response = client.get(page_of(meetings[1], "series"))

    assert "Every week on Tuesday at 14:30" in response.text
    assert [is_moved for _each, _when, is_moved in response.context["meetings"]] == [False] * 4
    assert "moved by hand" not in response.text


def test_meeting_of_a_series_that_is_only_shown_says_its_series_and_asks_nothing(client, observer):
    meetings = to_come()
    cancel_meeting(meeting=meetings[1], by=None, at=NOON)

    for meeting in meetings[:2]:
        response = client.get(page_of(meeting))
        assert "every week on Tuesday at 15:00 (Geneva), 4 times" in response.text
        assert 'name="scope"' not in response.text


def test_meeting_series_offers_an_observer_nothing(client, observer):
    response = client.get(page_of(to_come()[0], "series"))

    assert "Change the days" not in response.text
    assert "Put on the calendar" not in response.text


def test_meeting_series_is_not_there_for_a_meeting_that_is_alone(client, officer):
    alone = MeetingFactory()

    for page in ("series", "series/days", "series/cancel", "series/put-on-the-calendar"):
        assert client.get(page_of(alone, page)).status_code == 404


# Changing


def test_meeting_change_of_this_one_alone_is_saved_at_once(client, officer):
    meetings = to_come()

    response = client.post(
        page_of(meetings[1]), as_shown(meetings[1], place="Kigali", scope="this")
    )

    assert response["Location"] == LIST
    assert [m.place for m in occurrences_of(meetings[0].series)] == ["", "Kigali", "", ""]


def test_meeting_change_of_several_shows_what_becomes_of_each_before_anything_is_written(
    client, officer
):
    meetings = to_come()
    change_meeting(meeting=meetings[3], by=None, at=NOON, place="Room A")
    before = everything()

    response = client.post(
        page_of(meetings[1]),
        as_shown(meetings[1], place="Kigali", start_time="14:30", scope="later"),
    )

    assert everything() == before
    assert outcomes(response) == ["moved", "moved", "moved"]
    assert "Place: <s><bdi>–</bdi></s> → <bdi>Kigali</bdi>" in response.text
    assert "Keeps, changed by hand: place" in response.text
    day = meetings[2].local_day
    assert re.search(rf"<s>[^<]*{day.day} [^<]*15:00 to 16:00[^<]*</s>", response.text)


def test_meeting_change_of_several_is_made_once_it_is_confirmed(client, officer):
    meetings = to_come()
    preview = client.post(
        page_of(meetings[1]), as_shown(meetings[1], place="Kigali", start_time="14:30", scope="all")
    )

    response = confirmed(client, page_of(meetings[1]), preview)

    changed = occurrences_of(meetings[0].series)
    assert response["Location"] == page_of(meetings[1], "series")
    assert {(m.place, on_the_clocks(m)[11:]) for m in changed} == {("Kigali", "14:30")}
    assert changed[3].history.latest("history_id").history_user == officer


def test_meeting_change_of_several_over_a_colleagues_change_is_refused_and_shown_anew(
    client, officer
):
    meetings = to_come()
    preview = client.post(page_of(meetings[1]), as_shown(meetings[1], place="Kigali", scope="all"))
    change_meeting(meeting=meetings[3], by=UserFactory(name="Amina"), at=NOON, title="Theirs")
    before = everything()

    refused = confirmed(client, page_of(meetings[1]), preview)

    assert refused.status_code == 409
    assert "Amina changed the meeting of" in refused.text
    assert everything() == before
    assert confirmed(client, page_of(meetings[1]), refused).status_code == 302


@pytest.mark.parametrize("versions", ["", "1:1", "x", "1:1 2"])
def test_meeting_change_of_several_with_other_versions_is_refused(client, officer, versions):
    meetings = to_come()
    preview = client.post(page_of(meetings[1]), as_shown(meetings[1], place="Kigali", scope="all"))
    before = everything()

    response = client.post(
        page_of(meetings[1]), {**hidden(preview), "versions": versions, "confirmed": "1"}
    )

    assert response.status_code == 409
    assert everything() == before


def test_meeting_change_of_several_from_a_stale_form_is_refused_with_what_was_typed(
    client, officer
):
    meetings = to_come()
    sent = as_shown(meetings[1], place="Kigali", scope="all")
    change_meeting(meeting=meetings[1], by=UserFactory(name="Amina"), at=NOON, title="Theirs")

    response = client.post(page_of(meetings[1]), sent)

    assert response.status_code == 409
    assert "Amina changed this meeting after you opened it" in response.text
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
    assert [form[name].value() for name in ("place", "scope", "start_time", "agenda")] == [
        "Kigali",
        "all",
        "14:30",
        "A\nB",
    ]
    assert [" checked" in str(form[name]) for name in ("is_tentative", "is_public")] == [
        True,
        False,
    ]
    assert client.post(page_of(meetings[1]), sent).context["lines"] != []


# The days


def days_typed(meeting, **answers):
    return {
        "scope": "later",
        "first_day": (meeting.local_day + timedelta(days=1)).isoformat(),
        "repeats": "weekly",
        "interval": "1",
        "times": "2",
        **answers,
    }


def test_series_days_offers_the_rule_that_is(client, officer):
    meetings = to_come()

    form = client.get(page_of(meetings[2], "series/days")).context["form"]

    assert form.initial == {
        "first_day": meetings[2].local_day,
        "repeats": "weekly",
        "interval": 1,
        "until": None,
        "times": 2,
    }


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


def test_series_days_says_what_cannot_be(client, officer):
    meetings = to_come()
    address = page_of(meetings[1], "series/days")
    among = days_typed(meetings[1], first_day=meetings[0].local_day.isoformat())

    incomplete = client.post(address, {})
    refused = client.post(address, among)

    assert incomplete.status_code == 422
    assert refused.status_code == 409
    assert "stays as it is: begin after that day" in refused.text


def test_series_days_over_a_colleagues_division_at_once_are_refused_and_shown_anew(
    client, officer, monkeypatch
):
    meetings = to_come()
    address = page_of(meetings[1], "series/days")
    preview = client.post(address, days_typed(meetings[1]))
    day, change_days = meetings[1].local_day, repeating.change_days

    def overtaken(**facts):
        repeating.change_occurrences(
            meeting=Meeting.objects.get(pk=meetings[1].pk),
            scope=Scope.LATER,
            by=staff_with(name="Amina"),
            at=NOON,
            starts_at=at_three(day, hour=10),
            ends_at=at_three(day, hour=11),
        )
        return change_days(**facts)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(repeating, "change_days", overtaken)
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


# Cancelling and scheduling


def test_series_cancel_asks_for_which_and_shows_what_becomes_of_each(client, officer):
    meetings = to_come()

    this = client.get(page_of(meetings[2], "series/cancel"))
    later = client.get(page_of(meetings[2], "series/cancel") + "?scope=later")
    nonsense = client.get(page_of(meetings[2], "series/cancel") + "?scope=everything")

    assert outcomes(this) == ["cancelled"]
    assert outcomes(later) == ["cancelled", "cancelled"]
    assert outcomes(nonsense) == ["cancelled"]


@pytest.mark.parametrize(("scope", "number"), [("this", 1), ("later", 2), ("all", 4)])
def test_series_cancel_cancels_what_was_confirmed(client, officer, scope, number):
    meetings = to_come()
    address = page_of(meetings[2], "series/cancel")

    response = confirmed(client, address, client.get(f"{address}?scope={scope}"))

    assert response["Location"] == page_of(meetings[2], "series")
    assert Meeting.objects.filter(series__isnull=False, status="cancelled").count() == number


def test_series_cancel_of_drafts_deletes_them_and_leads_to_the_list(client, officer):
    meetings = to_come(on_the_calendar=False)
    address = page_of(meetings[0], "series/cancel")

    response = confirmed(client, address, client.get(f"{address}?scope=all"))

    assert response["Location"] == LIST
    assert not Meeting.objects.filter(series__isnull=False).exists()


def test_series_put_on_the_calendar_puts_what_was_confirmed(client, officer):
    meetings = to_come(on_the_calendar=False)
    address = page_of(meetings[2], "series/put-on-the-calendar")

    confirmed(client, address, client.get(f"{address}?scope=later"))

    assert [m.status for m in occurrences_of(meetings[0].series)] == [
        "draft",
        "draft",
        "scheduled",
        "scheduled",
    ]


def test_series_step_that_has_nothing_to_do_says_so(client, officer):
    response = client.get(page_of(to_come()[0], "series/put-on-the-calendar"))

    assert "you changed nothing" in response.text
    assert "lines" not in response.context


@pytest.mark.parametrize("page", ["series/cancel", "series/put-on-the-calendar"])
def test_series_step_over_what_changed_meanwhile_is_refused_and_shown_anew(client, officer, page):
    meetings = to_come(on_the_calendar=page == "series/cancel")
    address = page_of(meetings[0], page)
    preview = client.get(f"{address}?scope=all")
    change_meeting(meeting=meetings[3], by=UserFactory(name="Amina"), at=NOON, title="Theirs")
    before = everything()

    response = confirmed(client, address, preview)

    assert response.status_code == 409
    assert "Amina changed the meeting of" in response.text
    assert everything() == before


# Who may


def test_series_pages_are_for_who_has_the_permission(client, observer):
    meeting = to_come()[0]
    before = everything()
    read = written({meeting.pk: meeting.version})

    assert client.get(page_of(meeting, "series")).status_code == 200
    for page in ("series/days", "series/cancel", "series/put-on-the-calendar"):
        assert client.get(page_of(meeting, page)).status_code == 403
        sent = {"scope": "this", "versions": read, "confirmed": "1"}
        assert client.post(page_of(meeting, page), sent).status_code == 403
    client.post(page_of(meeting), as_shown(meeting, scope="all", place="Kigali"))
    assert everything() == before


@pytest.mark.parametrize(
    "missing", [("schedule_meeting", "cancel_meeting"), ("schedule_meeting",), ("cancel_meeting",)]
)
def test_series_days_are_not_for_who_may_not_schedule_and_cancel_as_well(client, missing):
    needed = {"view_meeting", "change_meeting", "schedule_meeting", "cancel_meeting"}
    client.force_login(staff_with(*needed.difference(missing)))
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
    assert "of another focus area, which you do not coordinate" in refused.text


# Queries


@pytest.mark.parametrize(
    "page",
    ["change", "series", "series/cancel/?scope=all", "series/put-on-the-calendar/?scope=all"],
)
def test_series_pages_ask_the_database_as_often_for_three_as_for_sixty(client, officer, page):
    is_draft = "calendar" in page
    few, many = (to_come(number=n, on_the_calendar=not is_draft) for n in (3, 60))

    for_few, for_many = (
        queries_of(client, f"{LIST}{meetings[0].pk}/{page.rstrip('/')}{'' if '?' in page else '/'}")
        for meetings in (few, many)
    )

    assert for_few == for_many


def test_series_previews_ask_the_database_as_often_for_three_as_for_sixty(client, officer):
    counted = []
    for number in (3, 60):
        meeting = to_come(number=number)[0]
        with CaptureQueriesContext(connection) as queries:
            client.post(page_of(meeting), as_shown(meeting, scope="all", start_time="14:30"))
            client.post(
                page_of(meeting, "series/days"),
                days_typed(meeting, scope="all", times=str(number)),
            )
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_meeting_list_asks_the_database_as_often_with_series(client, officer):
    to_come(number=3)
    few = queries_of(client, LIST)
    for _number in range(3):
        to_come(number=3)

    assert queries_of(client, LIST) == few
