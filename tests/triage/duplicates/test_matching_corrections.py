"""Finding duplicates again after a correction."""

from functools import partial

import pytest

from members.services.corrections import correct_answers, correct_own_answers, fingerprint
from members.services.focal_points import accept_role_transfer, request_role_transfer
from tests.factories import NOON, UserFactory
from tests.triage.duplicates.duplicates import HOUR, an_eoi, proposed
from triage.duplicates.models import Fingerprint, PossibleDuplicate
from triage.duplicates.services.fingerprints import fingerprints_of
from triage.duplicates.services.matching import match_new_members


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


GRACE = {"family_name": "Hopper", "email": "grace@example.org"}
HOPPER = {"given_name": "Grace", "family_name": "Hopper"}


def correct(person, *, of_the_person=None, **facts):
    correct_answers(
        member=person.member,
        facts=facts,
        focal_points={person.pk: of_the_person or {}},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )


def correct_by_themselves(person, *, of_the_person=None, facts=None, **changes):
    correct_own_answers(
        member=person.member,
        facts=facts or {},
        focal_points={person.pk: of_the_person} if of_the_person else {},
        seen=fingerprint(person.member, [person]),
        by=person,
        at=NOON,
        **changes,
    )


def take_over(person):
    role_transfer = request_role_transfer(
        focal_point=person, language="en", time_zone="Europe/Zurich", by=person, at=NOON, **GRACE
    )
    accept_role_transfer(role_transfer=role_transfer, at=NOON)


@pytest.mark.parametrize(
    "change",
    [
        partial(correct, website="https://www.unige.ch"),
        partial(correct, of_the_person={"email": "grace@example.org"}),
        partial(correct, of_the_person=HOPPER),
        partial(correct_by_themselves, facts={"organisation_name": "UNIGE"}),
        partial(correct_by_themselves, of_the_person=HOPPER),
        partial(
            correct_by_themselves,
            alternate={**GRACE, "language": "en", "time_zone": "Europe/Zurich"},
        ),
        take_over,
    ],
    ids=["website", "email", "name", "own name", "own person", "alternate", "role"],
)
def test_change_of_a_member_has_it_looked_at_anew(change):
    known = an_eoi(
        name="UNIGE",
        website="https://unige.ch",
        person=("Grace", "Hopper"),
        email="grace@example.org",
    )
    member = an_eoi()
    match_new_members(at=NOON)
    assert proposed() == {}

    change(member.focal_points.get())
    number = match_new_members(at=NOON + HOUR)

    assert number == 1
    assert set(proposed()) == {(known.pk, member.pk)}
