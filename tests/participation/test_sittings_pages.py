"""A meeting with several sittings on the pages of its participants and of staff."""

import pytest

from meetings.models import MeetingStatus
from meetings.services.meetings import cancel_meeting
from participation.models import Attendance, Presence, Rsvp, RsvpChoice
from participation.services.attendance import (
    attendance_rows,
    presences_offered,
    record_attendance,
)
from participation.services.expected_attendees import expected_attendees, rsvp_counts
from participation.services.my_meetings import my_meetings
from tests.factories import NOON, AttendanceFactory, RsvpFactory, UserFactory
from tests.participation.people import SOON, focal_point_in, meeting_of
from tests.participation.sittings import (
    DAY,
    EVENING,
    HOUR,
    MORNING,
    answered,
    stored,
    two_sittings,
)
from tests.queries import queries_of

MY = "/en/my/"
REMOTE, NO = RsvpChoice.REMOTE, RsvpChoice.NO


def soon(area, **facts):
    """Two upcoming sittings, two hours from each other."""
    first = meeting_of(area, title="First sitting", **facts)
    return first, meeting_of(
        area, title="Second sitting", starts_at=SOON + 2 * HOUR, sitting_of=first, **facts
    )


def buttons(meeting, person, at=NOON):
    [asked] = my_meetings([meeting], people=[person], at=at)[meeting.pk].asked
    return [(button.value, button.words, button.is_current) for button in asked.buttons]


def sending(client, meeting, person, choice, *others, **more):
    sent = {"focal_point": person.pk, "choice": choice, "starts_at": meeting.starts_at.isoformat()}
    sent |= {f"sitting-{each.pk}": each.starts_at.isoformat() for each in others}
    return client.post(f"/en/my/meetings/{meeting.uid}/answer/", {**sent, **more}, follow=True)


def titles(rows):
    return [row.entry.meeting.title for row in rows]


def test_buttons_answer_for_this_sitting_or_the_other_one(area, person):
    first, second = two_sittings(area)
    unanswered = buttons(first, person)
    answered(second, person)

    assert unanswered == [
        ("remote", "Yes", False),
        ("no", "No", False),
        (f"remote-{second.pk}", "At the other sitting, 23:00", False),
    ]
    assert buttons(first, person)[-1] == (
        f"remote-{second.pk}",
        "At the other sitting, 23:00",
        True,
    )
    # It is over.
    assert [value for value, *_more in buttons(second, person, at=EVENING - HOUR)] == [
        "remote",
        "no",
    ]


def test_buttons_tell_ways_and_days_apart(area, person):
    first = meeting_of(area, starts_at=MORNING, place="Kigali")
    facts = {"sitting_of": first, "place": "Lima"}
    for days in (1, 30):
        meeting_of(area, starts_at=MORNING + days * DAY, **facts)

    assert [words for _value, words, _is_current in buttons(first, person)] == [
        "Yes",
        "Remotely",
        "No",
        "In person at the sitting of Tue 11:00",
        "Remotely at the sitting of Tue 11:00",
        "In person at the sitting of 1 Dec 2021, 11:00 Nairobi (UTC+3)",
        "Remotely at the sitting of 1 Dec 2021, 11:00 Nairobi (UTC+3)",
    ]


def test_answer_for_the_other_sitting_is_taken_and_said(mine, area, person):
    first, second = soon(area)

    response = sending(mine, first, person, f"remote-{second.pk}", second)

    assert response.redirect_chain == [(f"/en/my/meetings/{second.uid}/#answer", 302)]
    assert "Thank you. Your reply for “Second sitting”, " in response.text
    assert stored() == {second.pk: REMOTE}
    page = mine.get(f"/en/my/meetings/{first.uid}/")
    assert f'value="remote-{second.pk}" aria-pressed="true"' in page.text
    assert "You attend another sitting." in page.text
    assert "You can no longer reply" not in page.text


@pytest.mark.parametrize(
    ("choice", "more", "status"),
    [
        ("remote-0", {}, 404),
        (f"remote-{'9' * 18}", {}, 404),
        ("remote-", {}, 422),
        ("perhaps-1", {}, 422),
        ("no", {"sitting-1": "soon"}, 422),
        ("no", {"sitting-one": "2021-10-25"}, 422),
    ],
)
def test_answer_for_a_sitting_that_is_none_is_refused(mine, area, person, choice, more, status):
    first, second = soon(area)

    assert sending(mine, first, person, choice, second, **more).status_code == status
    assert stored() == {}


