from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from focus_areas.models import FocusArea, Meeting, MeetingStatus
from focus_areas.planning import change_meeting
from members import paging
from members.links import Purpose, token_for
from members.models import GrantedRole, MemberStatus
from members.people import revoke_links
from members.triage import move_to_focus_area, withdraw
from tests.factories import (
    NOON,
    FocalPointFactory,
    MeetingFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)

SOON = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
LINK = "https://meet.example.org/room"


@pytest.fixture(autouse=True)
def _no_meetings(db):
    """Start without the calendar that every migrate brings."""
    Meeting.objects.all().delete()


@pytest.fixture
def area(db):
    return FocusArea.objects.get(number=2)


@pytest.fixture
def other_area(db):
    return FocusArea.objects.get(number=3)


@pytest.fixture
def focal_point(area):
    return FocalPointFactory(
        member__status=MemberStatus.ADMITTED,
        member__focus_area=area,
        member__organisation_name="Ministry of Somewhere",
        given_name="Wanjiku",
        family_name="Kamau",
        email="wanjiku@example.org",
        time_zone="Africa/Nairobi",
    )


def page_of(focal_point, language="en"):
    return f"/{language}/working-group/{token_for(focal_point, Purpose.WORKING_GROUP)}/"


def feed_of(focal_point):
    return f"/calendar/private/{token_for(focal_point, Purpose.FEED)}.ics"


def meeting_of(area, **facts):
    return MeetingFactory(
        **{
            "focus_area": area,
            "is_public": False,
            "starts_at": SOON,
            "status": MeetingStatus.SCHEDULED,
            "join_link": LINK,
            **facts,
        }
    )


def titles(months):
    return [entry.meeting.title for month in months for entry in month.entries]


def names_on(response):
    return [member.organisation_name for member in response.context["page"]]


def queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return len(queries)


def summaries(response):
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(response.content).events]


def test_working_group_lists_the_meetings_of_the_group_and_of_the_coalition(
    client, area, other_area, focal_point
):
    meeting_of(area, title="Of the group")
    meeting_of(None, title="Of the coalition", starts_at=SOON + timedelta(days=1))
    meeting_of(area, title="Public", starts_at=SOON + timedelta(days=2), is_public=True)
    meeting_of(area, title="Past", starts_at=NOON)
    meeting_of(area, title="Draft", status=MeetingStatus.DRAFT)
    meeting_of(other_area, title="Of another group")

    response = client.get(page_of(focal_point))

    assert titles(response.context["next_months"]) == ["Of the group", "Of the coalition", "Public"]
    assert titles(response.context["past_months"]) == ["Past"]


def test_working_group_writes_times_in_the_persons_zone_with_genevas_beside(
    client, area, focal_point
):
    meeting_of(area, starts_at=NOON, time_zone="Africa/Nairobi")

    [entry] = client.get(page_of(focal_point)).context["past_months"][0].entries

    assert entry.when == "Monday 25 October 2021, 15:00 to 16:00 Nairobi (UTC+3)"
    assert entry.beside == ["Monday 25 October 2021, 14:00 to 15:00 Geneva (UTC+2)"]


def test_working_group_adds_the_meetings_own_zone_where_it_differs(client, area, focal_point):
    meeting_of(area, starts_at=NOON, time_zone="Asia/Tokyo")

    [entry] = client.get(page_of(focal_point)).context["past_months"][0].entries

    assert entry.beside == [
        "Monday 25 October 2021, 14:00 to 15:00 Geneva (UTC+2)",
        "Monday 25 October 2021, 21:00 to 22:00 Tokyo (UTC+9)",
    ]


def test_working_group_names_the_persons_zone(client, focal_point):
    response = client.get(page_of(focal_point))

    assert "Times are in your time zone, Nairobi, with Geneva's beside them." in response.text


def test_working_group_gives_the_join_link_of_what_is_to_come(client, area, focal_point):
    meeting_of(area, title="Next")
    meeting_of(area, starts_at=NOON, join_link="https://meet.example.org/past")
    meeting_of(area, status=MeetingStatus.CANCELLED, join_link="https://meet.example.org/off")

    response = client.get(page_of(focal_point))

    assert f'<a href="{LINK}" rel="noreferrer">Join <bdi>Next</bdi></a>' in response.text
    assert "https://meet.example.org/past" not in response.text
    assert "https://meet.example.org/off" not in response.text


