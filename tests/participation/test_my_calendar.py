"""A month of a participant's meetings, as weeks and as a list."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from core.dates import all_day_range
from focus_areas.models import FocusArea
from meetings.models import MeetingKind, MeetingStatus
from papers.models import PaperKind
from participation.models import RsvpChoice
from tests.factories import NOON, FocusAreaFactory, PaperFactory, PaperVersionFactory, RsvpFactory
from tests.participation.people import focal_point_in, meeting_of
from tests.queries import queries_of

CALENDAR = "/en/my/calendar/"
OCTOBER = {"month": "2021-10"}
LIST = {**OCTOBER, "view": "list"}
HOUR = timedelta(hours=1)
# In the future, and in one month in every zone.
LATER = (timezone.now() + timedelta(days=40)).replace(day=15, hour=12, minute=0)
LATERS_MONTH = {"month": f"{LATER:%Y-%m}"}


def titles(response):
    return [
        each.entry.meeting.title for day in response.context["month"].days for each in day.meetings
    ]


@pytest.mark.parametrize("asked", [OCTOBER, LIST])
def test_calendar_shows_a_month_of_the_groups_and_of_the_coalition(
    mine, person, area, other_area, asked
):
    focal_point_in(other_area, "Network of Hubs", email=person.email)
    meeting_of(area, title="Of one group", starts_at=NOON)
    meeting_of(None, title="Of the coalition", starts_at=NOON + HOUR)
    meeting_of(other_area, title="Of the other", starts_at=NOON + 2 * HOUR)
    meeting_of(FocusAreaFactory(number=4), title="Of another group", starts_at=NOON)
    meeting_of(area, title="Draft", starts_at=NOON, status=MeetingStatus.DRAFT)
    meeting_of(area, title="In another month", starts_at=NOON + timedelta(days=10))

    response = mine.get(CALENDAR, asked)

    assert titles(response) == ["Of one group", "Of the coalition", "Of the other"]
    assert "Of another group" not in response.text
    # The focus area as text.
    assert "Empowering Communities" in response.text
    assert "Whole coalition" in response.text


def test_calendar_is_a_table_of_weeks_or_a_list_with_both_zones_in_full(mine, area):
    meeting_of(area, title="Kick-off", starts_at=NOON)

    weeks, as_list = mine.get(CALENDAR, OCTOBER).text, mine.get(CALENDAR, LIST).text

    assert "Your meetings in October 2021, one week per row</caption>" in weeks
    assert weeks.count('<tr role="row">') == 6
    assert "15:00 to 16:00" in weeks
    assert '<span class="muted">14:00 Geneva</span>' in weeks
    assert "Monday 25 October 2021, 15:00 to 16:00 Nairobi (UTC+3)" in as_list
    assert "Monday 25 October 2021, 14:00 to 15:00 Geneva (UTC+2)" in as_list
    assert "<table" not in as_list


@pytest.mark.parametrize("asked", [OCTOBER, LIST])
def test_calendar_says_in_words_what_is_cancelled_or_not_sure(mine, area, asked):
    meeting_of(area, title="Off", starts_at=NOON, status=MeetingStatus.CANCELLED)
    meeting_of(area, title="Perhaps", starts_at=NOON, is_tentative=True)

    page = mine.get(CALENDAR, asked).text

    assert "<s>Off</s>" in page
    assert "Cancelled" in page
    assert "To be confirmed" in page


def test_calendar_shows_whole_days_and_several(mine):
    starts_at, ends_at = all_day_range(date(2021, 10, 5), date(2021, 10, 7), "Africa/Kigali")
    meeting_of(None, is_all_day=True, starts_at=starts_at, ends_at=ends_at, title="Roundtable")

    assert titles(mine.get(CALENDAR, OCTOBER)) == ["Roundtable"] * 3
    assert mine.get(CALENDAR, LIST).text.count(">Roundtable</a>") == 1


def test_calendar_says_what_was_answered(mine, area, person):
    FocusArea.objects.update(answer_weeks=7)
    coming, not_coming, _unanswered = (
        meeting_of(area, title=title, starts_at=LATER + n * HOUR)
        for n, title in enumerate(("Coming", "Not coming", "Unanswered"))
    )
    RsvpFactory(meeting=coming, focal_point=person, choice=RsvpChoice.REMOTE)
    RsvpFactory(meeting=not_coming, focal_point=person, choice=RsvpChoice.NO)
    meeting_of(area, title="Deadline", kind=MeetingKind.DEADLINE, starts_at=LATER)

    weeks = mine.get(CALENDAR, LATERS_MONTH).text
    as_list = mine.get(CALENDAR, {**LATERS_MONTH, "view": "list"}).text

    for words in ("You are attending", "You are not attending", ">Deadline</a>"):
        assert words in weeks
    for words in ("Your reply: Yes, remotely", "Your reply: No"):
        assert words in as_list
    # Of the one that is neither answered nor a deadline.
    assert [page.count("No reply yet") for page in (weeks, as_list)] == [1, 1]


@pytest.mark.parametrize("asked", [OCTOBER, LIST])
def test_calendar_of_the_past_has_minutes_and_recordings_and_no_join_links(mine, area, asked):
    meeting = meeting_of(area, starts_at=NOON, recording_link="https://videos.example.org/1")
    paper = PaperFactory(meeting=meeting, kind=PaperKind.MINUTES, title="What was said")
    PaperVersionFactory(paper=paper)

    page = mine.get(CALENDAR, asked).text

    assert 'href="https://videos.example.org/1"' in page
    assert "What was said" in page
    assert meeting.join_link not in page


@pytest.mark.parametrize(
    "asked", [{"view": "month"}, {"month": "soon"}, {"month": ["2021-10", "x"], "view": "<script>"}]
)
def test_calendar_shows_this_month_whatever_is_asked_for(mine, asked):
    today = timezone.now().date()

    response = mine.get(CALENDAR, asked)

    assert response.status_code == 200
    assert abs(response.context["month"].first - today) <= timedelta(days=31)
    assert response.context["view"] == "month"


def test_calendar_leads_to_the_months_beside_and_keeps_the_view(mine):
    page = mine.get(CALENDAR, LIST).text

    assert '<a href="?month=2021-09&amp;view=list#month" rel="prev">Previous month</a>' in page
    assert '<a href="?month=2021-11&amp;view=list#month" rel="next">Next month</a>' in page
    assert '<a href="?month=2021-10#month">Month</a>' in page
    assert 'rel="prev"' not in mine.get(CALENDAR, {"month": "2021-01"}).text


@pytest.mark.parametrize("asked", [OCTOBER, LIST])
def test_calendar_of_an_empty_month_says_so_and_what_comes_next(mine, area, asked):
    assert "No meetings in October 2021." in mine.get(CALENDAR, asked).text
    meeting_of(area, title="Next one")

    page = mine.get(CALENDAR, asked).text

    assert "The next meeting:" in page
    assert ">Next one</bdi></a>" in page


@pytest.mark.parametrize("asked", ["?month=2021-10", "?month=2021-10&view=list"])
def test_calendar_takes_as_many_queries_for_three_meetings_as_for_one(mine, area, person, asked):
    def one_more(of_area):
        meeting = meeting_of(of_area, starts_at=NOON, recording_link="https://videos.example.org/1")
        RsvpFactory(meeting=meeting, focal_point=person)
        PaperVersionFactory(paper=PaperFactory(meeting=meeting, kind=PaperKind.MINUTES))

    one_more(area)
    for_one = queries_of(mine, CALENDAR + asked)
    one_more(area)
    one_more(None)

    assert queries_of(mine, CALENDAR + asked) == for_one


# From today ---------------------------------------------------------------------------------------


def test_calendar_opens_on_what_is_to_come_and_what_has_begun(mine, area, other_area):
    now = timezone.now()
    for title, hours in (("Over", -3), ("Has begun", -0.5), ("Tomorrow", 24), ("Next year", 9000)):
        meeting_of(area, title=title, starts_at=now + hours * HOUR)
    meeting_of(other_area, title="Of another group")

    response = mine.get(CALENDAR)

    shown = [row.entry.meeting.title for row in response.context["rows"]]
    assert shown == ["Has begun", "Tomorrow", "Next year"]
    assert f'<a href="?month={now:%Y-%m}#month">Month</a>' in response.text


def test_meeting_is_answered_in_the_calendar_which_opens_again(mine, area, person):
    meeting = meeting_of(area, title="Kick-off")
    page = mine.get(CALENDAR).text
    assert 'name="back" value="calendar"' in page
    sent = {"focal_point": person.pk, "starts_at": meeting.starts_at.isoformat(), "choice": "no"}

    answer = mine.post(f"/en/my/meetings/{meeting.uid}/answer/", {**sent, "back": "calendar"})

    assert answer["Location"] == f"{CALENDAR}#meeting-{meeting.pk}"
    page = mine.get(CALENDAR).text
    assert "Your reply: No" in page
    assert "<fieldset" not in page


def test_calendar_from_today_has_pages_and_keeps_to_the_last_one(mine, area, monkeypatch):
    monkeypatch.setattr("participation.views.my.PAGE_SIZE", 2)
    for number in range(3):
        meeting_of(area, title=f"Meeting {number}", starts_at=LATER + number * HOUR)

    first, last, beyond = (mine.get(CALENDAR, {"page": page}) for page in ("1", "2", "99"))

    assert "Page 1 of 2" in first.text
    assert "Meeting 2" not in first.text
    assert [row.entry.meeting.title for row in last.context["rows"]] == ["Meeting 2"]
    assert beyond.context["page"].number == 2


def test_calendar_without_meetings_says_so(mine):
    assert "No meetings yet." in mine.get(CALENDAR).text


def test_past_meetings_are_listed_the_latest_first_with_their_minutes(mine, area, other_area):
    now = timezone.now()
    older, latest = (
        meeting_of(area, title=title, starts_at=now - timedelta(days=days))
        for title, days in (("Older", 20), ("Latest", 2))
    )
    meeting_of(area, title="To come", starts_at=now + timedelta(days=2))
    meeting_of(other_area, title="Of another group", starts_at=now - timedelta(days=2))
    minutes = PaperFactory(meeting=older, kind=PaperKind.MINUTES, title="Minutes of it")
    PaperVersionFactory(paper=minutes)

    response = mine.get("/en/my/calendar/?view=past")

    assert [row.entry.meeting for row in response.context["rows"]] == [latest, older]
    assert "Minutes of it" in response.text
    assert 'href="?view=past" aria-current="true"' in response.text


def test_past_meetings_say_that_there_are_none(mine):
    assert "No meeting is over yet." in mine.get("/en/my/calendar/?view=past").text
