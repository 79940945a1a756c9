"""The public calendar: a month, past meetings, and a page for each public meeting."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.dates import GENEVA
from meetings.models import MeetingKind, MeetingStatus
from tests.factories import NOON, FocusAreaFactory, MeetingFactory
from tests.meetings.repeated import whole_days

pytestmark = pytest.mark.usefixtures("no_meetings")
LINK = "https://meet.example.org/room"
RECORDING = "https://video.example.org/recordings/1"
DAY = timedelta(days=1)
SOON = timezone.now().replace(minute=0, second=0, microsecond=0) + 3 * DAY
CALENDAR, PAST, OCTOBER = "/en/calendar/", "/en/calendar/past/", "/en/calendar/?month=2021-10"
PUBLISHED = {"recording_link": RECORDING, "is_recording_public": True}


def public_meeting(**facts):
    return MeetingFactory(**{"is_public": True, "starts_at": NOON, "join_link": LINK, **facts})


def page_of(meeting, language="en"):
    return f"/{language}/calendar/{meeting.uid}/"


def titles_in(months):
    return [entry.meeting.title for month in months for entry in month.entries]


@pytest.mark.parametrize("asked", ["?month=2022-02", "", "?month=1999-01", "?month=2021-10&month="])
def test_calendar_shows_the_month_asked_for_or_this_month(client, asked):
    month = client.get(f"{CALENDAR}{asked}").context["month"]

    today = timezone.now().astimezone(ZoneInfo(GENEVA)).date()
    assert month.first == (date(2022, 2, 1) if "2022-02" in asked else today.replace(day=1))


def test_calendar_marks_today_in_words_too(client):
    response = client.get(CALENDAR)

    today = timezone.now().astimezone(ZoneInfo(GENEVA)).date()
    [_, after] = response.text.split('<td class="is-today" aria-current="date">')
    cell = after.split("</td>")[0]
    assert f"<span>{today.day}</span>" in cell
    assert '<span class="visually-hidden">Today</span>' in cell


def test_calendar_has_links_to_the_months_beside_within_its_range(client):
    first, last = (client.get(f"{CALENDAR}?month={month}").text for month in ("2021-01", "2099-12"))

    links = [
        [f'href="?month={month}' in page for month in months]
        for page, months in ((first, ("2020", "2021-02")), (last, ("2099-11", "2100")))
    ]
    assert links == [[False, True], [True, False]]


def test_day_with_one_meeting_links_to_it_and_with_several_to_the_list_of_the_month(client):
    alone = public_meeting(title="Alone", starts_at=NOON - DAY)
    cancelled = public_meeting(
        title="Off", starts_at=NOON + DAY, status=MeetingStatus.CANCELLED, language="fr"
    )
    first = public_meeting(title="First")
    public_meeting(title="Second", starts_at=NOON + timedelta(hours=1))
    public_meeting(title="Private", starts_at=NOON + 2 * DAY, is_public=False)
    public_meeting(title="Draft", starts_at=NOON + 3 * DAY, status=MeetingStatus.DRAFT)

    response = client.get(OCTOBER)

    assert (
        f'<a href="{page_of(alone)}"><b>24</b>'
        '<span class="visually-hidden">: <bdi lang="en">Alone</bdi></span></a>'
    ) in response.text
    assert (
        f'<a href="?month=2021-10#meeting-{first.pk}" rel="nofollow"><b>25</b>'
        '<span class="visually-hidden">: 2 meetings</span></a>'
    ) in response.text
    assert (
        f'<a href="{page_of(cancelled)}"><s>26</s>'
        '<span class="visually-hidden">: <bdi lang="fr">Off</bdi> (Cancelled)</span></a>'
    ) in response.text
    assert "<span>27</span>" in response.text
    assert f'id="meeting-{first.pk}"' in response.text
    assert titles_in(response.context["month_shown"]) == ["Alone", "First", "Second", "Off"]


def test_month_of_an_area_without_meetings_says_so_and_keeps_the_area_in_its_links(client, area):
    public_meeting(starts_at=SOON, focus_area=area)

    response = client.get(f"{CALENDAR}?month=2022-02&area={area.slug}")

    assert response.context["month_shown"] == []
    assert "No meetings in February 2022." in response.text
    assert f'<a href="?area={area.slug}">Next meetings</a>' in response.text
    assert f"/calendar/{area.slug}.ics" in response.text
    assert f'href="?month=2022-03&amp;area={area.slug}"' in response.text
    assert f'aria-current="true">{area.name}</a>' in response.text


def test_meeting_of_several_days_is_on_each_of_them_and_once_in_the_list(client):
    days = whole_days(date(2021, 10, 30), date(2021, 11, 1), "Africa/Kigali")
    meeting = public_meeting(**days)

    october, november = client.get(OCTOBER), client.get(f"{CALENDAR}?month=2021-11")

    assert october.text.count(f'<a href="{page_of(meeting)}"><b>') == 2
    assert november.text.count(f'<a href="{page_of(meeting)}"><b>') == 1
    assert [titles_in(page.context["month_shown"]) for page in (october, november)] == [
        [meeting.title],
        [meeting.title],
    ]
    assert "Saturday 30 October 2021 to Monday 1 November 2021, all day (Kigali)" in october.text


@pytest.mark.parametrize("address", [CALENDAR, OCTOBER, PAST])
def test_lists_can_be_of_one_area_and_of_the_coalition(client, address, area):
    for soon in (NOON, SOON):
        public_meeting(title="Own", focus_area=area, starts_at=soon)
        public_meeting(title="Of all", focus_area=None, starts_at=soon + timedelta(hours=1))
        public_meeting(
            title="Other", focus_area=FocusAreaFactory(number=1), starts_at=soon + 2 * DAY
        )
    joined = "&" if "?" in address else "?"

    def listed(asked):
        context = client.get(f"{address}{joined}area={asked}").context
        lists = ("next_months", "past_months", "month_shown", "months")
        return {title for name in lists for title in titles_in(context.get(name) or [])}

    assert listed(area.slug) == {"Own", "Of all"}
    assert listed("no-such-area") == listed("") == {"Own", "Of all", "Other"}


def test_calendar_shows_the_latest_past_meetings_with_a_link_to_all(client, area):
    for number in range(4):
        public_meeting(title=f"Past {number}", starts_at=NOON + number * DAY, **PUBLISHED)

    response, of_area = client.get(CALENDAR), client.get(f"{CALENDAR}?area={area.slug}")

    assert titles_in(response.context["past_months"]) == ["Past 3", "Past 2", "Past 1"]
    assert response.text.count(f'<a href="{RECORDING}" rel="noreferrer">Watch the recording') == 3
    assert 'href="/en/calendar/past/"' in response.text
    assert of_area.context["past_months"] == []


def test_past_meetings_come_in_pages_of_fifty_the_latest_first(client):
    for number in range(51):
        public_meeting(title=f"Past {number}", starts_at=NOON + number * DAY)
    public_meeting(title="To come", starts_at=SOON)
    public_meeting(title="Private", is_public=False)
    public_meeting(title="Draft", status=MeetingStatus.DRAFT)

    first, second, beyond = (client.get(f"{PAST}{page}") for page in ("", "?page=2", "?page=99"))

    assert titles_in(first.context["months"]) == [f"Past {50 - number}" for number in range(50)]
    assert titles_in(second.context["months"]) == titles_in(beyond.context["months"]) == ["Past 0"]
    assert "Page 2 of 2" in second.text


@pytest.mark.parametrize(
    ("facts", "is_shown"),
    [
        (PUBLISHED, True),
        ({"recording_link": RECORDING}, False),
        ({**PUBLISHED, "status": MeetingStatus.CANCELLED}, False),
        ({**PUBLISHED, "starts_at": SOON}, False),
    ],
    ids=["published", "not published", "cancelled", "not over"],
)
def test_recording_is_shown_of_a_meeting_that_is_over_and_published(client, facts, is_shown):
    meeting = public_meeting(title="Theirs", **facts)

    listed = client.get(CALENDAR if facts.get("starts_at") else PAST).text
    page = client.get(page_of(meeting)).text

    assert ([RECORDING in each for each in (listed, page)]) == [is_shown] * 2
    link = (
        f'<a href="{RECORDING}" rel="noreferrer">Watch the recording'
        '<span class="visually-hidden">: <bdi lang="en">Theirs</bdi></span></a>'
    )
    assert (link in listed, "Watch the recording" in page) == (is_shown, is_shown)


def test_meeting_page_shows_what_the_meeting_is(client, area, django_assert_num_queries):
    meeting = public_meeting(
        title="Skills",
        kind=MeetingKind.WEB_DIALOGUE,
        focus_area=area,
        starts_at=SOON,
        time_zone="Asia/Tokyo",
        place="Tokyo",
        agenda="1. Opening\n\n<b>2. Draft</b>",
        language="fr",
        is_tentative=True,
    )

    with django_assert_num_queries(3):
        response = client.get(page_of(meeting))

    entry = response.context["entry"]
    assert entry.when.endswith("Tokyo (UTC+9)")
    assert [other.split(" Geneva")[0] != other for other in entry.beside] == [True]
    for words in (
        '<h1 lang="fr" dir="auto">Skills</h1>',
        "Web dialogue",
        "Empowering Communities",
        "<bdi>Tokyo</bdi>",
        '<strong class="chip">To be confirmed</strong>',
        f'data-visitor-words="{{time}} where you are ({{zone}})">{entry.when}</time>',
        "js/local-time.js",
        "&lt;b&gt;2. Draft&lt;/b&gt;",
        f'href="/calendar/meetings/{meeting.uid}.ics"',
    ):
        assert words in response.text
    assert LINK not in response.text


def test_meeting_page_leaves_out_what_is_not_known(client):
    response = client.get(page_of(public_meeting(focus_area=None, starts_at=SOON)))

    for words in ("<dt>Place</dt>", "Agenda", "Watch the recording", "Other sittings", "Over"):
        assert words not in response.text
    assert "Whole coalition" in response.text


def test_page_of_a_cancelled_meeting_says_so(client):
    meeting = public_meeting(title="Off", starts_at=SOON, status=MeetingStatus.CANCELLED)

    response = client.get(page_of(meeting))

    assert '<strong class="chip is-ended">Cancelled</strong>' in response.text
    assert "This meeting is cancelled." in response.text
    assert "<s>Off</s></h1>" in response.text
    assert "data-visitor-words" not in response.text


def test_titles_of_any_length_and_direction_are_isolated(client):
    title = "اجتماع " * 25
    meeting = public_meeting(title=title, language="ar", starts_at=SOON)

    listed, page = client.get(CALENDAR), client.get(page_of(meeting))

    assert f'lang="ar" dir="auto">{title}</a>' in listed.text
    assert f'<h1 lang="ar" dir="auto">{title}</h1>' in page.text


@pytest.mark.parametrize(
    "facts", [{"is_public": False}, {"status": MeetingStatus.DRAFT}], ids=["private", "draft"]
)
def test_meeting_that_is_not_public_has_no_page_and_no_file(client, facts):
    meeting = public_meeting(**facts)
    unknown = (f"{CALENDAR}{'0' * 8}/", "/en/calendar/00000000-0000-4000-8000-000000000000/")

    found = client.get(page_of(meeting))
    others = [client.get(each) for each in (f"/calendar/meetings/{meeting.uid}.ics", *unknown)]

    assert [answer.status_code for answer in (found, *others)] == [404] * 4
    assert meeting.title not in found.text