def test_working_group_names_its_members_and_co_leads(client, area, other_area, focal_point):
    for name, role, of_area in [
        ("Agency", GrantedRole.CO_LEAD, area),
        ("Bank", GrantedRole.OBSERVER, area),
        ("Elsewhere", GrantedRole.PARTICIPANT, other_area),
    ]:
        member = MemberFactory(
            status=MemberStatus.ADMITTED,
            focus_area=of_area,
            granted_role=role,
            organisation_name=name,
        )
        FocalPointFactory(member=member, family_name=f"Of {name}", email=f"{name}@example.org")
    MemberFactory(status=MemberStatus.PENDING, first_choice=area, organisation_name="Pending")

    response = client.get(page_of(focal_point))

    assert [one.organisation_name for one in response.context["co_leads"]] == ["Agency"]
    assert names_on(response) == ["Bank", "Ministry of Somewhere"]
    assert "Ada Of Agency" in response.text
    assert "Elsewhere" not in response.text


def group_of(area, *names, **facts):
    for name in names:
        member = MemberFactory(
            organisation_name=name, status=MemberStatus.ADMITTED, focus_area=area, **facts
        )
        FocalPointFactory(member=member)


def test_working_group_goes_on_over_pages_and_keeps_the_name_looked_for(
    client, area, focal_point, monkeypatch
):
    monkeypatch.setattr(paging, "ON_A_PAGE", 2)
    group_of(area, "University A", "University B", "University C", "Bank")

    response = client.get(page_of(focal_point), {"name": "univ", "page": 2})

    assert names_on(response) == ["University C"]
    assert '<span aria-current="page">Page 2 of 2</span>' in response.text
    assert (
        '<a href="?name=univ&amp;page=1#members-by-name" rel="prev">Previous</a>' in response.text
    )


@pytest.mark.parametrize(
    ("name", "found"), [("ban", ["Bank"]), ("ADB", ["Bank"]), ("agen", ["Agency"]), ("nobody", [])]
)
def test_working_group_finds_members_by_name_and_acronym_and_co_leads_too(
    client, area, other_area, focal_point, name, found
):
    group_of(area, "Bank", acronym="AdB")
    group_of(area, "Agency", granted_role=GrantedRole.CO_LEAD)
    group_of(other_area, "Bank of elsewhere", "Agency of elsewhere")

    response = client.get(page_of(focal_point), {"name": name})

    assert names_on(response) == found
    assert ("No member of the group has this in its name." in response.text) == (found == [])


def test_working_group_offers_no_search_where_a_page_shows_everybody(client, focal_point):
    response = client.get(page_of(focal_point))

    assert 'name="name"' not in response.text


def test_working_group_shows_everybody_where_what_is_looked_for_is_no_name(client, focal_point):
    response = client.get(page_of(focal_point), {"name": "\x00", "page": "many"})

    assert names_on(response) == ["Ministry of Somewhere"]


def test_working_group_shows_no_address_of_anybody(client, focal_point):
    response = client.get(page_of(focal_point))

    assert "Wanjiku Kamau" in response.text
    assert "wanjiku@example.org" not in response.text


def test_working_group_offers_the_persons_feed(client, focal_point):
    response = client.get(page_of(focal_point))

    address = f"http://testserver{feed_of(focal_point)}"
    assert f'href="{address}"' in response.text
    assert f'href="webcal://testserver{feed_of(focal_point)}"' in response.text


def test_working_group_is_kept_by_nobody_on_the_way(client, focal_point):
    response = client.get(page_of(focal_point))

    assert response["Cache-Control"] == ("max-age=0, no-cache, no-store, must-revalidate, private")
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_working_group_is_in_the_language_of_its_address(client, area, focal_point):
    meeting_of(area, starts_at=NOON)

    [entry] = client.get(page_of(focal_point, "fr")).context["past_months"][0].entries

    assert entry.when.startswith("lundi 25 octobre 2021")


