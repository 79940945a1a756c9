from datetime import timedelta

import pytest
from django.utils.translation import override
from icalendar import Calendar

from focus_areas.models import FocusArea
from meetings.models import MeetingStatus
from meetings.services.meetings import change_meeting
from tests.factories import NOON, UserFactory
from tests.participation.group import LINK, SOON, feed_of, meeting_of, summaries
from tests.participation.people import focal_point_in
from tests.queries import queries_of


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
    events = Calendar.from_ical(response.content).events
    assert [str(one["CONFERENCE"]) for one in events] == [
        f"http://testserver/en/my/meetings/{one['UID']}/join/" for one in events
    ]
    assert LINK not in response.text
    assert [str(one["URL"]) for one in events] == [
        f"http://testserver/en/my/meetings/{one['UID']}/" for one in events
    ]
    # The ETag alone says whether it changed: a lost role has no time in what is left.
    assert "Last-Modified" not in response
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    # For only one person.
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_private_feed_speaks_the_persons_language(client, area, focal_point):
    meeting_of(area)
    first = client.get(feed_of(focal_point))
    focal_point.language = "fr"
    focal_point.save()

    second = client.get(feed_of(focal_point))

    [event] = Calendar.from_ical(second.content).events
    assert second["ETag"] != first["ETag"]
    with override("fr"):
        assert event["CATEGORIES"].cats[0] == area.name


def test_private_feed_takes_two_queries_at_most(client, area, focal_point):
    meeting_of(area)
    for_one = queries_of(client, feed_of(focal_point))
    meeting_of(None)
    meeting_of(area)

    assert queries_of(client, feed_of(focal_point)) == for_one
    assert for_one <= 2


def test_private_feed_that_did_not_change_takes_one_query(
    client, area, focal_point, django_assert_num_queries
):
    meeting_of(area)
    meeting_of(None)
    first = client.get(feed_of(focal_point))

    with django_assert_num_queries(1):
        second = client.get(feed_of(focal_point), headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 304


def test_private_feed_is_written_once_for_all_who_read_the_same(
    client, area, focal_point, django_assert_num_queries
):
    meeting_of(area)
    colleague = focal_point_in(area, email="colleague@example.org")
    first = client.get(feed_of(focal_point))

    with django_assert_num_queries(1):
        second = client.get(feed_of(colleague))

    assert second.content == first.content


def test_private_feed_stays_the_same_whatever_changes_in_another_group(
    client, area, other_area, focal_point
):
    meeting_of(area, changed_at=NOON)
    other = meeting_of(other_area, changed_at=NOON)
    first = client.get(feed_of(focal_point))
    change_meeting(meeting=other, by=UserFactory(), at=NOON + timedelta(hours=1), title="Other")

    assert client.get(feed_of(focal_point))["ETag"] == first["ETag"]


@pytest.mark.parametrize(
    "facts", [{"focus_area": None}, {"is_public": True}, {"agenda": "New"}, {"focus_area": 3}]
)
def test_private_feed_has_another_tag_after_any_change(client, area, focal_point, facts):
    meeting = meeting_of(area, changed_at=NOON)
    meeting_of(area, changed_at=NOON + timedelta(hours=2))
    first = client.get(feed_of(focal_point))
    if facts.get("focus_area"):
        # A member that will leave the group.
        facts = {"focus_area": FocusArea.objects.get(number=facts["focus_area"])}
    change_meeting(meeting=meeting, by=None, at=NOON + timedelta(hours=1), **facts)

    assert client.get(feed_of(focal_point))["ETag"] != first["ETag"]
