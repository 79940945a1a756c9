"""A series on a participant's pages: one entry, one answer for all with exceptions."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from focus_areas.models import FocusArea
from meetings.models import MeetingStatus
from participation.models import Rsvp, RsvpChoice
from participation.services.my_series import series_in_words
from participation.services.rsvps import (
    MeetingCancelled,
    MeetingMoved,
    NotInvited,
    SameRsvp,
    record_series_rsvp,
)
from tests.factories import NOON, RsvpFactory, SeriesFactory
from tests.participation.people import (
    account_of,
    focal_point_in,
    meeting_of,
    signed_in_as,
    withdrawn,
)

MY = "/en/my/"
ZURICH = ZoneInfo("Europe/Zurich")
REMOTE, NO = RsvpChoice.REMOTE, RsvpChoice.NO
TODAY = timezone.now().astimezone(ZURICH).date()


def series_of(area, *, number=5, every=2, first=None, **facts):
    """A series of online meetings at 15:00 in Geneva; the first is in three days."""
    first = first or TODAY + timedelta(days=3)
    series = SeriesFactory(
        interval=every,
        weekday=first.weekday(),
        first_day=first,
        count=number,
        local_time=time(15),
    )
    days = [first + n * every * timedelta(weeks=1) for n in range(number)]
    return [
        meeting_of(
            area,
            title="Working group",
            series=series,
            occurrence=day,
            starts_at=datetime.combine(day, time(15), tzinfo=ZURICH),
            **facts,
        )
        for day in days
    ]


def sent_for(meetings, person, choice=REMOTE, **more):
    starts = {f"meeting-{each.pk}": each.starts_at.isoformat() for each in meetings}
    return {"focal_point": person.pk, "choice": choice, **starts, **more}


def answer(client, meetings, person, choice=REMOTE, **more):
    address = f"/en/my/series/{meetings[0].series_id}/answer/"
    return client.post(address, sent_for(meetings, person, choice, **more))


def record(meetings, person, choice=REMOTE, at=NOON):
    return record_series_rsvp(
        meetings=meetings,
        focal_point=person,
        choice=choice,
        starts={each.pk: each.starts_at for each in meetings},
        by=account_of(person),
        at=at,
    )


def stored():
    return dict(Rsvp.objects.order_by("meeting").values_list("meeting", "choice"))


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        (
            "America/New_York",
            "Every 2 weeks on Tuesday, 15:00 Geneva, 09:00 for you, next on 8 Dec",
        ),
        ("Europe/Zurich", "Every 2 weeks on Tuesday, 15:00, next on 8 Dec"),
    ],
)
def test_series_is_said_in_one_line(area, zone, words):
    meetings = series_of(area, first=date(2026, 12, 8))

    assert series_in_words(meetings[0], zone) == words


def test_my_asks_once_for_the_meetings_of_the_next_six_weeks(mine, area, person):
    meetings = series_of(area, number=26)

    response = mine.get(MY)

    [expected] = response.context["expected"]
    [role] = expected.roles
    # In 3, 17 and 31 days; the next one is in 45.
    assert role.meetings == meetings[:3]
    assert role.buttons == [("remote", "Yes to all 3"), ("no", "No to all 3")]
    assert len(expected.rows) == 26
    assert response.text.count("<fieldset") == 1
    assert "<h1>1 thing needs your answer</h1>" in response.text
    assert f'id="series-{meetings[0].series_id}"' in response.text


def test_group_sets_for_how_many_weeks_it_asks(mine, area):
    meetings = series_of(area, number=6)
    FocusArea.objects.filter(pk=area.pk).update(answer_weeks=3)

    [expected] = mine.get(MY).context["expected"]

    assert expected.roles[0].meetings == meetings[:2]


def test_one_answer_is_for_all_that_the_page_showed_and_leaves_its_entry_in_place(
    mine, area, person
):
    meetings = series_of(area)
    exception = RsvpFactory(meeting=meetings[1], focal_point=person, choice=NO)
    [expected] = mine.get(MY).context["expected"]

    response = answer(mine, expected.roles[0].meetings, person, back="my")

    key = f"series-{meetings[0].series_id}"
    assert response["Location"] == f"/en/my/?answered={key}#{key}"
    assert stored() == {meetings[0].pk: REMOTE, exception.meeting_id: NO, meetings[2].pk: REMOTE}
    page = mine.get(response["Location"])
    assert "Thank you. Your reply for 2 meetings of “Working group”: Yes, remotely." in page.text
    assert f'id="{key}"' in page.text
    assert "Your reply: Yes, remotely" in page.text
    assert "<fieldset" not in page.text
    assert f'id="{key}"' not in mine.get(MY).text


def test_series_page_answers_one_by_one_and_opens_at_the_same_meeting(mine, area, person):
    meetings = series_of(area)
    address = f"/en/my/series/{meetings[0].series_id}/"
    page = mine.get(address)
    sent = {"focal_point": person.pk, "starts_at": meetings[1].starts_at.isoformat()}

    response = mine.post(
        f"/en/my/meetings/{meetings[1].uid}/answer/", {**sent, "choice": "no", "back": "series"}
    )

    assert [row.entry.meeting for row in page.context["rows"]] == meetings
    # One for all, and one for each that is asked about.
    assert page.text.count("<fieldset") == 1 + 3
    assert response["Location"] == f"{address}#meeting-{meetings[1].pk}"
    assert stored() == {meetings[1].pk: NO}


def test_each_role_answers_for_itself(mine, area, other_area, person):
    other = focal_point_in(other_area, "Network of Hubs", email=person.email)
    meetings = series_of(None)

    response = mine.get(MY)
    answer(mine, meetings[:2], other, NO)

    [expected] = response.context["expected"]
    assert [role.person for role in expected.roles] == [person, other]
    assert set(Rsvp.objects.values_list("focal_point", "choice")) == {(other.pk, NO)}


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"status": MeetingStatus.CANCELLED}, MeetingCancelled),
        ({"starts_at": NOON + timedelta(days=1)}, MeetingMoved),
    ],
)
def test_answer_for_all_is_none_if_one_has_changed(area, person, changes, refused):
    meetings = series_of(area, first=NOON.date() + timedelta(days=7))
    changed = type(meetings[0]).objects.filter(pk=meetings[2].pk)
    changed.update(**changes, ends_at=meetings[2].ends_at)

    with pytest.raises(refused):
        record(meetings, person)

    assert stored() == {}


def test_answer_for_all_that_is_the_same_is_refused_and_another_one_changes_it(area, person):
    meetings = series_of(area, first=NOON.date() + timedelta(days=7))
    record(meetings[:2], person)

    with pytest.raises(SameRsvp):
        record(meetings[:2], person)
    partly = record(meetings[:3], person)
    changed = record(meetings[:3], person, NO)

    assert [rsvp.meeting for rsvp in partly] == meetings[2:3]
    assert len(changed) == 3
    assert set(stored().values()) == {NO}


def test_answer_for_all_is_refused_to_who_takes_part_no_more(area, person):
    meetings = series_of(area, first=NOON.date() + timedelta(days=7))
    account_of(person)
    withdrawn(person)

    with pytest.raises(NotInvited):
        record(meetings, person)

    assert stored() == {}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"choice": "perhaps"}, 422),
        ({"meeting-1": "soon"}, 422),
        ({"focal_point": 0}, 404),
        ({"meeting-0": "2021-10-25"}, 404),
    ],
)
def test_answer_that_the_page_does_not_send_is_refused(mine, area, person, sent, status):
    meetings = series_of(area)

    response = answer(mine, meetings[:2], person, **{"choice": REMOTE, **sent})

    assert response.status_code == status
    assert stored() == {}


def test_answer_without_meetings_is_refused(mine, area, person):
    meetings = series_of(area)
    sent = {"focal_point": person.pk, "choice": REMOTE}

    response = mine.post(f"/en/my/series/{meetings[0].series_id}/answer/", sent)

    assert response.status_code == 422
    assert "Not saved. Choose one of the answers." in response.text


def test_answer_to_a_page_from_before_a_change_shows_what_is_true_now(mine, area, person):
    meetings = series_of(area)
    sent = sent_for(meetings[:2], person)
    type(meetings[0]).objects.filter(pk=meetings[0].pk).update(status=MeetingStatus.CANCELLED)

    response = mine.post(f"/en/my/series/{meetings[0].series_id}/answer/", sent)

    assert response.status_code == 409
    assert "The meeting is cancelled. You can no longer reply." in response.text
    assert stored() == {}


def test_series_of_another_group_is_not_found(mine, other_area, person):
    meetings = series_of(other_area)

    assert mine.get(f"/en/my/series/{meetings[0].series_id}/").status_code == 404
    assert answer(mine, meetings, person).status_code == 404


def test_series_that_is_over_says_so(mine, area):
    [meeting] = series_of(area, number=1, first=NOON.date())

    assert (
        "This series has no more meetings." in mine.get(f"/en/my/series/{meeting.series_id}/").text
    )


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_series_is_one_entry_in_other_languages(area, language):
    mine = signed_in_as(focal_point_in(area, language=language))
    [first, *_more] = series_of(area)

    response = mine.get(f"/{language}/my/")

    assert response.status_code == 200
    assert f'id="series-{first.series_id}"' in response.text


def test_my_costs_as_many_queries_for_sixty_meetings_as_for_two(
    mine, area, django_assert_num_queries, django_assert_max_num_queries
):
    series_of(area, number=2)
    with django_assert_max_num_queries(30) as few:
        mine.get(MY)
    series_of(area, number=30, every=1)
    series_of(area, number=28, every=2)

    with django_assert_num_queries(len(few)):
        mine.get(MY)
