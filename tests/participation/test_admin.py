"""The desk's pages about the people of a meeting."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.models import MeetingKind, MeetingStatus
from members.services.focal_points import accept_role_transfer
from participation.models import Attendance, Presence, RsvpChoice
from tests.factories import NOON, AttendanceFactory, RoleTransferFactory, RsvpFactory, UserFactory
from tests.participation.people import SOON, focal_point_in, meeting_of, queries_of
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
    """A browser of who coordinates the area."""
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

    assert [(count.words, count.number) for count in response.context["counts"]] == [
        ("Yes, in person", 1),
        ("Yes, remotely", 1),
        ("No", 1),
        ("No answer yet", 1),
    ]
    assert [each.person.member.organisation_name for each in response.context["people"]] == [
        "Agency",
        "Bank",
        "Court",
        "Delegation",
    ]
    assert "25 Oct 2021, 14:00" in response.text


def test_expected_tells_an_answer_for_an_old_time_from_one_that_stands(desk, meeting, people):
    RsvpFactory(meeting=meeting, focal_point=people[0], starts_at=SOON)

    response = desk.get(at(meeting))

    assert "Had answered Yes, in person before the meeting was moved" in response.text
    assert response.context["counts"][-1].number == 4


@pytest.mark.parametrize("page", ["expected", "attendance"])
def test_people_of_an_empty_group_are_said_to_be_none_yet(desk, area, page):
    meeting = meeting_of(area, starts_at=SOON)

    assert "This working group has no members yet." in desk.get(at(meeting, page)).text


@pytest.mark.parametrize("page", ["expected", "attendance"])
def test_people_of_what_is_over_are_said_to_be_none_where_all_were_admitted_later(
    desk, meeting, area, page
):
    focal_point_in(area, "Later", member__decided_at=NOON + 9 * 24 * HOUR)

    text = desk.get(at(meeting, page)).text

    assert "the working group had no members then" in text
    assert "has no members yet" not in text


@pytest.mark.parametrize(
    "facts", [{"status": MeetingStatus.CANCELLED}, {"kind": MeetingKind.DEADLINE}]
)
def test_pages_of_what_nobody_gathers_for_say_so(desk, area, people, facts):
    meeting = meeting_of(area, **facts)

    assert "Nobody is asked to this" in desk.get(at(meeting)).text
    assert "Nobody gathers for this" in desk.get(at(meeting, "attendance")).text


def test_meeting_leads_to_its_people(desk, meeting):
    page = desk.get(f"/admin/meetings/meeting/{meeting.pk}/change/").text

    assert f'href="{at(meeting)}"' in page
    assert f'href="{at(meeting, "attendance")}"' in page


@pytest.mark.parametrize("facts", [{"status": MeetingStatus.DRAFT}, {"kind": MeetingKind.DEADLINE}])
def test_what_asks_nobody_leads_to_no_people(desk, area, facts):
    meeting = meeting_of(area, **facts)

    assert at(meeting) not in desk.get(f"/admin/meetings/meeting/{meeting.pk}/change/").text


def test_attendance_is_taken_by_one_post(desk, meeting, people):
    presences = [Presence.ONSITE, Presence.REMOTE, Presence.ABSENT, Presence.ABSENT]

    response = desk.post(at(meeting, "attendance"), sent(people, *presences), follow=True)

    assert [row.presence for row in Attendance.objects.order_by("pk")] == presences
    assert told(response) == ["Attendance of 4 people was taken down."]
    assert "Taken down last by <bdi>Ada</bdi>" in response.text
    assert [number for _words, number in response.context["numbers"]] == [1, 1, 2]


def test_attendance_page_marks_as_was_answered_and_then_as_was_taken(desk, meeting, people):
    RsvpFactory(meeting=meeting, focal_point=people[0], choice=RsvpChoice.REMOTE)

    before = desk.get(at(meeting, "attendance"))
    AttendanceFactory(meeting=meeting, focal_point=people[0], presence=Presence.ABSENT)
    after = desk.get(at(meeting, "attendance"))

    assert "Each is marked below as they have answered" in before.text
    marked = [
        next(presence for _seat, presence in response.context["seats"])
        for response in (before, after)
    ]
    assert marked == [Presence.REMOTE, Presence.ABSENT]


def test_attendance_before_the_start_can_only_be_looked_at(desk, area, people):
    meeting = meeting_of(area)

    page = desk.get(at(meeting, "attendance")).text
    response = desk.post(at(meeting, "attendance"), sent(people, *["absent"] * 4))

    assert "The meeting has not begun." in page
    assert 'type="radio"' not in page
    assert response.status_code == 409
    assert list(Attendance.objects.all()) == []


def test_attendance_refused_over_a_colleagues_comes_back_as_it_was_sent(desk, meeting, people):
    colleague = signed_in(officer(name="Bo"))
    colleague.post(at(meeting, "attendance"), sent(people, *["absent"] * 4))

    response = desk.post(at(meeting, "attendance"), sent(people, *["remote"] * 4))

    assert response.status_code == 409
    assert "Bo took attendance after you opened this page" in response.text
    assert {presence for _seat, presence in response.context["seats"]} == {"remote"}
    assert {row.presence for row in Attendance.objects.all()} == {"absent"}
    # A second try decides on what is there now.
    again = sent(people, *["remote"] * 4, seen=response.context["seen"])
    assert desk.post(at(meeting, "attendance"), again).status_code == 302


@pytest.mark.parametrize(
    "wrong", [{"version": ""}, {"version": "x"}, {"presence-x": "remote"}, {"presence-1": "late"}]
)
def test_attendance_that_comes_incomplete_is_refused(desk, meeting, people, wrong):
    response = desk.post(at(meeting, "attendance"), {**sent(people, *["absent"] * 4), **wrong})

    assert response.status_code == 422
    assert "the form came incomplete" in response.text
    assert list(Attendance.objects.all()) == []


def test_observer_looks_and_takes_nothing(meeting, people):
    client = signed_in(observer())
    AttendanceFactory(meeting=meeting, focal_point=people[0])

    pages = [client.get(at(meeting, page)) for page in ("expected", "attendance")]
    response = client.post(at(meeting, "attendance"), sent(people, *["absent"] * 4))

    assert [page.status_code for page in pages] == [200, 200]
    assert "Save attendance" not in pages[1].text
    assert "There in person" in pages[1].text
    assert response.status_code == 403
    assert Attendance.objects.count() == 1


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


def test_staff_without_the_permission_see_nobody(meeting):
    client = signed_in(UserFactory())

    assert [client.get(at(meeting, page)).status_code for page in ("expected", "attendance")] == [
        403,
        403,
    ]


def test_export_holds_answers_and_attendance_takes_formulas_for_text_and_is_written_down(
    meeting, area
):
    person = focal_point_in(area, "=1+1", email="agency@example.org", family_name="Lovelace")
    RsvpFactory(meeting=meeting, focal_point=person, choice=RsvpChoice.REMOTE)
    AttendanceFactory(meeting=meeting, focal_point=person, presence=Presence.ABSENT)
    user = officer(name="Bo")

    response = signed_in(user).post(at(meeting, "expected/export"))

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    [_heading, row] = csv.reader(io.StringIO(text))
    assert row == [
        person.member.reference,
        "'=1+1",
        "Ada Lovelace",
        "agency@example.org",
        "Focal point",
        "Yes, remotely",
        "Not there",
    ]
    [export] = Export.objects.all()
    assert (export.by, export.row_count, export.filters) == (user, 1, f"meeting {meeting.pk}")


def test_export_sets_nobodys_name_beside_the_address_of_a_successor(meeting, area):
    person = focal_point_in(area, email="before@example.org")
    AttendanceFactory(meeting=meeting, focal_point=person, name=person.full_name)
    now = timezone.now()
    role_transfer = RoleTransferFactory(
        focal_point=person, email="next@example.org", expires_at=now + timedelta(days=3)
    )
    accept_role_transfer(role_transfer=role_transfer, at=now)

    response = signed_in(officer()).post(at(meeting, "expected/export"))

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    [_heading, row] = csv.reader(io.StringIO(text))
    assert row[2:4] == [person.full_name, ""]


def test_export_is_for_who_may_export(desk, meeting):
    assert desk.post(at(meeting, "expected/export")).status_code == 403
    assert "Export this list" not in desk.get(at(meeting)).text
    assert list(Export.objects.all()) == []


@pytest.mark.parametrize("page", ["expected", "attendance"])
def test_page_takes_as_many_queries_for_three_people_as_for_one(desk, meeting, area, page):
    def one_more(name):
        person = focal_point_in(area, name)
        RsvpFactory(meeting=meeting, focal_point=person)
        AttendanceFactory(meeting=meeting, focal_point=person)

    one_more("Agency")
    for_one = queries_of(desk, at(meeting, page))
    one_more("Bank")
    one_more("Court")

    assert queries_of(desk, at(meeting, page)) == for_one
