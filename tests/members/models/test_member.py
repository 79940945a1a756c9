"""What the database refuses of a member."""

import pytest
from django.db import IntegrityError

from members.models import ClosingReason, Member, MemberStatus
from tests.factories import NOON, FocusAreaFactory, MemberFactory, UserFactory
from tests.members.models.refusing import refused_by


def test_member_reference_is_unique():
    MemberFactory(reference="P2C-TWICE2")

    with pytest.raises(IntegrityError):
        MemberFactory(reference="P2C-TWICE2")


def test_member_submission_key_is_unique():
    MemberFactory(submission_key="the-same")

    with pytest.raises(IntegrityError):
        MemberFactory(submission_key="the-same")


def test_member_known_origin():
    with refused_by("members_member_known_origin"):
        MemberFactory(origin="letter")


def test_member_known_category():
    with refused_by("members_member_known_category"):
        MemberFactory(category="planet")


def test_member_known_role():
    with refused_by("members_member_known_role"):
        MemberFactory(role="chair")


def test_member_known_suspicion():
    with refused_by("members_member_known_spam_signal"):
        MemberFactory(spam_signal="a hunch")


@pytest.mark.parametrize("missing", [{"is_authorised": False}, {"privacy_version": ""}])
def test_member_authorised_and_agreed(missing):
    with refused_by("members_member_authorised_and_agreed"):
        MemberFactory(**missing)


AREA = {"focus_area": FocusAreaFactory, "granted_role": lambda: "participant"}
DECISION = {"decided_at": lambda: NOON, "decided_by": UserFactory}
DISAGREEING = [
    ("pending", ["focus_area"]),
    ("pending", ["granted_role"]),
    ("pending", ["focus_area", "granted_role"]),
    ("pending", ["decided_at"]),
    ("pending", ["decided_by"]),
    ("pending", ["decided_at", "decided_by"]),
    ("information_requested", ["focus_area", "granted_role", "decided_at", "decided_by"]),
    ("admitted", []),
    ("admitted", ["focus_area", "granted_role"]),
    ("admitted", ["decided_at", "decided_by"]),
    ("admitted", ["focus_area", "decided_at", "decided_by"]),
    ("admitted", ["granted_role", "decided_at", "decided_by"]),
    ("admitted", ["focus_area", "granted_role", "decided_at"]),
    ("declined", []),
    ("declined", ["decided_at"]),
    ("declined", ["focus_area", "granted_role", "decided_at", "decided_by"]),
    ("closed", []),
    ("closed", ["decided_by"]),
    ("closed", ["focus_area", "granted_role", "decided_at", "decided_by"]),
    ("withdrawn", ["focus_area", "granted_role"]),
    ("withdrawn", ["decided_at", "decided_by"]),
    ("withdrawn", ["focus_area", "granted_role", "decided_at"]),
    ("dreaming", []),
]


@pytest.mark.parametrize(("status", "what_is_set"), DISAGREEING)
def test_member_status_agrees_with_decision(status, what_is_set):
    nothing = {"focus_area": None, "granted_role": "", "decided_at": None, "decided_by": None}
    given = {name: make() for name, make in {**AREA, **DECISION}.items() if name in what_is_set}

    with refused_by("members_member_status_agrees_with_decision"):
        MemberFactory(status=status, **{**nothing, **given})


def test_member_who_was_asked_has_no_reply():
    with refused_by("members_member_asked_has_no_reply"):
        MemberFactory(status=MemberStatus.INFORMATION_REQUESTED, replied_at=NOON)


def test_member_withdrawn_has_its_time():
    with refused_by("members_member_withdrawn_has_its_time"):
        MemberFactory(status=MemberStatus.WITHDRAWN, withdrawn_at=None)


def test_member_has_no_time_of_withdrawal_before_it():
    with refused_by("members_member_withdrawn_has_its_time"):
        MemberFactory(status=MemberStatus.PENDING, withdrawn_at=NOON)


@pytest.mark.parametrize(
    ("status", "reason"), [("closed", ""), ("closed", "boredom"), ("declined", "abandoned")]
)
def test_member_closed_has_its_reason(status, reason):
    with refused_by("members_member_closed_has_its_reason"):
        MemberFactory(status=status, closing_reason=reason)


def test_member_duplicate_names_the_other():
    with refused_by("members_member_duplicate_names_the_other"):
        MemberFactory(status=MemberStatus.CLOSED, closing_reason=ClosingReason.DUPLICATE)


def test_member_names_no_other_when_it_is_no_duplicate():
    with refused_by("members_member_duplicate_names_the_other"):
        MemberFactory(
            status=MemberStatus.CLOSED,
            closing_reason=ClosingReason.ABANDONED,
            duplicate_of=MemberFactory(),
        )


def test_member_no_duplicate_of_itself():
    member = MemberFactory(
        status=MemberStatus.CLOSED,
        closing_reason=ClosingReason.DUPLICATE,
        duplicate_of=MemberFactory(),
    )

    with refused_by("members_member_no_duplicate_of_itself"):
        Member.objects.filter(pk=member.pk).update(duplicate_of=member)
