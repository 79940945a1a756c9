"""The admin pages about the participants of a meeting."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.models import MeetingKind, MeetingStatus
from participation.models import Attendance, Presence, RsvpChoice
from tests.factories import NOON, AttendanceFactory, RsvpFactory, UserFactory
from tests.participation.people import SOON, focal_point_in, handed_over, meeting_of
from tests.triage.staff import coordinator, may, observer, officer, signed_in, told
from triage.spreadsheets.models import Export

HOUR = timedelta(hours=1)


@pytest.fixture
def meeting(area):
    return meeting_of(area, starts_at=NOON, title="Third meeting")


@pytest.fixture
def people(area):
    return [focal_point_in(area, name) for name in ("Agency", "Bank", "Court", "Delegation")]


@pytest.fixture
def desk(area):
    """A browser of a coordinator of the area."""
    return signed_in(coordinator(area, name="Ada"))


def at(meeting, page="expected"):
    return f"/admin/meetings/meeting/{meeting.pk}/{page}/"


def sent(people, *presences, seen=0):
    rows = zip(people, presences, strict=True)
    return {"version": seen, **{f"presence-{each.pk}": presence for each, presence in rows}}


def test_expected_lists_everybody_with_their_answer_and_counts_them(desk, meeting, people):
    for person, choice in zip(people, RsvpChoice, strict=False):
        RsvpFactory(meeting=meeting, focal_point=person, choice=choice)

    response = desk.get(at(meeting))

    counts = {count.words: count.number for count in response.context["counts"]}
    assert counts == {"Yes, in person": 1, "Yes, remotely": 1, "No": 1, "No reply yet": 1}
    names = [each.person.member.organisation_name for each in response.context["people"]]
    assert names == ["Agency", "Bank", "Court", "Delegation"]
    assert "25 Oct 2021, 14:00" in response.text
    # A coordinator may do this for the meetings of their own groups.
    assert "Export this list" in response.text


def test_expected_tells_an_answer_for_an_old_time_from_one_that_stands(desk, meeting, people):
    RsvpFactory(meeting=meeting, focal_point=people[0], starts_at=SOON)

    response = desk.get(at(meeting))

    assert "Replied before the meeting was moved: Yes, in person" in response.text
    assert response.context["counts"][-1].number == 4


@pytest.mark.parametrize("page", ["expected", "attendance"])
def test_people_of_an_empty_group_are_said_to_be_none(desk, meeting, area, page):
    yet = desk.get(at(meeting_of(area, starts_at=SOON), page)).text
    focal_point_in(area, "Admitted later", member__decided_at=NOON + 9 * 24 * HOUR)
    then = desk.get(at(meeting, page)).text

    assert "This working group has no members yet." in yet
    assert "the working group had no members at that time" in then
    assert "has no members yet" not in then


@pytest.mark.parametrize(
    ("facts", "leads_there"),
    [
        ({}, True),
        ({"status": MeetingStatus.CANCELLED}, True),
        ({"status": MeetingStatus.DRAFT}, False),
        ({"kind": MeetingKind.DEADLINE}, False),
    ],
)
def test_pages_of_what_nobody_gathers_for_say_so(desk, area, people, facts, leads_there):
    meeting = meeting_of(area, **facts)

    change = desk.get(f"/admin/meetings/meeting/{meeting.pk}/change/").text

    assert [at(meeting, page) in change for page in ("expected", "attendance")] == [leads_there] * 2
    expected, attendance = desk.get(at(meeting)).text, desk.get(at(meeting, "attendance")).text
    assert ("No one is invited to drafts, deadlines" in expected) == bool(facts)
    assert ("Attendance is not recorded for drafts" in attendance) == bool(facts)


def test_attendance_is_taken_by_one_post(desk, meeting, people):
    presences = [Presence.ONSITE, Presence.REMOTE, Presence.ABSENT, Presence.ABSENT]

    before = desk.get(at(meeting, "attendance")).text
    response = desk.post(at(meeting, "attendance"), sent(people, *presences), follow=True)

    assert "Each person is marked below according to their reply" in before
    assert [row.presence for row in Attendance.objects.order_by("pk")] == presences
    assert told(response) == ["Attendance recorded for 4 people."]
    assert "Last recorded by <bdi>Ada</bdi>" in response.text
    assert [number for _words, number in response.context["numbers"]] == [1, 1, 2]


def test_attendance_before_the_start_can_only_be_looked_at(desk, area, people):
    meeting = meeting_of(area)

    page = desk.get(at(meeting, "attendance")).text
    response = desk.post(at(meeting, "attendance"), sent(people, *["absent"] * 4))

    assert "The meeting has not started." in page
    assert 'type="radio"' not in page
    assert response.status_code == 409
    assert list(Attendance.objects.all()) == []


def test_attendance_refused_over_a_colleagues_comes_back_as_it_was_sent(desk, meeting, people):
    colleague = signed_in(officer(name="Bo"))
    colleague.post(at(meeting, "attendance"), sent(people, *["absent"] * 4))

    response = desk.post(at(meeting, "attendance"), sent(people, *["remote"] * 4))

    assert response.status_code == 409
    assert re.search("Bo recorded attendance on [^<]+, after you opened this page", response.text)
    assert {presence for _seat, presence in response.context["seats"]} == {"remote"}
    assert {row.presence for row in Attendance.objects.all()} == {"absent"}
    # A second attempt is based on the current data.
    again = sent(people, *["remote"] * 4, seen=response.context["seen"])
    assert desk.post(at(meeting, "attendance"), again).status_code == 302


@pytest.mark.parametrize(
    "wrong", [{"version": ""}, {"version": "x"}, {"presence-x": "remote"}, {"presence-1": "late"}]
)
def test_attendance_that_comes_incomplete_is_refused(desk, meeting, people, wrong):
    response = desk.post(at(meeting, "attendance"), {**sent(people, *["absent"] * 4), **wrong})

    assert response.status_code == 422
    assert "the form was incomplete" in response.text
    assert list(Attendance.objects.all()) == []


def test_observer_looks_and_takes_nothing(meeting, people):
    AttendanceFactory(meeting=meeting, focal_point=people[0])

    page = signed_in(observer()).get(at(meeting, "attendance")).text

    assert "Save attendance" not in page
    assert "Attended in person" in page


@pytest.mark.parametrize("page", ["expected", "attendance"])
def test_staff_without_the_permission_see_nobody(meeting, page):
    assert signed_in(UserFactory()).get(at(meeting, page)).status_code == 403


def test_coordinator_of_another_area_finds_nothing(other_area, meeting, people):
    client = signed_in(may(coordinator(other_area), "export_member"))

    answers = [
        client.get(at(meeting)),
        client.get(at(meeting, "attendance")),
        client.post(at(meeting, "attendance"), sent(people, *["absent"] * 4)),
        client.post(at(meeting, "expected/export")),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert list(Attendance.objects.all()) == []


def exported(meeting, by):
    response = signed_in(by).post(at(meeting, "expected/export"))
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    [_heading, row] = csv.reader(io.StringIO(text))
    return row


def test_export_holds_answers_and_attendance_takes_formulas_for_text_and_is_written_down(
    meeting, area
):
    person = focal_point_in(area, "=1+1", email="agency@example.org", family_name="Lovelace")
    RsvpFactory(meeting=meeting, focal_point=person, choice=RsvpChoice.REMOTE)
    AttendanceFactory(meeting=meeting, focal_point=person, presence=Presence.ABSENT)
    user = officer(name="Bo")

    row = exported(meeting, user)

    assert row == [
        *(person.member.reference, "'=1+1", "Ada Lovelace", "agency@example.org", "Focal point"),
        *("Yes, remotely", "Absent"),
    ]
    [export] = Export.objects.all()
    assert (export.by, export.row_count, export.filters) == (user, 1, f"meeting {meeting.pk}")


def test_coordinator_exports_the_answers_to_meetings_of_their_own_group_alone(
    meeting, area, other_area
):
    focal_point_in(area)
    user = coordinator(area)

    assert "Export this list as CSV" in signed_in(user).get(at(meeting, "expected")).text
    assert exported(meeting, user)[1] == "Ministry of Somewhere"
    elsewhere = signed_in(coordinator(other_area)).post(at(meeting, "expected/export"))
    assert elsewhere.status_code == 404
    assert Export.objects.get().by == user


def test_export_sets_nobodys_name_beside_the_address_of_a_successor(meeting, area):
    person = focal_point_in(area, email="before@example.org")
    AttendanceFactory(meeting=meeting, focal_point=person, name=person.full_name)
    handed_over(person, at=timezone.now())

    assert exported(meeting, officer())[2:4] == [person.full_name, ""]
