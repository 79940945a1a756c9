"""A pasted list marks who attended, and members see the numbers."""

from datetime import timedelta

import pytest

from participation.models import Attendance, Presence
from participation.services.attendance import attendance_counts, attendance_rows
from participation.services.attendance_list import match_list
from tests.factories import NOON, AttendanceFactory
from tests.participation.people import focal_point_in, meeting_of, signed_in_as
from tests.triage.staff import coordinator, observer, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(area):
    return meeting_of(area, starts_at=NOON)


@pytest.fixture
def people(area):
    names = {"Agency": ("José", "Núñez"), "Bank": ("Ada", "Lovelace"), "Court": ("Ada", "Lovelace")}
    return [
        focal_point_in(
            area,
            organisation,
            given_name=given,
            family_name=family,
            email=f"{organisation}@example.org".lower(),
        )
        for organisation, (given, family) in names.items()
    ]


def page_of(meeting):
    return f"/admin/meetings/meeting/{meeting.pk}/attendance/"


def sent(people, **more):
    absent = {f"presence-{each.pk}": "absent" for each in people}
    return {"version": 0, **absent, **more}


@pytest.mark.parametrize(
    ("text", "found", "unknown", "ambiguous"),
    [
        ("nunez, jose\n\nJosé Núñez", [0], [], []),
        ("Somebody else <BANK@example.org>", [1], [], []),
        ("Ada Lovelace", [], [], ["Ada Lovelace"]),
        ("Grace Hopper\nAda <ada@example.org>", [], ["Grace Hopper", "Ada <ada@example.org>"], []),
        ("José", [], ["José"], []),
        ("—", [], ["—"], []),
    ],
)
def test_list_finds_people_by_address_or_full_name(
    meeting, people, text, found, unknown, ambiguous
):
    matched = match_list(text, attendance_rows(meeting))

    assert matched.found == {people[number].pk for number in found}
    assert (matched.unknown, matched.ambiguous) == (unknown, ambiguous)


def marked(response):
    return [presence for _seat, presence in response.context["seats"]]


def test_page_marks_a_list_or_all_without_saving(area, meeting, people):
    desk = signed_in(coordinator(area))

    def answer(**more):
        return desk.post(page_of(meeting), sent(people, mark_as="remote", **more))

    listed = answer(marking="list", names="bank@example.org\nNobody")
    everybody = answer(marking="all", names="")
    searched = answer(marking="find", find="COURT")

    assert marked(listed) == ["absent", "remote", "absent"]
    assert "Nothing is saved yet. 1 person is marked below." in listed.text
    assert "<bdi>Nobody</bdi>" in listed.text
    assert marked(everybody) == ["remote"] * 3
    assert [seat.organisation_name for seat, _presence in searched.context["seats"]] == [
        "Court",
        "Agency",
        "Bank",
    ]
    assert not Attendance.objects.exists()


def test_marks_are_for_those_who_may_record(meeting, people):
    response = signed_in(observer()).post(page_of(meeting), sent(people, marking="all"))

    assert response.status_code == 403


def test_attendance_is_counted_by_organisation_and_region(
    area, meeting, people, django_assert_num_queries
):
    assert attendance_counts(meeting) is None
    rows = zip(people, ("KE", "RW", "FR"), ("on_site", "remote", "absent"), strict=True)
    for person, country, presence in rows:
        type(person.member).objects.filter(pk=person.member_id).update(country=country)
        AttendanceFactory(
            meeting=meeting,
            focal_point=person,
            presence=Presence(presence),
            organisation_name=person.member.organisation_name,
        )

    with django_assert_num_queries(1):
        counts = attendance_counts(meeting)

    assert (counts.people, counts.regions) == (2, [("Africa", 2)])
    assert counts.organisations == [("Agency", 1), ("Bank", 1)]
    page = signed_in_as(people[0]).get(f"/en/my/meetings/{meeting.uid}/").text
    assert "2 people attended. Organisations: 2." in page
    assert "Africa: 2" in page
    assert meeting.ends_at == NOON + timedelta(hours=1)
