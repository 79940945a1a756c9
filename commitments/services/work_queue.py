"""The views of the list of commitments of staff: their conditions and their counts.

The daily digest has none of them: `triage` sends it, and does not know commitments.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from commitments.models import (
    LATE,
    STATUSES_IN_FORCE,
    UNDECIDED,
    ChangeStatus,
    Commitment,
    CommitmentQuerySet,
    CommitmentStatus,
    ProposedChange,
    Report,
    ReportStatus,
)

VIEW_PERMISSION: Final = "commitments.view_commitment"


def change_waits() -> Q:
    """Return the condition that a proposed change waits for a decision."""
    # A few keys are faster than a subquery for each commitment.
    waiting = ProposedChange.objects.filter(status=ChangeStatus.WAITING)
    return Q(pk__in=waiting.values("commitment"))


def report_is_open() -> Q:
    """Return the condition that a report was sent and is not published, or has an open question."""
    sent = (ReportStatus.SENT, ReportStatus.QUESTION_ASKED)
    return Q(pk__in=Report.objects.filter(status__in=sent).values("commitment"))


def _has_status(*statuses: CommitmentStatus) -> Callable[[User], Q]:
    return lambda _user: Q(status__in=statuses)


def is_late(_user: User) -> Q:
    """Return the condition that the lead owes a result or a report of a published commitment.

    Its day has passed and it is not reported as reached, its report is overdue, or it is inactive.
    """
    return Q(status=CommitmentStatus.PUBLISHED, present_condition__in=LATE)


def is_open_work_of(user: User) -> Q:
    """Return the condition that a person is the assignee and something is still to be done."""
    waits = Q(status__in=(*UNDECIDED, CommitmentStatus.APPROVED))
    return Q(assignee=user) & (waits | change_waits() | report_is_open())


@dataclass(frozen=True)
class View:
    """One view of the list: its name on the tab, and which commitments it has."""

    label: str | Promise
    condition: Callable[[User], Q]


NEEDS_ACTION: Final = "needs_action"
ALL: Final = "all"
# In the order of the tabs, with the names in their addresses.
VIEWS: Final = {
    "late": View(_("Late"), is_late),
    NEEDS_ACTION: View(
        _("Needs action"), _has_status(CommitmentStatus.SUBMITTED, CommitmentStatus.ANSWERED)
    ),
    "mine": View(_("Assigned to me"), is_open_work_of),
    "information_requested": View(
        _("Information requested"), _has_status(CommitmentStatus.INFORMATION_REQUESTED)
    ),
    "changes": View(_("Changes proposed"), lambda _user: change_waits()),
    "approved": View(
        pgettext_lazy("of commitments", "Approved"), _has_status(CommitmentStatus.APPROVED)
    ),
    "published": View(
        pgettext_lazy("of commitments", "Published"), _has_status(*STATUSES_IN_FORCE)
    ),
    "reports": View(_("Reports to read"), lambda _user: report_is_open()),
    ALL: View(_("All"), lambda _user: Q()),
}


def view_counts(user: User) -> dict[str, int]:
    """Count the commitments of each view that a person may see, with one query."""
    counts: dict[str, Any] = {
        # Only the view of all has no condition.
        name: Count("pk", filter=condition) if (condition := view.condition(user)) else Count("pk")
        for name, view in VIEWS.items()
    }
    found: dict[str, int] = Commitment.objects.visible_to(user).aggregate(**counts)
    return found


def with_flags(commitments: CommitmentQuerySet) -> CommitmentQuerySet:
    """Return commitments with `has_change` and `has_open_report`."""
    return commitments.annotate(has_change=change_waits(), has_open_report=report_is_open())


def front_page_commitments(user: User) -> dict[str, Any]:
    """Return what the front page of the admin shows: how many wait, for those who may see them."""
    if not user.has_perm(VIEW_PERMISSION):
        return {}
    counts = view_counts(user)
    waiting = (NEEDS_ACTION, "mine", "changes", "reports")
    return {
        "commitments_waiting": [
            (name, VIEWS[name].label, counts[name]) for name in waiting if counts[name]
        ]
    }
