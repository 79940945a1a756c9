"""The views of the list of commitments of staff, and the open commitments of who leaves.

The daily digest has none of them: `triage` sends it, and does not know commitments.
"""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

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
    PublicationRequest,
    Report,
    ReportStatus,
)
from commitments.services.decisions import ASSIGNABLE, release
from commitments.services.double_counting import number_to_settle
from core.conflicts import lock_rows
from triage.desk.services.work_queue import View, counts_of

VIEW_PERMISSION: Final = "commitments.view_commitment"
COUNT_PERMISSION: Final = "commitments.count_commitment"


def change_waits() -> Q:
    """Return the condition that a proposed change waits for a decision."""
    # A few keys are faster than a subquery for each commitment.
    waiting = ProposedChange.objects.filter(status=ChangeStatus.WAITING)
    return Q(pk__in=waiting.values("commitment"))


def report_is_open() -> Q:
    """Return the condition that a report was sent and is not published, or has an open question."""
    sent = (ReportStatus.SENT, ReportStatus.QUESTION_ASKED)
    return Q(pk__in=Report.objects.filter(status__in=sent).values("commitment"))


def waits_for_second(user: User) -> Q:
    """Return the condition that a colleague of a person asks for a second one."""
    waiting = PublicationRequest.objects.waiting_for(user)
    return Q(pk__in=waiting.values("commitment"))


def is_open_work_of(user: User) -> Q:
    """Return the condition that a person is the assignee and something is still to be done."""
    waits = Q(status__in=(*UNDECIDED, CommitmentStatus.APPROVED))
    return Q(assignee=user) & (waits | change_waits() | report_is_open())


NEEDS_ACTION: Final = "needs_action"
ALL: Final = "all"
# In the order of the tabs, with the names in their addresses.
VIEWS: Final = {
    # The day has passed without a result, a report is overdue, or there was none for two years.
    "late": View(
        _("Late"), (CommitmentStatus.PUBLISHED,), lambda _user: Q(present_condition__in=LATE)
    ),
    NEEDS_ACTION: View(_("Needs action"), (CommitmentStatus.SUBMITTED, CommitmentStatus.ANSWERED)),
    "mine": View(_("Assigned to me"), narrowed_by=is_open_work_of),
    "information_requested": View(
        _("Information requested"), (CommitmentStatus.INFORMATION_REQUESTED,)
    ),
    "changes": View(_("Changes proposed"), narrowed_by=lambda _user: change_waits()),
    "second_person": View(_("Second person"), narrowed_by=waits_for_second),
    "approved": View(pgettext_lazy("of commitments", "Approved"), (CommitmentStatus.APPROVED,)),
    "published": View(pgettext_lazy("of commitments", "Published"), STATUSES_IN_FORCE),
    "reports": View(_("Reports to read"), narrowed_by=lambda _user: report_is_open()),
    ALL: View(_("All")),
}


def view_counts(user: User) -> dict[str, int]:
    """Count the commitments of each view that a person may see, with one query."""
    counts = counts_of({name: view.condition(user) for name, view in VIEWS.items()})
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
    waiting = (NEEDS_ACTION, "mine", "second_person", "changes", "reports")
    return {
        "commitments_waiting": [
            (name, VIEWS[name].label, counts[name]) for name in waiting if counts[name]
        ],
        "money_to_settle": number_to_settle(user) if user.has_perm(COUNT_PERMISSION) else 0,
    }


def open_work_of(user: User) -> CommitmentQuerySet:
    """Return the commitments of a person that still need something and may change hands."""
    return Commitment.objects.filter(is_open_work_of(user), status__in=ASSIGNABLE)


def open_work_in_words(user: User) -> str:
    """Return what happens to the open commitments of a person, or "" if there are none."""
    number = open_work_of(user).count()
    if not number:
        return ""
    return ngettext(
        "%(number)d open commitment is assigned to this person. Afterwards nobody is assigned "
        "to it.",
        "%(number)d open commitments are assigned to this person. Afterwards nobody is assigned "
        "to them.",
        number,
    ) % {"number": number}


@transaction.atomic
def release_open_work(*, user: User, by: User, at: datetime) -> int:
    """Leave the open commitments of a person without an assignee; return their number."""
    assigned = lock_rows(open_work_of(user))
    for commitment in Commitment.objects.filter(pk__in=assigned).order_by("pk"):
        release(commitment, by=by, at=at)
    return len(assigned)
