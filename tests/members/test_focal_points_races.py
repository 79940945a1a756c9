"""Focal points, successors and staff at once, in real transactions: one comes first, whole."""

from functools import partial

import pytest

from members.models import (
    FocalPoint,
    Member,
    MemberStatus,
    RoleTransfer,
    TimelineEntry,
    TimelineKind,
)
from members.services.conflicts import MemberConflict
from members.services.corrections import (
    AnswersConflict,
    CorrectionClosed,
    correct_answers,
    correct_own_answers,
    fingerprint,
)
from members.services.decisions import admit_to_focus_area
from members.services.focal_points import (
    TransferClosed,
    accept_role_transfer,
    cancel_role_transfer,
    decline_role_transfer,
    expire_role_transfers,
    request_role_transfer,
)
from members.services.private_links import InvalidLink
from outbox.models import ERASED, Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    RoleTransferFactory,
    UserFactory,
)
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY

HOPPER = {"family_name": "Hopper", "language": "en", "time_zone": "UTC"}


@pytest.fixture
def person():
    return FocalPointFactory(member__acronym="OLD", given_name="Ada", family_name="Lovelace")


def fresh(row):
    """Each of two at once has a copy of the row of its own."""
    return type(row).objects.get(pk=row.pk)


def own_correction(person, acronym):
    """Return a correction that is ready to be saved: its form was opened before."""
    by = FocalPoint.objects.select_related("member").get(pk=person.pk)
    seen = fingerprint(by.member, by.member.focal_points.all())
    return partial(
        correct_own_answers,
        member=by.member,
        facts={"acronym": acronym},
        focal_points={},
        seen=seen,
        by=by,
        at=NOON,
    )


def admission(person, **more):
    return partial(
        admit_to_focus_area,
        member=fresh(person.member),
        focus_area=FocusAreaFactory(number=2),
        role="participant",
        by=UserFactory(),
        at=NOON,
        **more,
    )


def state():
    member = Member.objects.get()
    kinds = [
        str(kind) for kind in TimelineEntry.objects.order_by("pk").values_list("kind", flat=True)
    ]
    return member.acronym, member.status, member.version, kinds


def test_correction_that_is_overtaken_by_an_admission_is_refused(person):
    admitted, refused = overtaken(
        admission(person), own_correction(person, "NEW"), at="members_member"
    )

    assert (admitted.kind, type(refused)) == (TimelineKind.ADMITTED, CorrectionClosed)
    assert state() == ("OLD", MemberStatus.ADMITTED, 2, ["admitted"])


def test_admission_goes_on_after_a_correction_that_it_did_not_see(person):
    correction, admitted = overtaken(
        own_correction(person, "NEW"), admission(person), at="members_member"
    )

    assert (correction.kind, admitted.kind) == (TimelineKind.CORRECTED, TimelineKind.ADMITTED)
    assert state() == ("NEW", MemberStatus.ADMITTED, 3, ["corrected", "admitted"])


def test_admission_of_what_was_on_screen_is_refused_after_a_correction(person):
    correction, refused = overtaken(
        own_correction(person, "NEW"), admission(person, version=1), at="members_member"
    )

    assert (correction.kind, type(refused)) == (TimelineKind.CORRECTED, MemberConflict)
    assert state() == ("NEW", MemberStatus.PENDING, 2, ["corrected"])


def test_of_two_corrections_at_once_the_second_is_told_of_the_first(person):
    alternate = FocalPointFactory(member=person.member, is_alternate=True)

    first, second = overtaken(
        own_correction(person, "FIRST"), own_correction(alternate, "SECOND"), at="members_member"
    )

    assert (first.kind, type(second)) == (TimelineKind.CORRECTED, AnswersConflict)
    assert state() == ("FIRST", MemberStatus.PENDING, 2, ["corrected"])


def test_without_a_lock_both_corrections_would_go_through(person):
    alternate = FocalPointFactory(member=person.member, is_alternate=True)

    with without_locks():
        first, second = overtaken(
            own_correction(person, "FIRST"),
            own_correction(alternate, "SECOND"),
            at="members_member",
        )

    assert (first.kind, second.kind) == (TimelineKind.CORRECTED, TimelineKind.CORRECTED)


