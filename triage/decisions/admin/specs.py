"""Declarations of the decisions about a member, and which of them a member allows.

The URL, the page, the button and the permission of each decision come from its declaration.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from members.models import (
    UNDECIDED_STATUSES,
    Category,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
    letters_to_organisations,
)
from members.services import assignment, decisions, opinions
from members.services.letters.composing import has_unsent_letters
from members.services.letters.decisions import (
    draft_admission,
    draft_decline,
    draft_information_request,
    draft_move,
)
from members.services.letters.officers import notifiable_officer
from outbox.services.letters import EditableLetter
from triage.decisions.forms.decisions import (
    AdmitForm,
    AskOpinionForm,
    CloseForm,
    DecisionForm,
    DeclineForm,
    MoveForm,
    NoteForm,
    ReassignForm,
    RecordAnswerForm,
    RequestInformationForm,
)

# The permissions for other actions on a member's page.
BESIDE_DECISIONS = (
    "members.correct_member",
    "members.note_member",
    "members.revoke_links_focalpoint",
    "members.settle_duplicate_member",
    "outbox.resend_message",
)
# Given by hand, to a person.
DECLINE_MEMBER_STATE = "members.decline_member_state"

Words = str | Promise


@dataclass(frozen=True, eq=False, kw_only=True)
class Decision:
    """One decision about a member, with its page.

    `kind` is the timeline entry that `service` creates. `sentence` says what the decision will do,
    `notice` is a warning about this member, and `done` says what was done. `letter` drafts the
    letter that can be edited on the page, for a kind in KINDS_WITH_EDITABLE_LETTER. If it is
    `one_click`, a button on the member's page makes it; its own page shows only a refusal.
    """

    name: str
    label: Words
    permission: str
    from_statuses: tuple[MemberStatus, ...]
    kind: TimelineKind
    service: Callable[..., TimelineEntry]
    done: Words
    sentence: Words | Callable[[Member], Words] = ""
    notice: Callable[[Member, User], str] = lambda _member, _by: ""
    form: type[DecisionForm] = DecisionForm
    # The keyboard shortcut on the member's page that opens this page, or presses the button.
    key: str = ""
    one_click: bool = False
    letter: Callable[..., EditableLetter] | None = None

    @property
    def url_name(self) -> str:
        return f"admin:members_member_{self.name}"

    def sentence_for(self, member: Member) -> str:
        """Return what the decision will do to a member."""
        return str(self.sentence(member) if callable(self.sentence) else self.sentence)


def if_taken(words: Promise) -> Callable[[Member, User], str]:
    """Return a notice for an undecided member that is assigned to a colleague."""

    def notice(member: Member, by: User) -> str:
        is_taken = member.is_undecided and member.assignee_id not in (None, by.pk)
        return words % {"name": member.assignee} if is_taken else ""

    return notice


TAKES_OVER = if_taken(_("Assigned to %(name)s. Deciding reassigns it to you."))


def _clear_suspicion_sentence(member: Member) -> Words:
    if letters_to_organisations().filter(reference=member.reference).exists():
        return _("The member will no longer be marked as possible spam. No email is sent.")
    return _(
        "The member will no longer be marked as possible spam. Its focal points receive the "
        "acknowledgement, which was held until now."
    )


def _take_over_sentence(member: Member) -> Words:
    if notifiable_officer(member.assignee) is None:
        return _("The member will be assigned to you, and colleagues see this. No email is sent.")
    words = _("The member will be assigned to you. %(name)s gets an email about it.")
    return words % {"name": member.assignee}


def _admit_sentence(member: Member) -> Words:
    return _(
        "The organisation will become a member of the working group that you choose. It asked for "
        "%(area)s, as: %(role)s."
    ) % {"area": member.first_choice, "role": member.get_role_display()}


def _move_sentence(member: Member) -> Words:
    return _(
        "The member will move to the working group that you choose. It is now in %(area)s, as: "
        "%(role)s. Its private links will lead to the new group."
    ) % {"area": member.focus_area, "role": member.get_granted_role_display()}


def _move_notice(member: Member, _by: User) -> str:
    if not has_unsent_letters(member, TimelineKind.ADMITTED, TimelineKind.MOVED, at=now()):
        return ""
    return str(
        _(
            "An earlier letter about the member's working group has not been sent yet. If you move "
            "the member, that letter is cancelled. Unless you send a new letter, the organisation "
            "is not notified."
        )
    )


def _withdraw_sentence(member: Member) -> Words:
    if not member.focus_area:
        return _(
            "The organisation's expression of interest will be withdrawn at its request. Unsent "
            "emails are cancelled. No email is sent."
        )
    return _(
        "At its request, the organisation will no longer be a member of %(area)s. Unsent emails "
        "are cancelled. No email is sent."
    ) % {"area": member.focus_area}


ASSIGN_TO_ME = Decision(
    name="take",
    label=_("Assign to me"),
    key="t",
    one_click=True,
    permission="members.take_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.ASSIGNED,
    service=assignment.assign_to_self,
    sentence=_("The member will be assigned to you, and colleagues see this. No email is sent."),
    done=_("You are now the assignee."),
)
TAKE_OVER = Decision(
    name="take_over",
    label=_("Take it over"),
    permission="members.take_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.REASSIGNED,
    service=assignment.take_over,
    sentence=_take_over_sentence,
    done=_("You are now the assignee."),
)
UNASSIGN = Decision(
    name="release",
    label=_("Unassign"),
    one_click=True,
    permission="members.take_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.UNASSIGNED,
    service=assignment.unassign,
    sentence=_("The member will be unassigned. No email is sent."),
    notice=if_taken(_("This member is assigned to %(name)s.")),
    done=_("The member is unassigned."),
)
REASSIGN = Decision(
    name="hand_to",
    label=_("Reassign"),
    permission="members.take_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.REASSIGNED,
    form=ReassignForm,
    service=assignment.reassign,
    sentence=_(
        "The member will be reassigned, and the timeline shows who did it. No email is sent."
    ),
    notice=if_taken(_("This member is assigned to %(name)s.")),
    done=_("The member was reassigned."),
)
CLEAR_SUSPICION = Decision(
    name="clear_suspicion",
    label=_("Mark as genuine"),
    permission="members.clear_suspicion_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.SPAM_FLAG_CLEARED,
    service=assignment.clear_spam_flag,
    sentence=_clear_suspicion_sentence,
    done=_("The member is no longer marked as possible spam."),
)
ASK_OPINION = Decision(
    name="ask_opinion",
    label=_("Ask for an opinion"),
    permission="members.ask_opinion_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.OPINION_ASKED,
    form=AskOpinionForm,
    service=opinions.ask_opinion,
    sentence=_(
        "Your colleague gets an email with your question. Until they answer, they see this "
        "expression of interest and its internal notes, but not its focal points and messages. "
        "They can answer once. The organisation does not read the question or the opinion."
    ),
    done=_("Your colleague was asked for an opinion."),
)
ADMIT = Decision(
    name="admit",
    label=_("Admit"),
    key="a",
    permission="members.admit_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.ADMITTED,
    form=AdmitForm,
    service=decisions.admit_to_focus_area,
    letter=lambda **choice: draft_admission(**choice, at=now()),
    sentence=_admit_sentence,
    notice=TAKES_OVER,
    done=_("The member was admitted."),
)
MOVE = Decision(
    name="move",
    label=_("Move"),
    permission="members.admit_member",
    from_statuses=(MemberStatus.ADMITTED,),
    kind=TimelineKind.MOVED,
    form=MoveForm,
    service=decisions.move_to_focus_area,
    letter=lambda **choice: draft_move(**choice, at=now()),
    sentence=_move_sentence,
    notice=_move_notice,
    done=_("The member was moved."),
)
DECLINE = Decision(
    name="decline",
    label=_("Decline"),
    key="d",
    permission="members.decline_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.DECLINED,
    form=DeclineForm,
    service=decisions.decline,
    letter=draft_decline,
    sentence=_(
        "The organisation will not be admitted. Its expression of interest can be reopened later."
    ),
    notice=TAKES_OVER,
    done=_("The member was declined."),
)
REQUEST_INFORMATION = Decision(
    name="request_information",
    label=_("Request information"),
    key="r",
    permission="members.request_information_member",
    from_statuses=(MemberStatus.PENDING,),
    kind=TimelineKind.INFORMATION_REQUESTED,
    form=RequestInformationForm,
    service=decisions.request_information,
    letter=draft_information_request,
    sentence=_(
        "The member will be marked as waiting for the organisation until its reply is recorded."
    ),
    notice=TAKES_OVER,
    done=_("Information requested. We are now waiting for the organisation's reply."),
)
RECORD_ANSWER = Decision(
    name="record_answer",
    label=_("Record reply"),
    permission="members.request_information_member",
    from_statuses=(MemberStatus.INFORMATION_REQUESTED,),
    kind=TimelineKind.ANSWERED,
    form=RecordAnswerForm,
    service=decisions.record_answer,
    sentence=_(
        "The member will be waiting for us again, marked as reply received. No email is sent."
    ),
    notice=TAKES_OVER,
    done=_("Reply recorded. The member is waiting for us again."),
)
CLOSE = Decision(
    name="close",
    label=_("Close without notification"),
    permission="members.close_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.CLOSED,
    form=CloseForm,
    service=decisions.close_without_letter,
    sentence=_("The member will be closed. It can be reopened later. No email is sent."),
    notice=TAKES_OVER,
    done=_("The member was closed."),
)
WITHDRAW = Decision(
    name="withdraw",
    label=_("Withdraw"),
    permission="members.withdraw_member",
    from_statuses=decisions.WITHDRAWABLE_STATUSES,
    kind=TimelineKind.WITHDRAWN,
    form=NoteForm,
    service=decisions.withdraw,
    sentence=_withdraw_sentence,
    notice=TAKES_OVER,
    done=_("The member was withdrawn."),
)
REOPEN = Decision(
    name="reopen",
    label=_("Reopen"),
    permission="members.reopen_member",
    from_statuses=decisions.REOPENABLE_STATUSES,
    kind=TimelineKind.REOPENED,
    form=NoteForm,
    service=decisions.reopen,
    sentence=_(
        "The member will be pending again and assigned to you. The timeline keeps the earlier "
        "decision. No email is sent."
    ),
    done=_("Reopened and assigned to you."),
)
DECISIONS = (
    ASSIGN_TO_ME,
    TAKE_OVER,
    CLEAR_SUSPICION,
    ADMIT,
    REQUEST_INFORMATION,
    RECORD_ANSWER,
    DECLINE,
    CLOSE,
    MOVE,
    WITHDRAW,
    REOPEN,
    ASK_OPINION,
    REASSIGN,
    UNASSIGN,
)
DECISIONS_WITH_KEYS = [decision for decision in DECISIONS if decision.key]


def decisions_on(member: Member, by: User) -> list[Decision]:
    """Return the decisions that a user may make on a member in its current status."""
    return [
        decision
        for decision in possible_on(member, by)
        if by.has_perms(permissions_for(decision, member))
    ]


def possible_on(member: Member, by: User) -> list[Decision]:
    """Return the decisions that a member's current status allows, for users with permission.

    A member of a colleague can be taken over. The colleague is told, unlike if it was unassigned.
    """
    match member.assignee_id:
        case None:
            impossible = {TAKE_OVER, UNASSIGN}
        case by.pk:
            impossible = {ASSIGN_TO_ME, TAKE_OVER}
        case _:
            impossible = {ASSIGN_TO_ME, UNASSIGN}
    if not member.is_suspect:
        impossible.add(CLEAR_SUSPICION)
    if member.personal_data_deleted_at is not None:
        impossible.add(REOPEN)
    return [
        decision
        for decision in DECISIONS
        if member.status in decision.from_statuses and decision not in impossible
    ]


def for_a_member_state(member: Member, by: User) -> list[str]:
    """Return the missing permission if a user may decline other members but not a Member State."""
    if DECLINE not in possible_on(member, by) or not by.has_perm(DECLINE.permission):
        return []
    return [each for each in permissions_for(DECLINE, member) if each != DECLINE.permission]


def lacked_on(member: Member, by: User) -> list[str]:
    """Return the permissions for the other actions that a member's current status allows."""
    decided = [
        each for decision in possible_on(member, by) for each in permissions_for(decision, member)
    ]
    apart = for_a_member_state(member, by)
    return [each for each in (*decided, *BESIDE_DECISIONS) if each not in apart]


def permissions_for(decision: Decision, member: Member) -> list[str]:
    """Return the permissions that a decision needs. Declining a Member State needs another one."""
    permissions = [decision.permission]
    if decision is DECLINE and member.category == Category.MEMBER_STATE:
        permissions.append(DECLINE_MEMBER_STATE)
    return permissions
