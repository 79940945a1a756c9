"""Dismissing two members as duplicates, and undoing it."""

import pytest

from members.models import Member
from members.services.corrections import correct_answers
from tests.factories import NOON, FingerprintedMemberFactory, PossibleDuplicateFactory, UserFactory
from tests.triage.duplicates.duplicates import HOUR, an_eoi, entries, proposed, unmatched
from triage.duplicates.models import FingerprintedMember, PossibleDuplicate
from triage.duplicates.services.matching import (
    AlreadyDismissed,
    NoLongerProposed,
    NotDismissed,
    dismiss_duplicate,
    match_new_members,
    restore_duplicate,
)


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
        correct_answers(
            member=second,
            facts={"organisation_name": name},
            focal_points={},
            reason="They called.",
            by=UserFactory(),
            at=NOON,
        )

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