def test_answer_for_a_sitting_beyond_reach_is_refused(mine, area, other_area, person):
    first, _second = soon(area)
    elsewhere = meeting_of(other_area, sitting_of=first)

    response = sending(mine, first, person, f"remote-{elsewhere.pk}", elsewhere)

    assert response.status_code == 404
    assert stored() == {}


@pytest.mark.parametrize("choice", ["no", "remote-other"])
def test_answer_is_refused_if_the_sitting_moved_after_the_page_was_opened(
    mine, area, person, choice
):
    first, second = soon(area)
    sent = {f"sitting-{second.pk}": (second.starts_at - DAY).isoformat()}

    response = sending(mine, first, person, choice.replace("other", str(second.pk)), **sent)

    assert response.status_code == 409
    assert "The meeting was moved after you opened this page." in response.text
    assert stored() == {}


def test_my_asks_once_and_lists_one_row_for_a_meeting_with_two_sittings(mine, area, person):
    first, second = soon(area)

    before = mine.get(MY)
    sending(mine, first, person, f"remote-{second.pk}", second)
    after = mine.get(MY)

    assert (len(before.context["expected"]), before.context["entries"]) == (1, [])
    assert after.context["expected"] == []
    assert titles(each.row for each in after.context["entries"]) == ["Second sitting"]


@pytest.mark.parametrize("view", ["month", "agenda"])
def test_calendar_has_one_row_for_a_meeting_with_two_sittings(mine, area, person, view):
    soon(area)
    # In their time zone.
    month = mine.get(MY).context["next_meeting"].entry.starts[:7]

    response = mine.get(f"/en/my/calendar/?view={view}&month={month}")

    assert len(response.context["month"].meetings) == 1
    assert response.text.count("Or at the sitting of ") == 1


def test_person_whose_sitting_is_cancelled_is_asked_about_the_other(mine, area, person):
    first, _second = soon(area)
    RsvpFactory(meeting=first, focal_point=person)
    cancel_meeting(meeting=first, by=None, at=NOON)

    response = mine.get(MY)

    assert titles(each.row for each in response.context["expected"]) == ["Second sitting"]
    assert "The sitting that you chose is cancelled." in response.text


def test_pages_take_as_many_queries_for_three_meetings_with_sittings_as_for_one(mine, area):
    pages = [MY, f"/en/my/calendar/?month={SOON:%Y-%m}"]
    soon(area)
    for_one = [queries_of(mine, page) for page in pages]
    soon(area)
    soon(area)

    assert [queries_of(mine, page) for page in pages] == for_one


def test_counts_and_expected_attendees_say_who_is_at_the_other_sitting(area, person):
    bank = focal_point_in(area, "Bank")
    first, second = two_sittings(area)
    answered(second, person)

    expected = expected_attendees(first)

    assert [(each.person, each.reply_in_words) for each in expected] == [
        (bank, ""),
        (person, "At the other sitting"),
    ]
    counts = rsvp_counts(expected, words_for_none="None")
    assert [(count.words, count.number) for count in counts] == [
        ("Yes, in person", 0),
        ("Yes, remotely", 0),
        ("No", 0),
        ("At the other sitting", 1),
        ("None", 1),
    ]
    assert [each.choice for each in expected_attendees(second)] == ["", REMOTE]


def test_attendance_of_who_is_at_the_other_sitting_is_marked_so(area, person):
    bank, court = (focal_point_in(area, name) for name in ("Bank", "Court"))
    first, second = two_sittings(area)
    answered(second, person)
    # Recorded at the other sitting, without an answer.
    AttendanceFactory(meeting=second, focal_point=bank, presence=Presence.REMOTE)
    AttendanceFactory(meeting=second, focal_point=court, presence=Presence.ABSENT)

    rows = attendance_rows(first)
    presences = {row.focal_point.pk: Presence(row.presence) for row in rows}
    record_attendance(
        meeting=first, presences=presences, seen=0, by=UserFactory(), at=first.ends_at
    )

    assert presences == {
        bank.pk: Presence.ELSEWHERE,
        court.pk: Presence.ABSENT,
        person.pk: Presence.ELSEWHERE,
    }
    assert Attendance.objects.get(meeting=first, focal_point=person).presence == "elsewhere"
    assert presences_offered(first, rows) == list(Presence)
    assert Presence.ELSEWHERE not in presences_offered(meeting_of(area), [])


def test_answers_of_a_draft_stay_visible_to_staff(area, person):
    draft = meeting_of(area, status=MeetingStatus.DRAFT)
    RsvpFactory(meeting=draft, focal_point=person, choice=NO)

    assert [each.choice for each in expected_attendees(draft)] == [NO]
    assert Rsvp.objects.count() == 1
