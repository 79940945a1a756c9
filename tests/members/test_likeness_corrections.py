"""Looking anew for duplicates of what was corrected."""

import pytest

from members.correction import correct_facts, correct_own_facts, fingerprint
from members.likeness import find_new
from members.models import Member, Trait, to_match
from members.people import name_successor, take_over
from tests.factories import NOON, UserFactory
from tests.members.likeness import HOUR, an_eoi, proposed


@pytest.mark.parametrize(
    ("facts", "of_the_person"),
    [
        ({"organisation_name": "UNIGE"}, {}),
        ({"acronym": "UNIGE"}, {}),
        ({"website": "https://www.unige.ch"}, {}),
        ({}, {"email": "office@unige.ch"}),
        ({}, {"given_name": "Grace", "family_name": "Hopper"}),
    ],
)
def test_correction_has_a_file_looked_at_anew(facts, of_the_person):
    known = an_eoi(name="UNIGE", website="https://unige.ch", person=("Grace", "Hopper"))
    member = an_eoi()
    find_new(at=NOON)
    assert proposed() == {}

    correct_facts(
        member=member,
        facts=facts,
        focal_points={member.focal_points.get().pk: of_the_person},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )
    number = find_new(at=NOON + HOUR)

    assert number == 1
    assert set(proposed()) == {(known.pk, member.pk)}


def test_correction_of_a_country_has_a_file_looked_at_anew():
    an_eoi(name="UNIGE")
    member = an_eoi(name="UNIGE", country="FR")
    find_new(at=NOON)

    correct_facts(
        member=member,
        facts={"country": "CH"},
        focal_points={},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )
    find_new(at=NOON)

    assert len(proposed()) == 1


def test_correction_of_anything_else_leaves_it():
    member = an_eoi()
    find_new(at=NOON)

    correct_facts(
        member=member,
        facts={"motivation": "Another one."},
        focal_points={member.focal_points.get().pk: {"position": "Director"}},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )

    assert list(to_match(Member.objects.all())) == []


def test_correction_takes_back_what_does_not_hold_any_more():
    an_eoi(name="UNIGE")
    member = an_eoi(name="UNIGE")
    find_new(at=NOON)

    correct_facts(
        member=member,
        facts={"organisation_name": "Université de Lausanne"},
        focal_points={},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )
    find_new(at=NOON)

    assert proposed() == {}
    assert not Trait.objects.filter(member=member, value__contains="unige").exists()


def test_correction_by_a_focal_point_who_adds_an_alternate_has_a_file_looked_at_anew():
    known, member = an_eoi(email="grace@example.org"), an_eoi()
    find_new(at=NOON)

    correct_own_facts(
        member=member,
        facts={},
        focal_points={},
        alternate={
            "given_name": "Grace",
            "family_name": "Hopper",
            "email": "grace@example.org",
            "language": "en",
            "time_zone": "Europe/Zurich",
        },
        seen=fingerprint(member, member.focal_points.all()),
        by=member.focal_points.get(),
        at=NOON,
    )
    find_new(at=NOON)

    assert proposed() == {(known.pk, member.pk): {"same_person"}}


def test_role_taken_over_has_a_file_looked_at_anew():
    known, member = an_eoi(email="grace@example.org"), an_eoi()
    find_new(at=NOON)
    person = member.focal_points.get()
    successor = name_successor(
        focal_point=person,
        family_name="Hopper",
        email="grace@example.org",
        language="en",
        time_zone="Europe/Zurich",
        by=person,
        at=NOON,
    )

    take_over(successor=successor, at=NOON)
    find_new(at=NOON)

    assert proposed() == {(known.pk, member.pk): {"same_person"}}
