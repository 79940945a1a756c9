"""The one feed of a person with several roles: their meetings, answers, reminders and choices."""

from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from meetings.models import MeetingStatus
from meetings.services.meetings import change_meeting
from members.models import MemberStatus
from participation.models import CalendarFeed, DeclinedMeetings, FeedReminder, RsvpChoice
from participation.services.feeds import choose_feed
from participation.services.rsvps import record_rsvp
from tests.factories import NOON
from tests.participation.group import SOON, feed_of, meeting_of, summaries
from tests.participation.people import account_of, focal_point_in, handed_over, withdrawn

DAY = timedelta(days=1)


@pytest.fixture
def second_role(focal_point, other_area):
    """The alternate of another organisation, at the same address in other letters."""
    return focal_point_in(other_area, email="Wanjiku@example.org", is_alternate=True)


@pytest.fixture
def user(focal_point):
    return account_of(focal_point)


def answer(meeting, focal_point, choice=RsvpChoice.NO, at=NOON):
    by = account_of(focal_point)
    return record_rsvp(meeting=meeting, focal_point=focal_point, choice=choice, by=by, at=at)


def choose(user, declined=DeclinedMeetings.FREE, reminder=FeedReminder.NONE, at=NOON):
    return choose_feed(user=user, declined=declined, reminder=reminder, at=at)


def events_of(client, focal_point):
    return Calendar.from_ical(client.get(feed_of(focal_point)).content).events


def tag_of(client, focal_point):
    return client.get(feed_of(focal_point))["ETag"]


def test_feed_has_the_meetings_of_all_roles_each_once(
    client, area, other_area, focal_point, second_role
):
    meeting_of(area, title="Of the first group")
    meeting_of(other_area, title="Of the second group", starts_at=SOON + DAY)
    meeting_of(None, title="Of the coalition", starts_at=SOON + 2 * DAY)

    feeds = [client.get(feed_of(role)) for role in (focal_point, second_role)]

    expected = ["Of the first group", "Of the second group", "Of the coalition"]
    assert [summaries(feed) for feed in feeds] == [expected, expected]
    assert feeds[0]["ETag"] == feeds[1]["ETag"]
    calendar = Calendar.from_ical(feeds[0].content)
    assert calendar["NAME"] == "Partner2Connect Digital Coalition"


@pytest.mark.parametrize(
    ("end", "number", "left"),
    [(withdrawn, 0, "Of the second group"), (handed_over, 1, "Of the first group")],
)
def test_feed_keeps_its_address_while_one_role_is_left(
    client, area, other_area, focal_point, second_role, end, number, left
):
    meeting_of(area, title="Of the first group")
    meeting_of(other_area, title="Of the second group")
    before = client.get(feed_of(focal_point))

    end((focal_point, second_role)[number])

    after = client.get(feed_of(focal_point), headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, summaries(after)) == (200, [left])


def test_feed_shows_a_declined_meeting_as_free_time(client, area, focal_point):
    meeting = meeting_of(area, title="Dialogue", changed_at=NOON - DAY)
    meeting_of(area, title="Other", starts_at=SOON + DAY)
    before = tag_of(client, focal_point)

    answer(meeting, focal_point)

    declined, other = events_of(client, focal_point)
    assert (declined["SUMMARY"], declined["TRANSP"]) == ("Declined: Dialogue", "TRANSPARENT")
    assert (declined["LAST-MODIFIED"].dt, declined["SEQUENCE"]) == (NOON, 1)
    assert (other["SUMMARY"], other["TRANSP"]) == ("Other", "OPAQUE")
    assert tag_of(client, focal_point) != before


def test_feed_leaves_a_declined_meeting_out_if_the_person_wants_that_until_another_answer(
    client, area, focal_point, user
):
    meeting = meeting_of(area, title="Dialogue")
    answer(meeting, focal_point)
    tags = [tag_of(client, focal_point)]
    choose(user, declined=DeclinedMeetings.OMIT)
    assert list(events_of(client, focal_point)) == []
    tags.append(tag_of(client, focal_point))

    for number, choice in enumerate((RsvpChoice.YES, RsvpChoice.REMOTE), 1):
        answer(meeting, focal_point, choice, at=NOON + number * DAY)
        tags.append(tag_of(client, focal_point))

    [event] = events_of(client, focal_point)
    assert (event["SUMMARY"], event["TRANSP"]) == ("Dialogue", "OPAQUE")
    assert len(set(tags)) == 4


def test_feed_shows_a_declined_meeting_that_was_moved_as_not_answered(client, area, focal_point):
    meeting = meeting_of(area, title="Dialogue")
    answer(meeting, focal_point)
    later = {"starts_at": SOON + DAY, "ends_at": SOON + 2 * DAY}
    change_meeting(meeting=meeting, by=None, at=NOON, **later)

    [event] = events_of(client, focal_point)

    assert (event["SUMMARY"], event["TRANSP"]) == ("Dialogue", "OPAQUE")


@pytest.mark.parametrize(("roles", "title"), [(1, "Dialogue"), (2, "Declined: Dialogue")])
def test_meeting_is_declined_only_when_it_is_declined_in_all_roles(
    client, focal_point, second_role, user, roles, title
):
    meeting = meeting_of(None, title="Dialogue")
    for role in (focal_point, second_role)[:roles]:
        record_rsvp(meeting=meeting, focal_point=role, choice=RsvpChoice.NO, by=user, at=NOON)

    [event] = events_of(client, focal_point)

    assert event["SUMMARY"] == title


