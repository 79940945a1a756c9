"""Finding duplicates again after a correction."""

import pytest

from members.models import FocalPoint
from members.services.corrections import correct_answers, correct_own_answers, fingerprint
from members.services.focal_points import accept_role_transfer, request_role_transfer
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.triage.duplicates.duplicates import HOUR, an_eoi, proposed
from triage.duplicates.models import Fingerprint, PossibleDuplicate
from triage.duplicates.services.fingerprints import fingerprints_of
from triage.duplicates.services.matching import match_new_members


@pytest.mark.parametrize(
    ("facts", "of_the_person"),
    [
        ({"website": "https://www.unige.ch"}, {}),
        ({}, {"email": "office@unige.ch"}),
        ({}, {"given_name": "Grace", "family_name": "Hopper"}),
    ],
)
def test_correction_has_a_file_looked_at_anew(facts, of_the_person):
    known = an_eoi(name="UNIGE", website="https://unige.ch", person=("Grace", "Hopper"))
    member = an_eoi()
    match_new_members(at=NOON)
    assert proposed() == {}

    correct_answers(
        member=member,
        facts=facts,
        focal_points={member.focal_points.get().pk: of_the_person},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )
    number = match_new_members(at=NOON + HOUR)

    assert number == 1
    assert set(proposed()) == {(known.pk, member.pk)}


def test_correction_of_anything_else_leaves_what_was_found():
    an_eoi(name="UNIGE")
    member = an_eoi(name="UNIGE")
    match_new_members(at=NOON)
    before = list(PossibleDuplicate.objects.values())

    correct_answers(
        member=member,
        facts={"motivation": "Another one."},
        focal_points={member.focal_points.get().pk: {"position": "Director"}},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )
    match_new_members(at=NOON + HOUR)

    assert list(PossibleDuplicate.objects.values()) == before


@pytest.mark.parametrize(
    ("alike", "facts", "of_the_person"),
    [
        ({"name": "UNIGE"}, {"organisation_name": "Université de Lausanne"}, {}),
        ({"name": "UNIGE"}, {"country": "FR"}, {}),
        ({"website": "https://unige.ch"}, {"website": ""}, {}),
        ({"email": "ada@example.org"}, {}, {"email": "another@example.org"}),
        ({"person": ("Grace", "Hopper")}, {}, {"given_name": "Ada"}),
    ],
)
def test_correction_takes_back_what_does_not_hold_any_more(alike, facts, of_the_person):
    known, member = an_eoi(**alike), an_eoi(**alike)
    match_new_members(at=NOON)
    assert set(proposed()) == {(known.pk, member.pk)}

    correct_answers(
        member=member,
        facts=facts,
        focal_points={member.focal_points.get().pk: of_the_person},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )
    match_new_members(at=NOON)

    assert proposed() == {}
    held = Fingerprint.objects.values_list("kind", "value")
    assert set(held.filter(member=member)) == fingerprints_of(member, member.focal_points.all())


def correct_by_themselves(member, **facts):
    person = member.focal_points.get()
    correct_own_answers(
        member=member,
        **{"facts": {}, "focal_points": {}, **facts},
        seen=fingerprint(member, [person]),
        by=person,
        at=NOON,
    )


GRACE = {"given_name": "Grace", "family_name": "Hopper"}


@pytest.mark.parametrize(
    "corrections",
    [
        lambda person: {"facts": {"organisation_name": "UNIGE"}},
        lambda person: {"focal_points": {person.pk: GRACE}},
        lambda person: {
            "alternate": {
                **GRACE,
                "email": "grace@example.org",
                "language": "en",
                "time_zone": "Europe/Zurich",
            }
        },
    ],
    ids=["organisation", "person", "alternate"],
)
def test_correction_by_a_focal_point_has_a_file_looked_at_anew(corrections):
    known, member = an_eoi(name="UNIGE", person=("Grace", "Hopper")), an_eoi()
    match_new_members(at=NOON)
    assert proposed() == {}

    correct_by_themselves(member, **corrections(member.focal_points.get()))
    match_new_members(at=NOON)

    assert set(proposed()) == {(known.pk, member.pk)}


def take_over(leaving, **facts):
    role_transfer = request_role_transfer(
        focal_point=leaving, language="en", time_zone="Europe/Zurich", by=leaving, at=NOON, **facts
    )
    accept_role_transfer(role_transfer=role_transfer, at=NOON)


@pytest.mark.parametrize("is_alternate", [False, True])
def test_role_taken_over_takes_back_what_does_not_hold_any_more(is_alternate):
    known, member = an_eoi(email="grace@example.org"), an_eoi()
    leaving = member.focal_points.get()
    if is_alternate:
        leaving = FocalPointFactory(member=member, is_alternate=True)
    FocalPoint.objects.filter(pk=leaving.pk).update(email="grace@example.org")
    match_new_members(at=NOON)
    assert proposed() == {(known.pk, member.pk): {"same_person"}}
    leaving.refresh_from_db()

    take_over(leaving, family_name="Lovelace", email="somebody.else@example.org")
    match_new_members(at=NOON)

    assert proposed() == {}


def test_role_taken_over_has_a_file_looked_at_anew():
    known, member = an_eoi(email="grace@example.org"), an_eoi()
    match_new_members(at=NOON)

    take_over(member.focal_points.get(), family_name="Hopper", email="grace@example.org")
    match_new_members(at=NOON)

    assert proposed() == {(known.pk, member.pk): {"same_person"}}
