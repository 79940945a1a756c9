"""Finding duplicates again after a change, and dismissing pairs."""

from functools import partial

import pytest

from members.models import Member
from members.services.corrections import correct_answers, correct_own_answers, fingerprint
from members.services.focal_points import accept_role_transfer, request_role_transfer
from tests.factories import NOON, FingerprintedMemberFactory, PossibleDuplicateFactory, UserFactory
from tests.triage.duplicates.duplicates import HOUR, an_eoi, entries, proposed, unmatched
from triage.duplicates.models import Fingerprint, FingerprintedMember, PossibleDuplicate
from triage.duplicates.services.fingerprints import fingerprints_of
from triage.duplicates.services.matching import (
    AlreadyDismissed,
    NoLongerProposed,
    NotDismissed,
    dismiss_duplicate,
    match_new_members,
    restore_duplicate,
)


def correct(person, *, of_the_person=None, **facts):
    correct_answers(
        member=person.member,
        facts=facts,
        focal_points={person.pk: of_the_person or {}},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )


def test_correction_of_anything_else_leaves_what_was_found():
    an_eoi(name="UNIGE")
    member = an_eoi(name="UNIGE")
    match_new_members(at=NOON)
    before = list(PossibleDuplicate.objects.values())

    person = member.focal_points.get()
    correct(person, of_the_person={"position": "Director"}, motivation="Another one.")
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

    correct(member.focal_points.get(), of_the_person=of_the_person, **facts)
    match_new_members(at=NOON)

    assert proposed() == {}
    held = Fingerprint.objects.values_list("kind", "value")
    assert set(held.filter(member=member)) == fingerprints_of(member, member.focal_points.all())


GRACE = {"family_name": "Hopper", "email": "grace@example.org"}
HOPPER = {"given_name": "Grace", "family_name": "Hopper"}


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


def test_set_apart_stands_on_both_timelines_and_is_proposed_no_more():
    pair, officer = PossibleDuplicateFactory(), UserFactory()

    dismiss_duplicate(possible_duplicate=pair, by=officer, at=NOON)

    pair.refresh_from_db()
    assert (pair.dismissed_at, pair.dismissed_by) == (NOON, officer)
    one, other = pair.earlier.reference, pair.later.reference
    assert entries() == [(one, "no_duplicate", other, False), (other, "no_duplicate", one, False)]
    assert proposed() == {}


def test_set_apart_holds_after_corrections():
    first, second = an_eoi(name="UNIGE"), an_eoi(name="UNIGE")
    match_new_members(at=NOON)
    dismiss_duplicate(possible_duplicate=PossibleDuplicate.objects.get(), by=UserFactory(), at=NOON)
    for name in ("Unige", "Something else", "UNIGE"):
        correct(second.focal_points.get(), organisation_name=name)

        match_new_members(at=NOON)

        assert proposed() == {}
        pair = PossibleDuplicate.objects.get()
        assert (pair.earlier, pair.later, pair.is_dismissed) == (first, second, True)


def test_set_apart_refuses_what_a_colleague_set_apart_and_says_who_and_when():
    pair = PossibleDuplicateFactory(
        dismissed_at=NOON, dismissed_by=UserFactory(name="Amina Diallo")
    )

    with pytest.raises(AlreadyDismissed, match=r"Amina Diallo marked .* 25 October 2021, 14:00"):
        dismiss_duplicate(possible_duplicate=pair, by=UserFactory(), at=NOON + HOUR)

    pair.refresh_from_db()
    assert (pair.dismissed_at, entries()) == (NOON, [])


@pytest.mark.parametrize("change", [dismiss_duplicate, restore_duplicate])
def test_pair_that_is_gone_is_refused(change):
    pair = PossibleDuplicateFactory()
    PossibleDuplicate.objects.all().delete()

    with pytest.raises(NoLongerProposed):
        change(possible_duplicate=pair, by=UserFactory(), at=NOON)

    assert (PossibleDuplicate.objects.count(), entries()) == (0, [])


def test_propose_again_takes_it_back_on_both_timelines_and_finds_out_anew():
    first, second = an_eoi(name="UNIGE"), an_eoi(name="UNIGE")
    match_new_members(at=NOON)
    pair = PossibleDuplicate.objects.get()
    dismiss_duplicate(possible_duplicate=pair, by=UserFactory(), at=NOON)

    restore_duplicate(possible_duplicate=pair, by=UserFactory(), at=NOON)

    assert proposed() == {(first.pk, second.pk): {"same_name"}}
    assert entries()[2:] == [
        (first.reference, "no_duplicate", f"{second.reference}: cancelled", False),
        (second.reference, "no_duplicate", f"{first.reference}: cancelled", False),
    ]
    assert unmatched() == [second]
    assert match_new_members(at=NOON) == 1
    assert proposed() == {(first.pk, second.pk): {"same_name"}}


def test_propose_again_refuses_what_is_proposed():
    pair = PossibleDuplicateFactory()
    FingerprintedMemberFactory(member=pair.later, matched_version=1)

    with pytest.raises(NotDismissed):
        restore_duplicate(possible_duplicate=pair, by=UserFactory(), at=NOON)

    assert FingerprintedMember.objects.get().matched_version == 1
    assert entries() == []


def test_propose_again_of_what_is_alike_no_more_is_proposed_no_more():
    an_eoi(name="UNIGE")
    second = an_eoi(name="UNIGE")
    match_new_members(at=NOON)
    pair = PossibleDuplicate.objects.get()
    dismiss_duplicate(possible_duplicate=pair, by=UserFactory(), at=NOON)
    Member.objects.filter(pk=second.pk).update(organisation_name="Université", version=2)
    match_new_members(at=NOON)

    restore_duplicate(possible_duplicate=pair, by=UserFactory(), at=NOON)
    match_new_members(at=NOON)

    assert proposed() == {}