def test_feed_reminds_of_meetings_to_come_as_the_person_chose(client, area, focal_point, user):
    meeting_of(area, title="Past", starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    meeting_of(area, title="To come", changed_at=NOON - DAY)
    before = tag_of(client, focal_point)
    assert not any(event.walk("VALARM") for event in events_of(client, focal_point))

    choose(user, reminder=FeedReminder.HOUR)

    past, to_come = events_of(client, focal_point)
    assert past.walk("VALARM") == []
    [alarm] = to_come.walk("VALARM")
    assert alarm["TRIGGER"].dt == -timedelta(hours=1)
    # A program must see that the event changed.
    assert to_come["LAST-MODIFIED"].dt == NOON
    assert tag_of(client, focal_point) != before


def test_feed_that_did_not_change_takes_one_query_with_roles_answers_and_choices(
    client, area, focal_point, second_role, user, django_assert_num_queries
):
    answer(meeting_of(area), focal_point)
    meeting_of(None, status=MeetingStatus.CANCELLED)
    choose(user, declined=DeclinedMeetings.OMIT, reminder=FeedReminder.DAY)
    first = client.get(feed_of(focal_point))

    with django_assert_num_queries(1):
        second = client.get(feed_of(second_role), headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 304


def test_first_fetch_of_a_day_is_noted_and_takes_one_query_more(
    client, area, focal_point, user, django_assert_num_queries
):
    meeting_of(area)
    client.head(feed_of(focal_point))
    assert not CalendarFeed.objects.exists()
    tag = tag_of(client, focal_point)
    CalendarFeed.objects.update(fetched_on=NOON.date())

    with django_assert_num_queries(2):
        client.get(feed_of(focal_point), headers={"If-None-Match": tag})
    with django_assert_num_queries(1):
        client.get(feed_of(focal_point), headers={"If-None-Match": tag})

    assert CalendarFeed.objects.get().fetched_on == timezone.now().date()


def test_feed_that_is_refused_is_no_fetch(client, focal_point, user):
    withdrawn(focal_point)

    client.get(feed_of(focal_point))

    assert focal_point.member.status == MemberStatus.WITHDRAWN
    assert not CalendarFeed.objects.exists()


def test_person_who_answered_shares_no_feed_with_one_who_did_not(client, area, focal_point):
    colleague = focal_point_in(area, email="colleague@example.org")
    answer(meeting_of(area, title="Dialogue"), focal_point)

    feeds = [summaries(client.get(feed_of(each))) for each in (focal_point, colleague)]

    assert feeds == [["Declined: Dialogue"], ["Dialogue"]]


def shown(client, focal_point):
    """The title, status and busy time of each event."""
    return [
        (str(event["SUMMARY"]), str(event["STATUS"]), str(event["TRANSP"]))
        for event in events_of(client, focal_point)
    ]


def test_feed_shows_both_sittings_as_tentative_until_one_is_chosen(client, area, focal_point):
    morning = meeting_of(area, title="Morning")
    evening = meeting_of(area, title="Evening", starts_at=SOON + DAY, sitting_of=morning)
    assert shown(client, focal_point) == [
        ("Morning", "TENTATIVE", "OPAQUE"),
        ("Evening", "TENTATIVE", "OPAQUE"),
    ]
    before = tag_of(client, focal_point)

    answer(evening, focal_point, RsvpChoice.REMOTE)

    assert shown(client, focal_point) == [("Evening", "CONFIRMED", "OPAQUE")]
    assert tag_of(client, focal_point) != before


def test_feed_shows_sittings_that_were_all_declined_as_free_time(client, area, focal_point):
    morning = meeting_of(area, title="Morning")
    meeting_of(area, title="Evening", starts_at=SOON + DAY, sitting_of=morning)

    # One refusal is about the whole meeting.
    answer(morning, focal_point)

    titles = [title for title, _status, _free in shown(client, focal_point)]
    assert titles == ["Declined: Morning", "Declined: Evening"]


def test_feed_takes_as_many_queries_for_many_answers_as_for_one(
    client, area, focal_point, user, django_assert_num_queries
):
    choose(user)
    client.get(feed_of(focal_point))
    for number in range(4):
        answer(meeting_of(area, starts_at=SOON + number * DAY), focal_point)

        # The roles, the meetings, their sittings, the answers, and how often they changed.
        with django_assert_num_queries(5):
            client.get(feed_of(focal_point))


def test_file_of_a_meeting_is_the_event_of_the_feed_after_each_answer(
    client, mine, area, other_area, focal_point, second_role, user
):
    meeting, other = meeting_of(None, title="Dialogue"), meeting_of(None, starts_at=SOON + DAY)
    choose(user, reminder=FeedReminder.HOUR, at=NOON + DAY)
    answer(other, focal_point)
    page = f"/en/my/meetings/{meeting.uid}.ics"
    sequences = []

    for role, choice in (
        (focal_point, RsvpChoice.YES),
        (second_role, RsvpChoice.NO),
        (focal_point, RsvpChoice.NO),
    ):
        answer(meeting, role, choice)
        change_meeting(meeting=meeting, place=f"{choice} {role}", by=None, at=NOON)
        [alone] = Calendar.from_ical(mine.get(page).content).events
        together = events_of(client, focal_point)[0]
        # The file has the time at which it was written, and an organizer.
        for event in (alone, together):
            del event["DTSTAMP"]
        del alone["ORGANIZER"]
        assert alone.to_ical() == together.to_ical()
        sequences.append(alone["SEQUENCE"])

    assert sequences == sorted(set(sequences))
    assert alone["SUMMARY"] == "Declined: Dialogue"
