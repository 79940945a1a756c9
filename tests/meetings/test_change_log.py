"""The changes of a meeting and the reasons for them, as participants see them."""

from datetime import timedelta

import pytest

from meetings.models import Meeting, MeetingStatus
from meetings.services.change_log import change_log
from meetings.services.meetings import (
    cancel_meeting,
    change_meeting,
    draft_meeting,
    move_meeting,
    put_back_meeting,
    schedule_meeting,
)
from meetings.services.series import change_occurrences, change_recurrence
from meetings.services.series_plan import Scope
from tests.factories import NOON, MeetingFactory, UserFactory
from tests.meetings.repeated import occurrences_of, planned, rule, to_come
from tests.meetings.series_desk import confirmed, days_typed, outcomes, page_of
from tests.meetings.test_meetings import typed

HOUR = timedelta(hours=1)
LINK = "https://meet.example.org/room"


@pytest.fixture
def meeting():
    by = UserFactory()
    meeting = draft_meeting(
        by=by,
        at=NOON - 5 * HOUR,
        kind="meeting",
        title="Meeting",
        starts_at=NOON,
        ends_at=NOON + HOUR,
        time_zone="Europe/Zurich",
    )
    change_meeting(meeting=meeting, by=by, at=NOON - 5 * HOUR, place="Before it was told")
    return schedule_meeting(meeting=meeting, by=by, at=NOON - 4 * HOUR)


def told(meeting, zone="Europe/Zurich"):
    return [(move.at, move.words) for move in change_log(meeting, zone=zone)]


def test_move_is_told_with_what_it_was_on_the_readers_clocks(meeting):
    move_meeting(
        meeting=meeting,
        starts_at=NOON + HOUR,
        ends_at=NOON + 2 * HOUR,
        by=UserFactory(),
        at=NOON - 3 * HOUR,
    )

    assert told(meeting, "Africa/Nairobi") == [
        (
            "Monday 25 October 2021, 12:00 Nairobi (UTC+3)",
            ["Rescheduled. Previously: Monday 25 October 2021, 15:00 to 16:00 Nairobi (UTC+3)."],
        )
    ]


def test_changes_are_told_the_latest_first_and_links_are_kept_to_oneself(
    meeting, django_assert_num_queries
):
    changes = (
        {"join_link": LINK, "is_tentative": True},
        {"join_link": f"{LINK}-2", "place": "Kigali"},
        {"title": "Another title"},
        {"is_tentative": False},
        {"join_link": "", "place": ""},
        {"place": "Geneva"},
    )
    for facts in changes:
        change_meeting(meeting=meeting, by=UserFactory(), at=NOON - 3 * HOUR, **facts)
    cancel_meeting(meeting=meeting, by=UserFactory(), at=NOON - HOUR)

    with django_assert_num_queries(1):
        words = [words for _at, words in told(meeting)]
    put_back_meeting(meeting=meeting, by=UserFactory(), at=NOON - HOUR)

    assert told(meeting)[0][1] == ["It takes place after all."]
    assert words == [
        ["Cancelled."],
        ["Place added."],
        ["Place removed. Previously: Kigali.", "The join link was removed."],
        ["The time is confirmed."],
        ["Place changed. Previously: Before it was told.", "The join link was changed."],
        ["A join link was added."],
    ]


WHO = {"by": None, "at": NOON - HOUR}
WHY = "The hall is closed on that day."


def reasons(*meetings):
    pks = [meeting.pk for meeting in meetings]
    return list(Meeting.objects.filter(pk__in=pks).order_by("pk").values_list("reason", flat=True))


def test_reason_belongs_to_one_change_and_stays_in_the_history():
    meeting = MeetingFactory(starts_at=NOON)

    move_meeting(meeting=meeting, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR, reason=WHY, **WHO)
    assert meeting.reason == WHY
    change_meeting(meeting=meeting, place="Kigali", **WHO)
    assert meeting.reason == ""
    cancel_meeting(meeting=meeting, reason="Too few can come.", **WHO)

    assert [(each.words, each.reason) for each in change_log(meeting, zone="UTC")] == [
        (["Cancelled."], "Too few can come."),
        (["Place added."], ""),
        (["Rescheduled. Previously: Monday 25 October 2021, 12:00 to 13:00 UTC."], WHY),
    ]


def test_reason_for_a_series_is_that_of_each_meeting_that_changes():
    meetings = planned()
    change_occurrences(
        meeting=meetings[2], scope=Scope.LATER, place="Kigali", reason=WHY, by=None, at=NOON
    )
    assert reasons(*meetings) == ["", "", WHY, WHY]

    wednesdays = rule(weekday=2, first_day=meetings[3].local_day + timedelta(days=1), count=1)
    change_recurrence(
        meeting=meetings[3], scope=Scope.LATER, rule=wednesdays, reason="Holiday", by=None, at=NOON
    )
    assert [each.reason for each in occurrences_of(Meeting.objects.get(pk=meetings[3].pk).series)][
        -1
    ] == "Holiday"


def test_cancel_page_asks_for_the_reason_and_keeps_one_that_is_too_long(client, officer):
    meeting = MeetingFactory(starts_at=NOON)
    address = page_of(meeting, "cancel")

    refused = client.post(address, {"version": 1, "reason": "x" * 501})
    stale = client.post(address, {"version": 7, "reason": WHY})
    client.post(address, {"version": 1, "reason": f" {WHY}\r\n Sorry. "})

    assert (refused.status_code, "x" * 501 in refused.text) == (422, True)
    summary, field = refused.text.split('role="alert"')[1].split('for="id_reason"')
    assert "Nothing was cancelled. Shorten the reason." in summary
    assert "Ensure this value has at most 500 characters" in field
    assert (stale.status_code, WHY in stale.text) == (409, True)
    meeting.refresh_from_db()
    assert (meeting.status, meeting.reason) == (MeetingStatus.CANCELLED, f"{WHY} Sorry.")


def test_form_of_a_meeting_takes_the_reason_of_a_move(client, officer):
    meeting = MeetingFactory(starts_at=NOON)

    client.post(page_of(meeting), typed(version_shown=1, reason=WHY))

    meeting.refresh_from_db()
    assert (meeting.version, meeting.reason) == (2, WHY)
    # It is not offered again with the next change.
    assert WHY not in client.get(page_of(meeting)).text.split('id="id_reason"')[1][:200]


def test_pages_of_a_series_take_the_reason(client, officer):
    meetings = to_come()
    days = page_of(meetings[3], "series/days")
    confirmed(client, days, client.post(days, days_typed(meetings[3], times="1", reason=WHY)))
    cancel = page_of(meetings[2], "series/cancel")
    preview = client.get(f"{cancel}?scope=this")

    sent = {"scope": "this", "versions": preview.context["versions"], "confirmed": "1"}
    refused = client.post(cancel, {**sent, "reason": "x" * 501})
    # The radio buttons come before the scope of the preview that is left.
    again = client.post(cancel, {"scope": ["all", "this"], "preview": "1", "reason": "Holiday"})
    client.post(cancel, {**sent, "scope": ["all", "this"], "reason": "Holiday"})

    assert outcomes(again) == ["cancelled"] * 3
    assert ">\nHoliday</textarea>" in again.text
    assert (refused.status_code, "x" * 501 in refused.text) == (409, True)
    assert "Nothing was cancelled. Shorten the reason." in refused.text
    assert reasons(*meetings) == ["", "", "Holiday", WHY]
