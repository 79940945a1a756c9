"""Declarations of the bulk actions of the queue."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from members.models import MemberStatus, TimelineKind
from members.services.notes import add_note
from triage.decisions.admin.declaration import Decision, Words
from triage.decisions.admin.specs import (
    ADMIT,
    ASK_OPINION,
    ASSIGN_TO_ME,
    CLOSE,
    DECLINE,
    HOLD,
    MEMBERS,
    REASSIGN,
    REQUEST_INFORMATION,
    UNASSIGN,
)
from triage.decisions.forms.bulk import (
    BulkForm,
    BulkHoldForm,
    BulkNoteForm,
    BulkOpinionForm,
    BulkReassignForm,
    BulkRequestForm,
)
from triage.decisions.forms.bulk_letters import AdmissionsForm, BulkDeclineForm


@dataclass(frozen=True, eq=False, kw_only=True)
class BulkAction:
    """A decision on several members selected in the queue, with or without a page.

    `sentence` says what it will do, and `done` says for how many members it was done.
    """

    name: str
    label: Words
    decision: Decision
    done: Promise
    page: str = ""
    sentence: Words = ""
    form: type[BulkForm] = BulkForm
    template: str = "bulk_action"


# A note is no decision about one member: its form is in the conversation.
ADD_NOTE = Decision(
    desk=MEMBERS,
    name="note",
    label=_("Add note"),
    permission="members.note_member",
    from_statuses=tuple(MemberStatus),
    kind=TimelineKind.NOTE_ADDED,
    service=add_note,
    done=_("Note added."),
)
# In the order of the queue's menu.
BULK_ACTIONS = (
    BulkAction(
        name="take",
        label=ASSIGN_TO_ME.label,
        decision=ASSIGN_TO_ME,
        done=ngettext_lazy(
            "%(number)d applicant assigned to you.",
            "%(number)d applicants assigned to you.",
            "number",
        ),
    ),
    BulkAction(
        name="release",
        label=UNASSIGN.label,
        decision=UNASSIGN,
        page="release_several",
        sentence=_(
            "Each applicant will be unassigned, including those assigned to colleagues. No email "
            "is sent."
        ),
        done=ngettext_lazy(
            "%(number)d applicant unassigned.", "%(number)d applicants unassigned.", "number"
        ),
    ),
    BulkAction(
        name="hand_to",
        label=REASSIGN.label,
        decision=REASSIGN,
        page="hand_several",
        form=BulkReassignForm,
        sentence=_("Each applicant will be reassigned. No email is sent."),
        done=ngettext_lazy(
            "%(number)d applicant reassigned.", "%(number)d applicants reassigned.", "number"
        ),
    ),
    BulkAction(
        name="admit_to_first_choice",
        label=ADMIT.label,
        decision=ADMIT,
        page="admit_several",
        form=AdmissionsForm,
        template="bulk_letters",
        sentence=_(
            "Choose for all, and in a row what is different there. Who is willing to lead always "
            "needs a choice in its row. Each receives the standard letter in its own language. An "
            "applicant with a flag is not admitted here: its own page asks about the flag first. "
            "Applicants assigned to colleagues are reassigned to you."
        ),
        done=ngettext_lazy(
            "%(number)d member admitted.",
            "%(number)d members admitted.",
            "number",
        ),
    ),
    BulkAction(
        name="request_information",
        label=REQUEST_INFORMATION.label,
        decision=REQUEST_INFORMATION,
        page="request_information_several",
        form=BulkRequestForm,
        sentence=_(
            "Each applicant will be marked as waiting for the organisation until its reply is "
            "recorded. Each focal point receives the standard letter in their own language, "
            "because an edited letter would fit one language only. What you type below is included "
            "unchanged in every letter. Applicants assigned to colleagues are reassigned to you."
        ),
        done=ngettext_lazy(
            "Information requested from %(number)d organisation.",
            "Information requested from %(number)d organisations.",
            "number",
        ),
    ),
    BulkAction(
        name="decline",
        label=DECLINE.label,
        decision=DECLINE,
        page="decline_several",
        form=BulkDeclineForm,
        template="bulk_letters",
        sentence=_(
            "No organisation will be admitted. Each receives the standard letter with the reasons "
            "in its own language, and can be reopened later. Applicants assigned to colleagues are "
            "reassigned to you."
        ),
        done=ngettext_lazy(
            "%(number)d applicant declined.", "%(number)d applicants declined.", "number"
        ),
    ),
    BulkAction(
        name="hold",
        label=HOLD.label,
        decision=HOLD,
        page="hold_several",
        form=BulkHoldForm,
        sentence=_(
            "Each applicant leaves “Needs action” until its hold ends. Its assignee and the day on "
            "which an answer is due stay the same. No email is sent."
        ),
        done=ngettext_lazy(
            "%(number)d applicant is on hold.", "%(number)d applicants are on hold.", "number"
        ),
    ),
    BulkAction(
        name="ask_opinion",
        label=ASK_OPINION.label,
        decision=ASK_OPINION,
        page="ask_opinion_several",
        form=BulkOpinionForm,
        sentence=_(
            "Your colleague gets an email for each applicant, and answers each. The organisations "
            "do not read the question or the opinion."
        ),
        done=ngettext_lazy(
            "Opinion asked for on %(number)d applicant.",
            "Opinion asked for on %(number)d applicants.",
            "number",
        ),
    ),
    BulkAction(
        name="note",
        label=ADD_NOTE.label,
        decision=ADD_NOTE,
        page="note_several",
        form=BulkNoteForm,
        sentence=_("Each organisation gets this note in its timeline, and does not read it."),
        done=ngettext_lazy(
            "Note added to %(number)d organisation.",
            "Note added to %(number)d organisations.",
            "number",
        ),
    ),
    BulkAction(
        name="close_as_not_genuine",
        label=_("Close as not genuine (spam)"),
        decision=CLOSE,
        page="close_several",
        sentence=_(
            "Each applicant will be closed as not genuine. It can be reopened later. No email is "
            "sent."
        ),
        done=ngettext_lazy(
            "%(number)d applicant closed.", "%(number)d applicants closed.", "number"
        ),
    ),
)