def test_own_correction_and_that_of_an_officer_at_once(person):
    officers = partial(
        correct_answers,
        member=fresh(person.member),
        facts={"acronym": "DESK"},
        focal_points={},
        reason="They wrote.",
        by=UserFactory(),
        at=NOON,
        version=1,
    )

    own, desk = overtaken(own_correction(person, "OWN"), officers, at="members_member")

    assert (own.kind, type(desk)) == (TimelineKind.CORRECTED, MemberConflict)
    assert state() == ("OWN", MemberStatus.PENDING, 2, ["corrected"])


def asked(person):
    return RoleTransferFactory(focal_point=person, given_name="Grace", family_name="Hopper")


def answer(step, role_transfer, **more):
    return partial(step, role_transfer=fresh(role_transfer), at=NOON, **more)


def test_role_taken_over_twice_at_once_is_taken_over_once(person):
    role_transfer = asked(person)

    first, second = overtaken(
        answer(accept_role_transfer, role_transfer),
        answer(accept_role_transfer, role_transfer),
        at="members_focalpoint",
    )

    assert (first, type(second)) == (person, TransferClosed)
    assert state()[3] == ["role_taken_over"]
    assert FocalPoint.objects.get().link_version == 2
    # To who came, and to who left.
    assert Message.objects.count() == 2


def test_without_a_lock_it_would_be_taken_over_twice(person):
    role_transfer = asked(person)

    with without_locks():
        first, second = overtaken(
            answer(accept_role_transfer, role_transfer),
            answer(accept_role_transfer, role_transfer),
            at="members_focalpoint",
        )

    assert (first, second) == (person, person)


@pytest.mark.parametrize("step", [accept_role_transfer, decline_role_transfer])
def test_role_that_is_taken_back_while_it_is_answered(person, step):
    role_transfer = asked(person)

    back, answered = overtaken(
        answer(cancel_role_transfer, role_transfer, by=fresh(person)),
        answer(step, role_transfer),
        at="members_roletransfer",
    )

    assert (back.kind, type(answered)) == (TimelineKind.ROLE_TRANSFER_ENDED, TransferClosed)
    assert state()[3] == ["successor_gone"]
    assert FocalPoint.objects.get().full_name == "Ada Lovelace"


def test_role_that_is_taken_over_while_it_is_taken_back(person):
    role_transfer = asked(person)

    taken, back = overtaken(
        answer(accept_role_transfer, role_transfer),
        answer(cancel_role_transfer, role_transfer, by=fresh(person)),
        at="members_focalpoint",
    )

    # Who would take it back holds no role any more.
    assert (taken, type(back)) == (person, InvalidLink)
    assert state()[3] == ["role_taken_over"]


def naming(person, by, family_name):
    return partial(
        request_role_transfer,
        focal_point=fresh(person),
        by=fresh(by),
        at=NOON,
        **{**HOPPER, "family_name": family_name, "email": f"{family_name}@example.org"},
    )


def test_of_two_named_at_once_the_second_takes_the_place_of_the_first(person):
    alternate = FocalPointFactory(member=person.member, is_alternate=True)

    first, second = overtaken(
        naming(person, person, "hopper"),
        naming(person, alternate, "liskov"),
        at="members_roletransfer",
    )

    assert (first.family_name, second.family_name) == ("hopper", "liskov")
    assert RoleTransfer.objects.get() == second
    letter = Message.objects.get(recipient=ERASED)
    assert (letter.status, letter.private_page) == ("cancelled", "")


def test_role_that_was_taken_over_is_handed_over_by_its_new_holder_alone(person):
    role_transfer = asked(person)

    taken, named = overtaken(
        answer(accept_role_transfer, role_transfer),
        naming(person, person, "liskov"),
        at="members_focalpoint",
    )

    assert (taken, type(named)) == (person, InvalidLink)
    assert list(RoleTransfer.objects.all()) == []


def test_own_correction_of_who_leaves_at_that_moment_is_refused(person):
    role_transfer = asked(person)

    taken, corrected = overtaken(
        answer(accept_role_transfer, role_transfer),
        own_correction(person, "NEW"),
        at="members_focalpoint",
    )

    assert (taken, type(corrected)) == (person, InvalidLink)
    assert Member.objects.get().acronym == "OLD"


def test_unanswered_are_ended_once_by_two_tasks_at_once(person):
    role_transfer = asked(person)
    late = partial(expire_role_transfers, at=role_transfer.expires_at)

    first, second = overtaken(late, late, at="members_roletransfer")

    assert (first, second) == (1, 0)
    assert state()[3] == ["successor_gone"]
