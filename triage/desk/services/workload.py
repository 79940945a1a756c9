"""The team: who has how many members that wait for a decision, and what each decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from accounts.models import User
from core.languages import language_name, with_commas
from members.models import UNDECIDED_STATUSES, Member
from members.services.response_times import day_in_geneva
from triage.desk.services.work_queue import VIEWS, AssigneeRow
from triage.staff_pages.claims import TAKE_PERMISSION
from triage.statistics.services.work_charts import percent

# Nobody works on these members until a day, or until somebody else has done something.
PAUSED_VIEWS: Final = ("on_hold", "waiting_for_organisation")
# The views of the queue that are counted for each person.
COUNTED_VIEWS: Final = ("undecided", "due_this_week", *PAUSED_VIEWS)
# English is read by everybody.
ENGLISH: Final = "en"


@dataclass(frozen=True)
class TeamNumbers:
    """What each person did on the latest call, by their key, and when it was counted."""

    by_person: Mapping[int, Mapping[str, Any]]
    as_of: datetime | None

    @classmethod
    def of(cls, people: Iterable[Mapping[str, Any]], as_of: datetime | None) -> "TeamNumbers":
        """Return the numbers of a snapshot."""
        return cls({each["pk"]: each for each in people}, as_of)


@dataclass(frozen=True)
class TeamRow:
    """The undecided members of one person, or of nobody, by view, and what the person did."""

    person: User | None
    counts: Mapping[str, int]
    is_away: bool = False
    decided_today: int = 0
    decided: int = 0
    half_within: int | None = None
    in_promise: int | None = None

    @property
    def assignee(self) -> str:
        """The value of the queue's filter by assignee."""
        return str(self.person.pk) if self.person else "nobody"

    @property
    def paused(self) -> list[tuple[str, Any, int]]:
        """The views of members that wait for somebody else: name, label and number."""
        return [(name, VIEWS[name].label, self.counts[name]) for name in PAUSED_VIEWS]

    @property
    def languages(self) -> str:
        """The languages that the person reads; the rows come with them."""
        if self.person is None:
            return ""
        read = {each.language for each in self.person.read_languages.all()} - {ENGLISH}
        return with_commas(language_name(code) for code in (ENGLISH, *sorted(read)))


def possible_assignees(also: Iterable[int] = ()) -> QuerySet[User]:
    """Return the staff who may take members, and everyone to whom an undecided one is assigned.

    `also` are the keys of other people.
    """
    able: QuerySet[User] = ModelBackend().with_perm(TAKE_PERMISSION)
    holders = Member.objects.filter(status__in=UNDECIDED_STATUSES, assignee__isnull=False)
    is_able = Q(pk__in=able.filter(is_staff=True).values("pk"))
    is_shown = is_able | Q(pk__in=holders.values("assignee")) | Q(pk__in=list(also))
    return User.objects.filter(is_shown).order_by("name", "email")


def team(
    undecided: Mapping[int | None, AssigneeRow], numbers: TeamNumbers, *, at: datetime
) -> list[TeamRow]:
    """Return a row for each possible assignee and for whoever decided on the call; nobody last.

    `undecided` comes from `undecided_by_assignee()`, with the members of all calls.
    """
    people = possible_assignees(numbers.by_person).prefetch_related("read_languages")
    return [
        *(_of(person, undecided, numbers, at) for person in people),
        TeamRow(None, _counts(undecided.get(None, {}))),
    ]


def _of(
    person: User, undecided: Mapping[int | None, AssigneeRow], numbers: TeamNumbers, at: datetime
) -> TeamRow:
    did = numbers.by_person.get(person.pk, {})
    # After midnight the latest count may still be that of the day before.
    is_today = numbers.as_of is not None and day_in_geneva(numbers.as_of) == day_in_geneva(at)
    return TeamRow(
        person,
        _counts(undecided.get(person.pk, {})),
        is_away=bool(person.away_until and person.away_until >= localdate(at)),
        decided_today=did.get("today", 0) if is_today else 0,
        decided=did.get("decided", 0),
        half_within=did.get("half_within"),
        in_promise=percent(did.get("in_time", 0), did.get("answers", 0)),
    )


def _counts(row: AssigneeRow) -> dict[str, int]:
    return {name: row.get(name, 0) for name in COUNTED_VIEWS}
