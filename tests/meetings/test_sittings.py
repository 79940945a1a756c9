import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from meetings.services.ical import write_calendar, write_meeting
from meetings.services.meetings import AlreadyCancelled, MeetingConflict
from meetings.services.sittings import (
    AlreadyASitting,
    link_sittings,
    separate_sitting,
)
from tests.factories import NOON, MeetingFactory, UserFactory
from tests.meetings.desk import staff_within_reach
from tests.meetings.repeated import everything, refused
from tests.meetings.series_desk import page_of
from tests.participation.people import SOON, meeting_of

EVENING_SITTING = "Monday 1 November 2021, 13:00 to 14:00 Geneva (UTC+1)"


@pytest.fixture
def own(db):
    return FocusArea.objects.get(number=1)


def sittings(number=2, **facts):
    """Return meetings that are sittings of each other, in order."""
    first = MeetingFactory(**facts)
    later = [
        MeetingFactory(sitting_of=first, **{**facts, "starts_at": first.starts_at + n * A_HALF_DAY})
        for n in range(1, number)
    ]
    return [first, *later]


A_HALF_DAY = timedelta(hours=12)


def first_of(meeting):
    return Meeting.objects.get(pk=meeting.pk).sitting_of


def test_link_makes_a_meeting_another_sitting_of_the_first():
    first, second, third = MeetingFactory.create_batch(3)
    officer = UserFactory()

    link_sittings(meeting=second, other=first, by=officer, at=NOON, version=1)
    link_sittings(meeting=third, other=second, by=officer, at=NOON)

    linked = Meeting.objects.get(pk=second.pk)
    assert (linked.sitting_of, linked.version, linked.sequence) == (first, 2, 0)
    assert linked.history.latest("history_id").history_user == officer
    assert (first_of(first), first_of(third)) == (None, first)


def test_link_and_separate_refuse_what_cannot_be():
    first, second = sittings()
    alone, cancelled = MeetingFactory(), MeetingFactory(status=MeetingStatus.CANCELLED)

    refused("sitting_of_itself", link_sittings, meeting=alone, other=alone)
    refused(AlreadyASitting, link_sittings, meeting=first, other=alone)
    refused(AlreadyASitting, link_sittings, meeting=second, other=alone)
    refused(AlreadyASitting, link_sittings, meeting=second, other=first)
    refused(AlreadyCancelled, link_sittings, meeting=alone, other=cancelled)
    refused(AlreadyCancelled, link_sittings, meeting=cancelled, other=alone)
    refused(MeetingConflict, link_sittings, meeting=alone, other=first, version=9)
    refused("not_a_sitting", separate_sitting, meeting=alone)
    refused(MeetingConflict, separate_sitting, meeting=first, version=9)


@pytest.mark.parametrize(
    ("number", "who", "left"),
    [(3, 1, [None, None, 0]), (3, 0, [None, None, 1]), (2, 0, [None, None])],
)
def test_separate_leaves_one_alone_and_the_others_together(number, who, left):
    meetings = sittings(number, status=MeetingStatus.CANCELLED)

    separate_sitting(meeting=meetings[who], by=None, at=NOON, version=1)

    firsts = [None if first is None else meetings[first] for first in left]
    assert [first_of(meeting) for meeting in meetings] == firsts


def description(content, number=0):
    return str(Calendar.from_ical(content).events[number]["DESCRIPTION"])


def test_feed_names_the_other_sitting_that_is_in_it_as_it_is_in_its_zone_and_in_utc():
    first, second = sittings()

    both = write_calendar([first, second], name="Ours", with_join_links=False)
    alone = write_calendar([first], name="Ours", with_join_links=False)
    first.ends_at, first.status = first.ends_at + timedelta(hours=1), MeetingStatus.CANCELLED
    moved = write_calendar([first, second], name="Ours", with_join_links=False)

    assert description(both, 1) == (
        "The other sitting: Monday 1 November 2021, 13:00 to 14:00 Geneva (UTC+1) · Monday 1 "
        "November 2021, 12:00 to 13:00 UTC"
    )
    assert b"DESCRIPTION" not in alone
    for words in ("13:00 to 15:00", "(cancelled)"):
        assert words in description(moved, 1)


