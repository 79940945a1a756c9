"""Declarations of the bulk actions of the queue."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from triage.decisions.admin.declaration import Decision, Words
from triage.decisions.admin.specs import (
    ADMIT,
    ASSIGN_TO_ME,
    CLOSE,
    REASSIGN,
    REQUEST_INFORMATION,
    UNASSIGN,
)
from triage.decisions.forms.bulk import AdmissionsForm, BulkForm, BulkReassignForm, BulkRequestForm


@dataclass(frozen=True, eq=False, kw_only=True)
class BulkAction:
    """A decision on several members selected in the queue, with or without a page.

    `sentence` says what it will do, `done` says for how many members it was done, and `heading` is
    the heading above them.
    """

    name: str
    label: Words
    decision: Decision
    done: Promise
    page: str = ""
    sentence: Words = ""
    heading: Words = ""
    form: type[BulkForm] = BulkForm
    template: str = "bulk_action"


# In the order of the queue's menu.
BULK_ACTIONS = (
    BulkAction(
        name="take",
        label=ASSIGN_TO_ME.label,
        decision=ASSIGN_TO_ME,
        heading=_("Assigned"),
        done=ngettext_lazy(
            "%(number)d member assigned to you.", "%(number)d members assigned to you.", "number"
        ),
    ),
    BulkAction(
        name="release",
        label=UNASSIGN.label,
        decision=UNASSIGN,
        page="release_several",
        sentence=_(
            "Each member will be unassigned, including those assigned to colleagues. No email "
            "is sent."
        ),
        heading=_("Unassigned"),
        done=ngettext_lazy(
            "%(number)d member unassigned.", "%(number)d members unassigned.", "number"
        ),
    ),
    BulkAction(
        name="hand_to",
        label=REASSIGN.label,
        decision=REASSIGN,
        page="hand_several",
        form=BulkReassignForm,
        sentence=_("Each member will be reassigned. No email is sent."),
        heading=_("Reassigned"),
        done=ngettext_lazy(
            "%(number)d member reassigned.", "%(number)d members reassigned.", "number"
        ),
    ),
    BulkAction(
        name="admit_to_first_choice",
        label=_("Admit to first choice"),
        decision=ADMIT,
        page="admit_several",
        form=AdmissionsForm,
        template="admit_several",
        sentence=_(
            "Each organisation will become a member of the working group of its first choice, in "
            "the role shown in its row. It receives the standard letter in its own language. No "
            "organisation becomes a co-lead unless you choose it. A member with a flag is not "
            "admitted here: its own page asks about the flag first. Members assigned to colleagues "
            "are reassigned to you."
        ),
        heading=_("Admitted"),
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
            "Each member will be marked as waiting for the organisation until its reply is "
            "recorded. Each focal point receives the standard letter in their own language, "
            "because an edited letter would fit one language only. What you type below is included "
            "unchanged in every letter. Members assigned to colleagues are reassigned to you."
        ),
        heading=_("Info requested"),
        done=ngettext_lazy(
            "Information requested from %(number)d organisation.",
            "Information requested from %(number)d organisations.",
            "number",
        ),
    ),
    BulkAction(
        name="close_as_not_genuine",
        label=_("Close as not genuine (spam)"),
        decision=CLOSE,
        page="close_several",
        sentence=_(
            "Each member will be closed as not genuine. It can be reopened later. No email is sent."
        ),
        heading=_("Closed"),
        done=ngettext_lazy("%(number)d member closed.", "%(number)d members closed.", "number"),
    ),
)