def test_working_group_takes_as_many_queries_for_three_rows_as_for_one(client, area, focal_point):
    meeting_of(area)
    for_one = queries_of(client, page_of(focal_point))
    meeting_of(None)
    meeting_of(area, starts_at=NOON)
    for member in MemberFactory.create_batch(2, status=MemberStatus.ADMITTED, focus_area=area):
        FocalPointFactory(member=member)

    assert queries_of(client, page_of(focal_point)) == for_one


def altered(client, focal_point):
    return page_of(focal_point)[:-2] + "x/", feed_of(focal_point)[:-5] + "x.ics"


def revoked(client, focal_point):
    addresses = page_of(focal_point), feed_of(focal_point)
    revoke_links(focal_point=focal_point, link_version=1, by=UserFactory(), at=NOON)
    return addresses


def of_a_member_that_withdrew(client, focal_point):
    withdraw(member=focal_point.member, by=UserFactory(), at=NOON)
    return page_of(focal_point), feed_of(focal_point)


def of_a_member_that_is_pending(client, focal_point):
    pending = FocalPointFactory(member__status=MemberStatus.PENDING)
    return page_of(pending), feed_of(pending)


def of_the_other_purpose(client, focal_point):
    page, feed = page_of(focal_point), feed_of(focal_point)
    return (
        f"/en/working-group/{feed.removeprefix('/calendar/private/').removesuffix('.ics')}/",
        f"/calendar/private/{page.removeprefix('/en/working-group/').removesuffix('/')}.ics",
    )


@pytest.mark.parametrize(
    "addresses",
    [
        altered,
        revoked,
        of_a_member_that_withdrew,
        of_a_member_that_is_pending,
        of_the_other_purpose,
    ],
)
def test_links_that_are_refused_say_what_to_do_and_nothing_else(client, focal_point, addresses):
    page, feed = addresses(client, focal_point)

    page_answer, feed_answer = client.get(page), client.get(feed)

    assert (page_answer.status_code, feed_answer.status_code) == (404, 404)
    assert "This link does not open a working group" in page_answer.text
    assert "Open the link in the latest mail that you had from us." in page_answer.text
    assert "Ministry of Somewhere" not in page_answer.text
    assert "Empowering Communities" not in page_answer.text
    assert feed_answer.content == b""
    assert page_answer["X-Robots-Tag"] == feed_answer["X-Robots-Tag"] == "noindex, nofollow"


def test_working_group_takes_no_post(client, focal_point):
    assert client.post(page_of(focal_point)).status_code == 405
    assert client.post(feed_of(focal_point)).status_code == 405


def test_private_feed_holds_the_meetings_of_the_group_with_their_join_links(
    client, area, other_area, focal_point
):
    meeting_of(area, title="Of the group")
    meeting_of(None, title="Of the coalition", starts_at=SOON + timedelta(days=1))
    meeting_of(area, title="Past", starts_at=NOON)
    meeting_of(area, title="Draft", status=MeetingStatus.DRAFT)
    meeting_of(other_area, title="Of another group")

    response = client.get(feed_of(focal_point))

    assert summaries(response) == ["Past", "Of the group", "Of the coalition"]
    assert {str(one["URL"]) for one in Calendar.from_ical(response.content).events} == {LINK}
    assert response["Content-Type"] == "text/calendar; charset=utf-8"


def test_private_feed_is_for_one_person(client, focal_point):
    response = client.get(feed_of(focal_point))

    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_private_feed_has_the_uid_of_the_public_one(client, area, focal_point):
    meeting = meeting_of(area, is_public=True)

    [mine] = Calendar.from_ical(client.get(feed_of(focal_point)).content).events
    [everybodys] = Calendar.from_ical(client.get("/calendar/all.ics").content).events

    assert mine["UID"] == everybodys["UID"] == str(meeting.uid)


def test_private_feed_speaks_the_persons_language(client, area, focal_point):
    focal_point.language = "fr"
    focal_point.save()
    meeting_of(area)

    [event] = Calendar.from_ical(client.get(feed_of(focal_point)).content).events

    with override("fr"):
        assert event["CATEGORIES"].cats[0] == area.name


def test_private_feed_takes_two_queries_at_most(client, area, focal_point):
    meeting_of(area)
    for_one = queries_of(client, feed_of(focal_point))
    meeting_of(None)
    meeting_of(area)

    assert queries_of(client, feed_of(focal_point)) == for_one
    assert for_one <= 2


