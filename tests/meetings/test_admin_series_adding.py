"""The desk's page that adds a meeting, where that repeats."""

import pytest

from meetings.models import Series
from tests.meetings.repeated import everything, occurrences_of, on_the_clocks
from tests.meetings.series_desk import LIST, confirmed, hidden, outcomes, page_of, rule_typed


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
