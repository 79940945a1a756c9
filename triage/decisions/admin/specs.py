"""The decisions that the desk knows, and which of them a file allows."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from members.models import UNDECIDED_STATUSES, Category, DecisionWithLetter, Member, MemberStatus
from members.services import decisions
from members.services.letter_drafts import ALLOWED_STATUSES

# For what else is done on the page of a file.
BESIDE_DECISIONS = (
    "members.correct_member",
    "members.note_member",
    "members.revoke_links_focalpoint",
    "members.settle_duplicate_member",
    "outbox.write_again_message",
)
# Given by hand, to a person.
DECLINE_MEMBER_STATE = "members.decline_member_state"


@dataclass(frozen=True)
class Decision:
    """One page of the desk: where it is, who may open it, and for a file in which status."""

    name: str
    label: str | Promise
    done: str | Promise
    permission: str
    statuses: tuple[MemberStatus, ...]
    # Whether whoever decides has the file from then on.
    takes_over: bool = False

    @property
    def url_name(self) -> str:
        """The name of the page's address."""
        return f"admin:members_member_{self.name}"


ASSIGN_TO_ME = Decision(
    "take", _("Take"), _("You have this file."), "members.take_member", UNDECIDED_STATUSES
)
UNASSIGN = Decision(
    "release",
    _("Release"),
    _("The file is everybody's again."),
    "members.take_member",
    UNDECIDED_STATUSES,
)
REASSIGN = Decision(
    "hand_to",
    _("Hand to a colleague"),
    _("The file was handed over."),
    "members.take_member",
    UNDECIDED_STATUSES,
)
CLEAR_SUSPICION = Decision(
    "clear_suspicion",
    _("Clear the suspicion"),
    _("The file is no longer marked as suspected."),
    "members.clear_suspicion_member",
    UNDECIDED_STATUSES,
)
ADMIT = Decision(
    "admit",
    _("Admit"),
    _("The member was admitted."),
    "members.admit_member",
    ALLOWED_STATUSES[DecisionWithLetter.ADMIT],
    takes_over=True,
)
MOVE = Decision(
    "move",
    _("Move"),
    _("The member was moved."),
    "members.admit_member",
    ALLOWED_STATUSES[DecisionWithLetter.MOVE],
)
DECLINE = Decision(
    "decline",
    _("Decline"),
    _("The member was declined."),
    "members.decline_member",
    ALLOWED_STATUSES[DecisionWithLetter.DECLINE],
    takes_over=True,
)
REQUEST_INFORMATION = Decision(
    "request_information",
    _("Request information"),
    _("The file now waits for their answer."),
    "members.request_information_member",
    ALLOWED_STATUSES[DecisionWithLetter.REQUEST_INFORMATION],
    takes_over=True,
)
RECORD_ANSWER = Decision(
    "record_answer",
    _("Record their answer"),
    _("The answer was recorded; the file waits on us again."),
    "members.request_information_member",
    (MemberStatus.INFORMATION_REQUESTED,),
    takes_over=True,
)
CLOSE = Decision(
    "close",
    _("Close without a letter"),
    _("The file was closed."),
    "members.close_member",
    UNDECIDED_STATUSES,
    takes_over=True,
)
WITHDRAW = Decision(
    "withdraw",
    _("Withdraw"),
    _("The member was withdrawn."),
    "members.withdraw_member",
    decisions.WITHDRAWABLE_STATUSES,
    takes_over=True,
)
REOPEN = Decision(
    "reopen",
    _("Reopen"),
    _("The file is on the desk again, and yours."),
    "members.reopen_member",
    decisions.REOPENABLE_STATUSES,
)
DECISIONS = (
    ASSIGN_TO_ME,
    CLEAR_SUSPICION,
    ADMIT,
    REQUEST_INFORMATION,
    RECORD_ANSWER,
    DECLINE,
    CLOSE,
    MOVE,
    WITHDRAW,
    REOPEN,
    REASSIGN,
    UNASSIGN,
)


def decisions_on(member: Member, by: User) -> list[Decision]:
    """Return what a person may decide on a file as it stands."""
    return [
        decision
        for decision in possible_on(member)
        if by.has_perms(permissions_for(decision, member))
    ]


def possible_on(member: Member) -> list[Decision]:
    """Return what can be decided on a file as it stands, by who has the permission."""
    impossible = {ASSIGN_TO_ME} if member.assignee_id else {UNASSIGN}
    if not member.is_suspect:
        impossible.add(CLEAR_SUSPICION)
    return [
        decision
        for decision in DECISIONS
        if member.status in decision.statuses and decision not in impossible
    ]


def for_a_member_state(member: Member, by: User) -> list[str]:
    """Return what keeps somebody from declining a Member State who may decline the others."""
    if DECLINE not in possible_on(member) or not by.has_perm(DECLINE.permission):
        return []
    return [each for each in permissions_for(DECLINE, member) if each != DECLINE.permission]


def lacked_on(member: Member, by: User) -> list[str]:
    """Return what is needed for the other things that can be done with a file as it stands."""
    decided = [
        each for decision in possible_on(member) for each in permissions_for(decision, member)
    ]
    apart = for_a_member_state(member, by)
    return [each for each in (*decided, *BESIDE_DECISIONS) if each not in apart]


def permissions_for(decision: Decision, member: Member) -> list[str]:
    """Return what a decision on a member takes: to decline a Member State, a permission more."""
    permissions = [decision.permission]
    if decision is DECLINE and member.category == Category.MEMBER_STATE:
        permissions.append(DECLINE_MEMBER_STATE)
    return permissions