@pytest.mark.parametrize(
    ("header", "condition"),
    [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")],
)
def test_private_feed_that_did_not_change_is_not_sent_again(
    client, area, focal_point, header, condition
):
    meeting_of(area)
    first = client.get(feed_of(focal_point))

    second = client.get(feed_of(focal_point), headers={condition: first[header]})

    assert (second.status_code, second.content) == (304, b"")


def test_private_feed_that_did_not_change_takes_one_query(
    client, area, focal_point, django_assert_num_queries
):
    meeting_of(area)
    meeting_of(None)
    first = client.get(feed_of(focal_point))

    with django_assert_num_queries(1):
        second = client.get(feed_of(focal_point), headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 304


def test_private_feed_stays_the_same_whatever_changes_in_another_group(
    client, area, other_area, focal_point
):
    meeting_of(area, changed_at=NOON)
    other = meeting_of(other_area, changed_at=NOON)
    first = client.get(feed_of(focal_point))
    change_meeting(meeting=other, by=UserFactory(), at=NOON + timedelta(hours=1), title="Other")

    assert client.get(feed_of(focal_point))["ETag"] == first["ETag"]


@pytest.mark.parametrize("facts", [{"focus_area": None}, {"is_public": True}, {"agenda": "New"}])
def test_private_feed_has_another_tag_after_any_change(client, area, focal_point, facts):
    meeting = meeting_of(area, changed_at=NOON)
    meeting_of(area, changed_at=NOON + timedelta(hours=2))
    first = client.get(feed_of(focal_point))
    change_meeting(meeting=meeting, by=UserFactory(), at=NOON + timedelta(hours=1), **facts)

    assert client.get(feed_of(focal_point))["ETag"] != first["ETag"]


def test_private_feed_has_another_tag_after_a_meeting_left_the_group(
    client, area, other_area, focal_point
):
    meeting = meeting_of(area, changed_at=NOON)
    meeting_of(area, changed_at=NOON)
    first = client.get(feed_of(focal_point))
    change_meeting(
        meeting=meeting, by=UserFactory(), at=NOON + timedelta(hours=1), focus_area=other_area
    )

    assert client.get(feed_of(focal_point))["ETag"] != first["ETag"]


def test_private_feed_has_another_tag_in_another_language(client, area, focal_point):
    meeting_of(area)
    first = client.get(feed_of(focal_point))
    focal_point.language = "fr"
    focal_point.save()

    assert client.get(feed_of(focal_point))["ETag"] != first["ETag"]


@pytest.mark.parametrize(
    ("header", "condition"),
    [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")],
)
def test_private_feed_that_changed_is_sent_again(client, area, focal_point, header, condition):
    meeting = meeting_of(area, changed_at=NOON)
    first = client.get(feed_of(focal_point))
    change_meeting(meeting=meeting, by=UserFactory(), at=NOON + timedelta(hours=1), title="Other")

    second = client.get(feed_of(focal_point), headers={condition: first[header]})

    assert second.status_code == 200
    assert summaries(second) == ["Other"]


@pytest.mark.parametrize(
    ("header", "condition"),
    [("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")],
)
def test_private_feed_of_a_member_that_moved_is_sent_again(
    client, area, other_area, focal_point, header, condition
):
    TimelineEntryFactory(member=focal_point.member, at=NOON)
    meeting_of(area, title="Of the old group", changed_at=NOON)
    meeting_of(other_area, title="Of the new group", changed_at=NOON)
    first = client.get(feed_of(focal_point))
    move_to_focus_area(
        member=focal_point.member,
        focus_area=other_area,
        role=GrantedRole.PARTICIPANT,
        by=UserFactory(),
        at=NOON + timedelta(hours=1),
        message=None,
    )

    second = client.get(feed_of(focal_point), headers={condition: first[header]})

    assert second.status_code == 200
    assert summaries(second) == ["Of the new group"]


def test_private_feed_answers_a_head_with_headers_alone(client, area, focal_point):
    meeting_of(area)

    head = client.head(feed_of(focal_point))

    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == client.get(feed_of(focal_point))["ETag"]