def test_file_of_one_meeting_names_its_other_sittings():
    first, second, third = sittings(3, agenda="Welcome")

    content = write_meeting(second, with_join_links=False, at=NOON, sittings=[first, third])

    assert description(content).startswith("Welcome\n\nAnother sitting: Monday 1 November 2021")
    assert description(content).count("Another sitting: ") == 2


def test_public_pages_and_files_name_public_sittings_alone(client):
    first, second = sittings(is_public=True)
    MeetingFactory(sitting_of=first, starts_at=first.starts_at + timedelta(days=3))

    page = client.get(f"/en/calendar/{second.uid}/")
    file = client.get(f"/calendar/meetings/{second.uid}.ics")

    assert re.findall(r'id="meeting-(\d+)"', page.text) == [str(first.pk)]
    assert f"The other sitting: {EVENING_SITTING}" in description(file.content)


def test_meeting_sittings_links_and_separates(client, officer, own):
    first, second = meeting_of(own, title="Morning"), meeting_of(own, title="Evening")
    address = page_of(second, "sittings")

    shown = client.get(address)
    linked = client.post(address, {"version": "1", "other": first.pk})
    after = client.get(page_of(first))
    separated = client.post(page_of(first, "sittings"), {"version": "1", "separate": "1"})

    assert "Morning · " in shown.text
    assert linked["Location"] == page_of(second)
    assert "The other sitting: " in after.text
    assert separated["Location"] == page_of(first)
    assert not Meeting.objects.of_sittings().exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"version": "9", "other": "the other"}, 409),
        ({"version": "9", "separate": "1"}, 409),
        ({"version": "1", "other": ""}, 422),
        ({"version": "1", "other": "x"}, 422),
    ],
)
def test_meeting_sittings_of_a_stale_page_or_of_nothing_is_refused(
    client, officer, own, sent, status
):
    first, second = meeting_of(own), meeting_of(own)
    before = everything()

    other = {"other": str(first.pk)} if sent.get("other") == "the other" else {}
    response = client.post(page_of(second, "sittings"), {**sent, **other})

    assert response.status_code == status
    assert everything() == before


def signed_in_for(client, area, *codenames):
    coordinator = staff_within_reach("view_meeting", *codenames)
    area.coordinators.add(coordinator)
    client.force_login(coordinator)


def test_meeting_sittings_offers_what_is_to_come_within_reach(client, own, area):
    signed_in_for(client, own, "change_meeting")
    mine, offered, theirs = meeting_of(own), meeting_of(own), meeting_of(area)
    meeting_of(own, status=MeetingStatus.CANCELLED)
    MeetingFactory(focus_area=own)

    form = client.get(page_of(mine, "sittings")).context["form"]
    refused = client.post(page_of(mine, "sittings"), {"version": "1", "other": theirs.pk})

    assert list(form.fields["other"].queryset) == [offered]
    assert refused.status_code == 422
    assert client.get(page_of(theirs, "sittings")).status_code == 404


def test_meeting_sittings_of_another_area_are_not_shown_to_a_coordinator(client, own, area):
    signed_in_for(client, own, "change_meeting")
    mine = meeting_of(own)
    facts = {"title": "Not yet told", "status": MeetingStatus.DRAFT}
    theirs = meeting_of(area, sitting_of=mine, starts_at=SOON + A_HALF_DAY, **facts)

    shown = client.get(page_of(mine, "sittings"))
    form = client.get(page_of(mine))
    separated = client.post(page_of(mine, "sittings"), {"version": "1", "separate": "1"})

    assert shown.context["others"] == []
    assert 'name="separate"' in shown.text
    for page in (shown, form):
        assert page.status_code == 200
        assert "Not yet told" not in page.text
        assert "The other sitting" not in page.text
    assert separated.status_code == 302
    assert first_of(theirs) is None


def test_meeting_that_is_only_shown_names_no_sitting_of_another_area(client, own, area):
    signed_in_for(client, own)
    mine = meeting_of(own)
    meeting_of(area, sitting_of=mine, starts_at=SOON + A_HALF_DAY)

    alone = client.get(page_of(mine))
    meeting_of(own, sitting_of=mine, starts_at=SOON + 2 * A_HALF_DAY)
    with_one = client.get(page_of(mine))

    assert "sitting: " not in alone.text
    assert "The other sitting: " in with_one.text
