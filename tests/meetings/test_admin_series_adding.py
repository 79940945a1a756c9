"""The admin page that adds a repeating meeting."""

import pytest

from meetings.models import Series
from tests.meetings.repeated import everything, occurrences_of, on_the_clocks
from tests.meetings.series_desk import LIST, confirmed, hidden, outcomes, page_of, rule_typed


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


def test_meeting_add_drafts_the_series_that_was_confirmed(client, officer):
    preview = client.post(f"{LIST}add/", rule_typed(agenda="First\nSecond"))

    response = confirmed(client, f"{LIST}add/", preview)

    meetings = occurrences_of(Series.objects.get())
    assert response["Location"] == page_of(meetings[0], "series")
    read = [on_the_clocks(meeting) for meeting in meetings]
    assert read == ["2022-10-18 15:00", "2022-10-25 15:00", "2022-11-01 15:00"]
    facts = {(m.title, m.status, m.agenda) for m in meetings}
    assert facts == {("Weekly", "draft", "First\nSecond")}
    assert meetings[0].history.get().history_user == officer


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
def test_meeting_add_takes_each_kind_of_rule(client, officer, answers, days):
    confirmed(client, f"{LIST}add/", client.post(f"{LIST}add/", rule_typed(**answers)))

    meetings = occurrences_of(Series.objects.get())
    assert [meeting.local_day.isoformat() for meeting in meetings] == days
