"""The decisions about a member, each declared once."""

from collections.abc import Callable

from django import forms
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from inbox.services.replies import waiting_replies
from members.models import (
    UNDECIDED_STATUSES,
    Category,
    ClosingReason,
    Member,
    MemberStatus,
    ReasonPurpose,
    TimelineKind,
    letters_to_organisations,
)
from members.services import (
    assignment,
    correspondence,
    decisions,
    opinions,
    summaries,
    undo,
)
from members.services.conflicts import member_conflict
from members.services.exceptions import wrong_status
from members.services.letters.composing import has_unsent_letters
from members.services.letters.decisions import (
    draft_admission,
    draft_decline,
    draft_information_request,
    draft_move,
)
from members.services.letters.officers import notifiable_officer
from members.services.timeline import timeline_with_files
from triage.decisions.admin.declaration import Decision, Desk, Words, possible_on
from triage.decisions.forms.decisions import (
    AdmitForm,
    AskOpinionForm,
    MoveForm,
    NoteForm,
    ReasonsField,
    ReassignForm,
    RecordAnswerForm,
    RequestInformationForm,
    SummaryForm,
    WriteLetterForm,
    form_with,
)
from triage.decisions.forms.holds import HoldForm
from triage.holds.services import end_hold, hold
from triage.staff_pages.changes import changes_since
from triage.staff_pages.pages import focal_points_of, get_member_or_404, member_page

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

MEMBERS = Desk(
    model=Member,
    name="member",
    get_or_404=get_member_or_404,
    page=member_page,
    timeline=lambda member: timeline_with_files(member.timeline.all()),
    changes_since=changes_since,
    wrong_status=wrong_status,
    conflict=member_conflict,
    readers=focal_points_of,
    undo=undo,
    has_last_decisions=True,
    draft_is_outdated=_("The organisation has changed since you saved this draft."),
)


def if_taken(words: Promise) -> Callable[[Member, User], str]:
    """Return a notice for an undecided member that is assigned to a colleague."""

    def notice(member: Member, by: User) -> str:
        is_taken = member.is_undecided and member.assignee_id not in (None, by.pk)
        return words % {"name": member.assignee} if is_taken else ""

    return notice


TAKES_OVER = if_taken(_("Assigned to %(name)s. Deciding reassigns it to you."))


def _notice_of_recording(member: Member, by: User) -> str:
    """Warn that a reply by mail came from somebody to whom we did not write."""
    others = [mail.sender for mail in waiting_replies(member) if mail.is_from_other_address]
    words = _("It came from another address than the one that we wrote to: %(address)s.")
    warnings = [words % {"address": address} for address in dict.fromkeys(others)]
    return " ".join(filter(None, [TAKES_OVER(member, by), *warnings]))


def _clear_suspicion_sentence(member: Member) -> Words:
    if letters_to_organisations().filter(reference=member.reference).exists():
        return _("The applicant will no longer be marked as possible spam. No email is sent.")
    return _(
        "The applicant will no longer be marked as possible spam. Its focal points receive the "
        "acknowledgement, which was held until now."
    )


def _take_over_sentence(member: Member) -> Words:
    if notifiable_officer(member.assignee) is None:
        return _(
            "The applicant will be assigned to you, and colleagues see this. No email is sent."
        )
    words = _("The applicant will be assigned to you. %(name)s gets an email about it.")
    return words % {"name": member.assignee}


def _admit_sentence(member: Member) -> Words:
    return _("It asked for %(area)s, as: %(role)s.") % {
        "area": member.first_choice,
        "role": member.get_role_display(),
    }


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


def _declining_needs(member: Member) -> list[str]:
    return [DECLINE_MEMBER_STATE] if member.category == Category.MEMBER_STATE else []


