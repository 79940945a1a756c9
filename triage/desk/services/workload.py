"""Who has how many members that wait for a decision, and how old they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from accounts.models import User
from members.models import UNDECIDED_STATUSES, Member
from triage.desk.services.work_queue import AssigneeRow

TAKE_PERMISSION: Final = "members.take_member"
# The views of the queue that are counted for each person.
COUNTED_VIEWS: Final = ("undecided", "needs_action", "overdue", "waiting_for_organisation")


@dataclass(frozen=True)
class Workload:
    """The undecided members of one person, or of nobody, by view of the queue.

    `oldest_in_days` is how many days the oldest has waited for staff; None if none waits.
    """

    person: User | None
    counts: dict[str, int]
    oldest_in_days: int | None

    @property
    def assignee(self) -> str:
        """The value of the queue's filter by assignee."""
        return str(self.person.pk) if self.person else "nobody"


def possible_assignees() -> QuerySet[User]:
    """Return the staff who may take members, and everyone to whom an undecided one is assigned."""
    able: QuerySet[User] = ModelBackend().with_perm(TAKE_PERMISSION)
    holders = Member.objects.filter(status__in=UNDECIDED_STATUSES, assignee__isnull=False)
    is_able = Q(pk__in=able.filter(is_staff=True).values("pk"))
    people = User.objects.filter(is_able | Q(pk__in=holders.values("assignee")))
    return people.order_by("name", "email")


def workload(undecided: Mapping[int | None, AssigneeRow], *, at: datetime) -> list[Workload]:
    """Return the workload of each possible assignee, and of nobody first.

    `undecided` comes from `undecided_by_assignee()`. A member that is waiting for the organisation
    does not grow old: its age starts with the reply.
    """
    return [
        _of(None, undecided.get(None, {}), at),
        *(_of(person, undecided.get(person.pk, {}), at) for person in possible_assignees()),
    ]


def _of(person: User | None, row: AssigneeRow, at: datetime) -> Workload:
    oldest: datetime | None = row.get("oldest")
    return Workload(
        person,
        {name: row.get(name, 0) for name in COUNTED_VIEWS},
        (localdate(at) - localdate(oldest)).days if oldest else None,
    )
