"""The reports that are overdue, for staff: of which area, and how often they were asked for."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from commitments.models import Commitment, CommitmentQuerySet, CommitmentStatus, ReportRequest
from focus_areas.models import FocusArea
from members.models import MemberStatus


@dataclass(frozen=True)
class OverdueReport:
    """A commitment whose report is overdue, and when it was asked for."""

    commitment: Commitment
    due_on: date
    days: int
    asked_at: Sequence[datetime]

    @property
    def has_member(self) -> bool:
        """Whether the lead is still admitted. If not, the portal no longer asks."""
        return bool(self.commitment.lead.status == MemberStatus.ADMITTED)


def overdue(user: User, *, at: datetime) -> CommitmentQuerySet:
    """Return the commitments with an overdue report that a staff user may see, the longest first.

    It reads the derived column `next_report_on`: a report is expected for a day that is over.
    """
    visible = Commitment.objects.visible_to(user).filter(status=CommitmentStatus.PUBLISHED)
    overdue_today = visible.filter(next_report_on__lt=timezone.localdate(at))
    return overdue_today.select_related("lead", "focus_area").order_by("next_report_on", "pk")


def overdue_by_area(found: QuerySet[Commitment]) -> list[tuple[FocusArea, int]]:
    """Return the number of overdue reports by focus area, in the order of the areas."""
    numbers = Counter(found.order_by().values_list("focus_area", flat=True))
    areas = FocusArea.objects.filter(pk__in=numbers).order_by("number")
    return [(area, numbers[area.pk]) for area in areas]


def with_requests(found: Sequence[Commitment], *, at: datetime) -> list[OverdueReport]:
    """Return commitments of a page with the times at which their report was asked for."""
    asked: Mapping[tuple[int, date], list[datetime]] = defaultdict(list)
    requests = ReportRequest.objects.filter(commitment__in=found, is_missed=False)
    for request in requests.order_by("asked_at", "pk"):
        asked[request.commitment_id, request.due_on].append(request.asked_at)
    today = timezone.localdate(at)
    return [
        OverdueReport(
            each,
            due_on=each.next_report_on,
            days=(today - each.next_report_on).days,
            asked_at=asked[each.pk, each.next_report_on],
        )
        for each in found
        if each.next_report_on is not None
    ]