ASSIGN_TO_ME = Decision(
    desk=MEMBERS,
    name="take",
    label=_("Assign to me"),
    key="t",
    one_click=True,
    permission="members.take_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.ASSIGNED,
    service=assignment.assign_to_self,
    is_useful=lambda member, _by: member.assignee_id is None,
    sentence=_("The applicant will be assigned to you, and colleagues see this. No email is sent."),
    done=_("You are now the assignee."),
)
TAKE_OVER = Decision(
    desk=MEMBERS,
    name="take_over",
    label=_("Take it over"),
    permission="members.take_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.REASSIGNED,
    service=assignment.take_over,
    # The colleague is told, unlike if the member was unassigned.
    is_useful=lambda member, by: member.assignee_id not in (None, by.pk),
    sentence=_take_over_sentence,
    done=_("You are now the assignee."),
)
UNASSIGN = Decision(
    desk=MEMBERS,
    name="release",
    label=_("Unassign"),
    one_click=True,
    permission="members.take_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.UNASSIGNED,
    service=assignment.unassign,
    is_useful=lambda member, by: member.assignee_id == by.pk,
    sentence=_("The applicant will be unassigned. No email is sent."),
    notice=if_taken(_("This applicant is assigned to %(name)s.")),
    done=_("The applicant is unassigned."),
)
REASSIGN = Decision(
    desk=MEMBERS,
    name="hand_to",
    label=_("Reassign"),
    permission="members.take_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.REASSIGNED,
    form=ReassignForm,
    service=assignment.reassign,
    sentence=_(
        "The applicant will be reassigned, and the timeline shows who did it. No email is sent."
    ),
    notice=if_taken(_("This applicant is assigned to %(name)s.")),
    done=_("The applicant was reassigned."),
)
CLEAR_SUSPICION = Decision(
    desk=MEMBERS,
    name="clear_suspicion",
    label=_("Mark as genuine"),
    permission="members.clear_suspicion_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.SPAM_FLAG_CLEARED,
    service=assignment.clear_spam_flag,
    is_useful=lambda member, _by: member.is_suspect,
    sentence=_clear_suspicion_sentence,
    done=_("The applicant is no longer marked as possible spam."),
)
ASK_OPINION = Decision(
    desk=MEMBERS,
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
HOLD = Decision(
    desk=MEMBERS,
    name="hold",
    label=_("Hold"),
    key="h",
    permission="members.take_member",
    from_statuses=(MemberStatus.PENDING,),
    kind=TimelineKind.HELD,
    form=HoldForm,
    service=hold,
    is_useful=lambda member, _by: member.held_until is None,
    sentence=_(
        "The applicant leaves “Needs action” until its hold ends. Its assignee and the day on "
        "which an answer is due stay the same. No email is sent."
    ),
    notice=if_taken(_("This applicant is assigned to %(name)s.")),
    done=_("The applicant is on hold."),
)
END_HOLD = Decision(
    desk=MEMBERS,
    name="end_hold",
    label=_("End hold"),
    one_click=True,
    permission="members.take_member",
    from_statuses=(MemberStatus.PENDING,),
    kind=TimelineKind.HOLD_ENDED,
    service=end_hold,
    is_useful=lambda member, _by: member.held_until is not None,
    sentence=_("The applicant will need action again. No email is sent."),
    done=_("The applicant is no longer on hold."),
)
ADMIT = Decision(
    desk=MEMBERS,
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
    done=_("The applicant was admitted."),
)
MOVE = Decision(
    desk=MEMBERS,
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
    desk=MEMBERS,
    name="decline",
    label=_("Decline"),
    key="d",
    permission="members.decline_member",
    also_needs=_declining_needs,
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.DECLINED,
    form=form_with(
        {"reasons": ReasonsField(ReasonPurpose.DECLINE)}, proposal=lambda _member: {"reasons": []}
    ),
    service=decisions.decline,
    letter=draft_decline,
    sentence=_(
        "The organisation will not be admitted. Its expression of interest can be reopened later."
    ),
    notice=TAKES_OVER,
    done=_("The applicant was declined."),
)
REQUEST_INFORMATION = Decision(
    desk=MEMBERS,
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
        "The applicant will be marked as waiting for the organisation until its reply is recorded."
    ),
    notice=TAKES_OVER,
    done=_("Information requested. We are now waiting for the organisation's reply."),
)
RECORD_ANSWER = Decision(
    desk=MEMBERS,
    name="record_answer",
    label=_("Record reply"),
    permission="members.request_information_member",
    from_statuses=(MemberStatus.INFORMATION_REQUESTED,),
    kind=TimelineKind.ANSWERED,
    form=RecordAnswerForm,
    service=decisions.record_answer,
    sentence=_(
        "The applicant will be waiting for us again, marked as reply received. No email is sent."
    ),
    notice=_notice_of_recording,
    done=_("Reply recorded. The applicant is waiting for us again."),
)
WRITE_LETTER = Decision(
    desk=MEMBERS,
    name="write_letter",
    label=_("Write to the organisation"),
    key="e",
    permission="members.request_information_member",
    from_statuses=tuple(MemberStatus),
    kind=TimelineKind.LETTER_SENT,
    form=WriteLetterForm,
    service=correspondence.write_letter,
    letter=correspondence.draft_written_letter,
    is_useful=lambda member, _by: member.personal_data_deleted_at is None,
    sentence=_(
        "The focal points get your letter, each in their language. The status stays as it is."
    ),
    done=_("The letter is on its way."),
)
SUMMARISE = Decision(
    desk=MEMBERS,
    name="summarise",
    label=_("Summarise"),
    permission="members.summarise_member",
    from_statuses=tuple(MemberStatus),
    kind=TimelineKind.SUMMARISED,
    form=SummaryForm,
    service=summaries.save_summary,
    is_useful=lambda member, _by: member.personal_data_deleted_at is None,
    sentence=_(
        "The summary stands in place of the long answers, which stay one click away. It binds "
        "nobody. No email is sent."
    ),
    done=_("The summary was saved."),
    button=_("Save the summary"),
)
CLOSE = Decision(
    desk=MEMBERS,
    name="close",
    label=_("Close without notification"),
    permission="members.close_member",
    from_statuses=UNDECIDED_STATUSES,
    kind=TimelineKind.CLOSED,
    # Duplicates are closed on their own page.
    form=form_with(
        {
            "reason": forms.ChoiceField(
                label=_("Reason"),
                choices=[
                    (value, label)
                    for value, label in ClosingReason.choices
                    if value != ClosingReason.DUPLICATE
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose a reason.")},
            )
        }
    ),
    service=decisions.close_without_letter,
    chosen=lambda member: {"reason": member.closing_reason},
    sentence=_("The applicant will be closed. It can be reopened later. No email is sent."),
    notice=TAKES_OVER,
    done=_("The applicant was closed."),
)
WITHDRAW = Decision(
    desk=MEMBERS,
    name="withdraw",
    label=_("Withdraw"),
    permission="members.withdraw_member",
    from_statuses=decisions.WITHDRAWABLE_STATUSES,
    kind=TimelineKind.WITHDRAWN,
    form=NoteForm,
    service=decisions.withdraw,
    sentence=_withdraw_sentence,
    notice=TAKES_OVER,
    done=_("The organisation was withdrawn."),
)
REOPEN = Decision(
    desk=MEMBERS,
    name="reopen",
    label=_("Reopen"),
    permission="members.reopen_member",
    from_statuses=decisions.REOPENABLE_STATUSES,
    kind=TimelineKind.REOPENED,
    form=NoteForm,
    service=decisions.reopen,
    is_useful=lambda member, _by: member.personal_data_deleted_at is None,
    sentence=_(
        "The applicant will be pending again and assigned to you. The timeline keeps the earlier "
        "decision. No email is sent."
    ),
    done=_("Reopened and assigned to you."),
)
# The first three that are possible are tabs, the others are below *More*.
DECISIONS = (
    ASSIGN_TO_ME,
    ADMIT,
    REQUEST_INFORMATION,
    RECORD_ANSWER,
    DECLINE,
    MOVE,
    WITHDRAW,
    REOPEN,
    CLEAR_SUSPICION,
    TAKE_OVER,
    ASK_OPINION,
    HOLD,
    END_HOLD,
    WRITE_LETTER,
    SUMMARISE,
    REASSIGN,
    CLOSE,
    UNASSIGN,
)
DECISIONS_WITH_KEYS = [decision for decision in DECISIONS if decision.key]


def for_a_member_state(member: Member, by: User) -> list[str]:
    """Return the missing permission if a user may decline other members but not a Member State."""
    if DECLINE not in possible_on(DECISIONS, member, by) or not by.has_perm(DECLINE.permission):
        return []
    return list(DECLINE.also_needs(member))


def lacked_on(member: Member, by: User) -> list[str]:
    """Return the permissions for the other actions that a member's current status allows."""
    possible = possible_on(DECISIONS, member, by)
    decided = [each for decision in possible for each in decision.permissions_for(member)]
    apart = for_a_member_state(member, by)
    return [each for each in (*decided, *BESIDE_DECISIONS) if each not in apart]
