"""Two at once with possible duplicates, in real transactions: nothing is missed or said twice."""

import pytest

from members.models import ClosingReason, Member, MemberStatus, TimelineEntry, TimelineKind
from members.services.corrections import correct_answers
from members.services.decisions import close_without_letter
from members.services.exceptions import TargetIsDuplicate
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks
from tests.triage.duplicates.duplicates import match_again, unmatched
from triage.duplicates.models import PossibleDuplicate
from triage.duplicates.services.matching import (
    AlreadyDismissed,
    dismiss_duplicate,
    match_member,
    match_new_members,
    restore_duplicate,
)

pytestmark = POSTGRESQL_ONLY
# The tables that a finder writes to, in their order.
WRITTEN_ON_THE_WAY = (
    "triage_fingerprint",
    "after triage_fingerprint",
    "triage_fingerprintedmember",
)


def an_eoi(name="UNIGE"):
    return FocalPointFactory(member__organisation_name=name).member


def closing(member, other):
    officer, seen = UserFactory(), Member.objects.get(pk=member.pk)
    named = Member.objects.get(pk=other.pk)
    return lambda: close_without_letter(
        member=seen, reason=ClosingReason.DUPLICATE, duplicate_of=named, by=officer, at=NOON
    )


def closed_both_ways():
    one, other = MemberFactory(), MemberFactory()
    return overtaken(closing(one, other), closing(other, one), at="members_member")


def test_of_two_who_close_each_file_as_the_others_duplicate_one_is_refused():
    outcomes = closed_both_ways()

    kinds = {type(outcome) for outcome in outcomes}
    assert kinds == {TimelineEntry, TargetIsDuplicate}
    assert Member.objects.filter(status=MemberStatus.CLOSED).count() == 1
    assert TimelineEntry.objects.count() == 2


def test_without_the_lock_both_would_be_closed():
    with without_locks():
        closed_both_ways()

    assert Member.objects.filter(status=MemberStatus.CLOSED).count() == 2


def test_two_who_close_a_circle_of_three_do_not_wait_for_ever():
    one, two, three = MemberFactory(), MemberFactory(), MemberFactory()
    close_without_letter(
        member=one,
        reason=ClosingReason.DUPLICATE,
        duplicate_of=two,
        by=UserFactory(),
        at=NOON,
    )

    outcomes = overtaken(closing(two, three), closing(three, two), at="members_member")

    assert {type(outcome) for outcome in outcomes} == {TimelineEntry, TargetIsDuplicate}


def test_two_who_close_two_files_as_duplicates_of_one_are_both_right():
    one, two, standing = MemberFactory(), MemberFactory(), MemberFactory()

    outcomes = overtaken(closing(one, standing), closing(two, standing), at="members_member")

    assert {type(outcome) for outcome in outcomes} == {TimelineEntry}
    assert standing.timeline.filter(kind=TimelineKind.DUPLICATE_CLOSED).count() == 2


def set_apart_twice():
    pk = PossibleDuplicateFactory().pk
    officers = UserFactory(), UserFactory()
    pairs = PossibleDuplicate.objects.get(pk=pk), PossibleDuplicate.objects.get(pk=pk)
    return overtaken(
        lambda: dismiss_duplicate(possible_duplicate=pairs[0], by=officers[0], at=NOON),
        lambda: dismiss_duplicate(possible_duplicate=pairs[1], by=officers[1], at=NOON),
        at="triage_possibleduplicate",
    )


def test_of_two_who_set_a_pair_apart_one_is_told_of_the_other():
    outcomes = set_apart_twice()

    assert {type(outcome) for outcome in outcomes} == {PossibleDuplicate, AlreadyDismissed}
    assert TimelineEntry.objects.count() == 2


def test_without_the_lock_both_would_be_noted():
    with without_locks():
        set_apart_twice()

    assert TimelineEntry.objects.count() == 4


def test_of_two_finders_of_one_file_one_finds():
    an_eoi()
    member = an_eoi()

    outcomes = overtaken(
        lambda: match_member(member.pk, at=NOON),
        lambda: match_member(member.pk, at=NOON),
        at="triage_fingerprintedmember",
    )

    assert sorted(outcomes) == [False, True]


def test_two_finders_of_two_files_that_are_alike_find_the_pair_once():
    for table in (
        "triage_fingerprint",
        "after triage_fingerprint",
        "triage_fingerprintedmember",
        "triage_possibleduplicate",
    ):
        one, other = an_eoi(table), an_eoi(table)
        if table == "triage_possibleduplicate":
            # What the other is recognised by is known, so that the first finds it too.
            match_member(other.pk, at=NOON)
            match_again(other.pk)

        outcomes = overtaken(
            lambda one=one: match_member(one.pk, at=NOON),
            lambda other=other: match_member(other.pk, at=NOON),
            at=table,
        )

        assert outcomes == (True, True)
        assert PossibleDuplicate.objects.between(one.pk, other.pk).count() == 1


def test_two_workers_at_once_find_what_one_finds():
    for name in ("UNIGE", "EPFL", "UNIGE", "EPFL", "Unige"):
        an_eoi(name)

    overtaken(
        lambda: match_new_members(at=NOON),
        lambda: match_new_members(at=NOON),
        at="triage_fingerprintedmember",
    )

    assert PossibleDuplicate.objects.count() == 4
    assert unmatched() == []


def corrected_while_it_is_found(at):
    an_eoi("EPFL")
    member, officer = an_eoi("UNIGE"), UserFactory()
    seen = Member.objects.get(pk=member.pk)
    overtaken(
        lambda: match_member(member.pk, at=NOON),
        lambda: correct_answers(
            member=seen,
            facts={"organisation_name": "EPFL"},
            focal_points={},
            reason="They called.",
            by=officer,
            at=NOON,
        ),
        at=at,
    )
    match_new_members(at=NOON)
    return member


def test_what_is_corrected_while_it_is_found_is_found_anew():
    for number, at in enumerate(
        ("triage_fingerprint", "after triage_fingerprint", "triage_fingerprintedmember"), 1
    ):
        member = corrected_while_it_is_found(at)

        # With each that was made before, too.
        assert PossibleDuplicate.objects.of(member).count() == 2 * number - 1
        assert unmatched() == []


def test_officer_who_closes_and_a_finder_do_not_wait_for_each_other_for_ever():
    one, other = an_eoi(), an_eoi()
    match_new_members(at=NOON)
    match_again(other.pk)

    outcomes = overtaken(
        lambda: match_member(other.pk, at=NOON),
        closing(one, other),
        at="triage_fingerprintedmember",
    )

    assert (outcomes[0], type(outcomes[1])) == (True, TimelineEntry)


@pytest.mark.parametrize("at", ["triage_fingerprintedmember", "triage_possibleduplicate"])
def test_officer_who_proposes_again_and_a_finder_do_not_wait_for_each_other_for_ever(at):
    _one, other, officer = an_eoi(), an_eoi(), UserFactory()
    match_new_members(at=NOON)
    pair = PossibleDuplicate.objects.get()
    dismiss_duplicate(possible_duplicate=pair, by=officer, at=NOON)
    match_again(other.pk)

    outcomes = overtaken(
        lambda: match_member(other.pk, at=NOON),
        lambda: restore_duplicate(possible_duplicate=pair, by=officer, at=NOON),
        at=at,
    )

    assert outcomes == (True, pair)
    assert unmatched() == [other]
