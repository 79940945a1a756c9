"""The declarations of the decisions, and their texts about a member."""

import pytest

from focus_areas.models import FocusArea
from members.models import KINDS_WITH_EDITABLE_LETTER, GrantedRole, MemberStatus, SoughtRole
from tests.factories import FocalPointFactory, MemberFactory, MessageFactory, UserFactory
from triage.decisions.admin.bulk_specs import BULK_ACTIONS
from triage.decisions.admin.specs import (
    ADMIT,
    CLEAR_SUSPICION,
    DECISIONS,
    MOVE,
    REASSIGN,
    UNASSIGN,
    WITHDRAW,
)

# The keyboard shortcuts for other members and the queue.
TAKEN_KEYS = ["n", "j", "p", "k", "q"]


def test_decisions_with_a_letter_are_those_whose_kind_has_one_that_can_be_edited():
    with_letter = [decision.kind for decision in DECISIONS if decision.letter]

    assert sorted(with_letter) == sorted(KINDS_WITH_EDITABLE_LETTER)


def test_no_two_keys_and_no_two_actions_are_the_same():
    keys = [*TAKEN_KEYS, *(decision.key for decision in DECISIONS if decision.key)]
    names = [bulk.name for bulk in BULK_ACTIONS]

    assert len(keys) == len(set(keys))
    assert len(names) == len(set(names))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.name)
def test_every_decision_says_what_it_will_do(decision):
    assert decision.sentence_for(MemberFactory()).endswith(".")


def test_admit_says_what_the_organisation_asked_for():
    member = MemberFactory(first_choice=FocusArea.objects.get(number=2), role=SoughtRole.OBSERVER)

    assert ADMIT.sentence_for(member) == (
        "The organisation will become a member of the working group that you choose. It asked for "
        f"{member.first_choice}, as: Observer."
    )


def test_move_says_where_the_member_is():
    member = MemberFactory(
        status=MemberStatus.ADMITTED,
        focus_area=FocusArea.objects.get(number=2),
        granted_role=GrantedRole.CO_LEAD,
    )

    assert f"It is now in {member.focus_area}, as: Co-lead." in MOVE.sentence_for(member)


def test_withdraw_says_what_ends():
    area = FocusArea.objects.get(number=2)
    admitted = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)

    assert f"no longer be a member of {area}." in WITHDRAW.sentence_for(admitted)
    assert "expression of interest will be withdrawn at its request." in WITHDRAW.sentence_for(
        MemberFactory()
    )


def test_clear_suspicion_says_whether_the_acknowledgement_goes_out():
    waiting, acknowledged = FocalPointFactory().member, FocalPointFactory().member
    MessageFactory(reference=acknowledged.reference)

    assert "receive the acknowledgement" in CLEAR_SUSPICION.sentence_for(waiting)
    assert "No email is sent." in CLEAR_SUSPICION.sentence_for(acknowledged)


@pytest.mark.parametrize("decision", [UNASSIGN, REASSIGN], ids=lambda decision: decision.name)
def test_notice_names_the_colleague_who_has_the_file(decision):
    me, grace = UserFactory(), UserFactory(name="Grace Hopper")

    notices = [
        decision.notice(MemberFactory(assignee=assignee), me) for assignee in (grace, me, None)
    ]

    assert "is assigned to Grace Hopper." in notices[0]
    assert notices[1:] == ["", ""]
