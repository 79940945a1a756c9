"""The admin pages to change the days of a series, and to cancel or schedule it."""

from datetime import timedelta

import pytest

from meetings.models import Meeting, MeetingStatus, Series
from meetings.services import series
from meetings.services.meetings import change_meeting
from meetings.services.series_plan import Scope
from tests.factories import NOON, UserFactory
from tests.meetings.desk import staff_with
from tests.meetings.repeated import at_three, everything, occurrences_of, to_come
from tests.meetings.series_desk import LIST, confirmed, days_typed, outcomes, page_of

# The days


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


# Cancelling and scheduling


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
