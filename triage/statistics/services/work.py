"""Counts the work on a call for its snapshot: the backlog, the decisions, and the first answers.

Past days are counted from the timeline, so that a day stays as it was when a member is reopened
later. Entries that had no effect, such as decisions that were undone, do not count. Days are those
of Geneva, and ages are in working days.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from statistics import median_high
from typing import Any, Final, NamedTuple, cast
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate

from core.dates import GENEVA
from inbox.models import replied_by_mail
from members.models import (
    FIRST_RESPONSE_KINDS,
    UNDECIDED_STATUSES,
    Call,
    Member,
    MemberStatus,
    ReasonGiven,
    TimelineEntry,
    TimelineKind,
)
from members.services.countries import CountryGroup, countries_in
from members.services.response_times import day_in_geneva, last_day_to_answer, working_days_from

ZONE: Final = ZoneInfo(GENEVA)
DAY: Final = timedelta(days=1)
# What staff decide. A member that is reopened and decided again has two decisions.
DECISION_KINDS: Final = (TimelineKind.ADMITTED, TimelineKind.DECLINED, TimelineKind.CLOSED)
# With these a member leaves the backlog.
END_KINDS: Final = (*DECISION_KINDS, TimelineKind.WITHDRAWN)
# The pace is that of so many working days.
PACE_DAYS: Final = 7
# The page shows so many days; the files have all of them.
DAYS_SHOWN: Final = 42
# The page names so many silent organisations.
MAX_SILENT: Final = 10


class OpenDay(NamedTuple):
    """The members that were open at the end of a day: their number, and two of their ages."""

    day: date
    number: int
    median_age: int
    highest_age: int


class Answers(NamedTuple):
    """First answers of a day by a person, which took the same number of working days."""

    day: date
    by: int | None
    working_days: int
    is_in_time: bool
    number: int


class Decisions(NamedTuple):
    """Decisions of a kind, of a day by a person."""

    day: date
    by: int | None
    kind: str
    number: int


def count_work(call: Call, *, at: datetime) -> dict[str, Any]:
    """Count the work on a call, as lists of rows of OpenDay, Decisions, Answers and arrivals.

    An arrival has a day, and the number of members, and of those from least developed countries.
    `work` is what the page needs, because the lists may have years of days.
    """
    today, members = day_in_geneva(at), Member.objects.filter(call=call)
    backlog = _backlog(members, until=today)
    decided = [Decisions(*row) for row in _decisions(call)]
    answered = list(_first_answers(call))
    begin, length = _pace_window(backlog, today)
    by_day = Counter[date]()
    for row in decided:
        by_day[row.day] += row.number
    # Of a call that ended long ago, its last days.
    shown_since = max([*by_day, *(row.day for row in backlog[-1:])], default=today)
    shown_since -= DAYS_SHOWN * DAY
    work = {
        **members.aggregate(received=Count("pk"), decided=Count("decided_at")),
        "backlog": [row for row in backlog if row.day > shown_since],
        "decided_by_day": sorted(row for row in by_day.items() if row[0] > shown_since),
        "pace": [sum(number for day, number in by_day.items() if day >= begin), length],
        "waits": _pending_by_day(members),
        "within_days": call.reply_within_days,
        **_response(answered),
        "late": _late_without_answer(members, call, today),
        **_reasons(members),
        "people": _by_person(decided, answered, today),
        **_silent(members),
    }
    return {
        "backlog": backlog,
        "decided": decided,
        "answered": answered,
        "arrived": _arrivals(members, today),
        "work": work,
    }


def beside(call: Call, figures: Mapping[str, Any], day_of_call: int) -> dict[str, Any]:
    """Return what a call had counted at the end of a day, counted from 0 when it opens.

    `figures` come from `count_work()`. Of calls with different lengths, the same days are compared.
    """
    last = day_in_geneva(call.opens_at) + day_of_call * DAY
    arrived = [row for row in figures["arrived"] if row[0] <= last]
    answered = [row for row in figures["answered"] if row.day <= last]
    return {
        "call": call.pk,
        "received": sum(row[1] for row in arrived),
        "decided": sum(row.number for row in figures["decided"] if row.day <= last),
        "half_within": _response(answered)["half_within"],
        "least_developed": sum(row[2] for row in arrived),
    }


def last_events() -> QuerySet[TimelineEntry]:
    """Return the entries by which members leave the backlog or come back to it."""
    kinds = (*END_KINDS, TimelineKind.REOPENED)
    return TimelineEntry.objects.filter(kind__in=kinds, is_void=False)


def _backlog(members: QuerySet[Member], *, until: date) -> list[OpenDay]:
    """Count the members that were open at the end of each day, from the first arrival on."""
    changes: defaultdict[date, Counter[date]] = defaultdict(Counter)
    for arrived_on, opened_on, ended_on, number in _stays(members):
        changes[opened_on][arrived_on] += number
        if ended_on:
            changes[ended_on][arrived_on] -= number
    days, still_open = [], Counter[date]()
    if not changes:
        return []
    last = max(changes)
    day = min(changes)
    while day <= until and (day <= last or still_open):
        still_open.update(changes[day])
        still_open = +still_open
        days.append(_open_day(day, still_open))
        day += DAY
    return days


def _open_day(day: date, still_open: Counter[date]) -> OpenDay:
    """Return the number of open members by day of arrival, and their ages at the end of a day."""
    number = still_open.total()
    if not number:
        return OpenDay(day, 0, 0, 0)
    arrivals = sorted(still_open)
    passed, median_arrival = 0, arrivals[0]
    for median_arrival in arrivals:
        passed += still_open[median_arrival]
        # The older of the two in the middle.
        if 2 * passed >= number:
            break
    ages = (working_days_from(arrival, day) for arrival in (median_arrival, arrivals[0]))
    return OpenDay(day, number, *ages)


def _stays(members: QuerySet[Member]) -> Iterable[tuple[date, date, date | None, int]]:
    """Yield the days on which members arrived, became open and were ended, with their number."""
    earlier = last_events().filter(member=OuterRef("member"), pk__lt=OuterRef("pk"))
    ended = last_events().filter(kind__in=END_KINDS, member__in=members)
    ended = ended.annotate(
        kind_before=Subquery(earlier.order_by("-pk").values("kind")[:1]),
        opened_at=Coalesce(
            Subquery(earlier.order_by("-pk").values("at")[:1]), "member__submitted_at"
        ),
    )
    # Who withdraws after a decision was not open.
    ended = ended.filter(Q(kind_before=None) | Q(kind_before=TimelineKind.REOPENED))
    days = ("member__submitted_at", "opened_at", "at")
    yield from _count_by_day(ended, *days)
    reopened = last_events().filter(kind=TimelineKind.REOPENED, member=OuterRef("pk"))
    still_open = members.filter(status__in=UNDECIDED_STATUSES).annotate(
        opened_at=Coalesce(Subquery(reopened.order_by("-pk").values("at")[:1]), "submitted_at")
    )
    for arrived_on, opened_on, number in _count_by_day(still_open, "submitted_at", "opened_at"):
        yield arrived_on, opened_on, None, number


def _count_by_day(rows: QuerySet[Any], *times: str, by: Iterable[str] = ()) -> QuerySet[Any]:
    """Count rows by the days in Geneva of some times, and by other values."""
    days = {f"day_{n}": TruncDate(time, tzinfo=ZONE) for n, time in enumerate(times)}
    counted: Any = rows.order_by().annotate(**days).values_list(*days, *by)
    return cast("QuerySet[Any]", counted.annotate(Count("pk")))


def _decisions(call: Call) -> Iterable[Any]:
    entries = TimelineEntry.objects.filter(kind__in=DECISION_KINDS, is_void=False)
    return _count_by_day(entries.filter(member__call=call), "at", by=("by_user", "kind"))


def _first_answers(call: Call) -> Iterable[Answers]:
    answers = TimelineEntry.objects.filter(kind__in=FIRST_RESPONSE_KINDS, is_void=False)
    earlier = answers.filter(member=OuterRef("member"), pk__lt=OuterRef("pk"))
    first = answers.filter(~Exists(earlier), member__call=call)
    numbers: Counter[tuple[date, int | None, int, bool]] = Counter()
    rows = _count_by_day(first, "member__submitted_at", "at", by=("by_user",))
    for arrived_on, day, by, number in rows:
        is_in_time = day <= last_day_to_answer(arrived_on, call.reply_within_days)
        numbers[day, by, working_days_from(arrived_on, day), is_in_time] += number
    return (Answers(*key, number) for key, number in numbers.items())


def _late_without_answer(members: QuerySet[Member], call: Call, today: date) -> int:
    """Count the open members that got no answer within the promise."""
    answers = TimelineEntry.objects.filter(
        kind__in=FIRST_RESPONSE_KINDS, is_void=False, member=OuterRef("pk")
    )
    unanswered = members.filter(~Exists(answers), status__in=UNDECIDED_STATUSES)
    return sum(
        number
        for arrived_on, number in _count_by_day(unanswered, "submitted_at")
        if last_day_to_answer(arrived_on, call.reply_within_days) < today
    )


def _pending_by_day(members: QuerySet[Member]) -> list[Any]:
    """Count the members that wait for staff by the day on which they arrived or replied."""
    pending = members.filter(status=MemberStatus.PENDING)
    since = Coalesce("replied_at", "submitted_at")
    return list(_count_by_day(pending.annotate(since=since), "since"))


def _arrivals(members: QuerySet[Member], today: date) -> list[Any]:
    least_developed = Q(country__in=countries_in(CountryGroup.LDC, on=today))
    rows = _count_by_day(members, "submitted_at")
    return list(rows.annotate(developed=Count("pk", filter=least_developed)))


def _response(answered: Iterable[Answers]) -> dict[str, Any]:
    """Return the number of first answers, of those within the promise, and the median of days."""
    took, in_time = Counter[int](), 0
    for row in answered:
        took[row.working_days] += row.number
        in_time += row.number * row.is_in_time
    in_order = sorted(took.elements())
    return {
        "answers": len(in_order),
        "in_time": in_time,
        "half_within": median_high(in_order) if in_order else None,
    }


def _by_person(decided: Iterable[Decisions], answered: Iterable[Answers], today: date) -> list[Any]:
    """Return for each person: key, decisions of today, all decisions, and their first answers."""
    of_today, total = Counter[int | None](), Counter[int | None]()
    for row in decided:
        total[row.by] += row.number
        of_today[row.by] += row.number * (row.day == today)
    answers: defaultdict[int | None, list[Answers]] = defaultdict(list)
    for answer in answered:
        answers[answer.by].append(answer)
    return [
        {"pk": pk, "today": of_today[pk], "decided": total[pk], **_response(answers[pk])}
        for pk in {*total, *answers} - {None}
    ]


def _reasons(members: QuerySet[Member]) -> dict[str, Any]:
    """Count the reasons of the members that are declined. One may have several, or none."""
    declined = TimelineEntry.objects.filter(kind=TimelineKind.DECLINED, is_void=False)
    later = declined.filter(member=OuterRef("member"), pk__gt=OuterRef("pk"))
    last = declined.filter(~Exists(later), member__in=members.filter(status=MemberStatus.DECLINED))
    given = ReasonGiven.objects.filter(entry__in=last).order_by().values_list("reason")
    with_reason = Exists(ReasonGiven.objects.filter(entry=OuterRef("pk")))
    return {
        **last.aggregate(declined=Count("pk"), without_reason=Count("pk", filter=~with_reason)),
        "reasons": list(given.annotate(Count("pk"))),
    }


def silent_members(members: QuerySet[Member]) -> QuerySet[Any]:
    """Return the members that have not answered a request, the longest silent first.

    Each has `request`, the key of the entry of the request, and `asked_at`.
    """
    requests = TimelineEntry.objects.filter(
        member=OuterRef("pk"), kind=TimelineKind.INFORMATION_REQUESTED, is_void=False
    ).order_by("-pk")
    waiting = members.filter(~replied_by_mail(), status=MemberStatus.INFORMATION_REQUESTED)
    asked = waiting.annotate(
        request=Subquery(requests.values("pk")[:1]), asked_at=Subquery(requests.values("at")[:1])
    )
    return asked.order_by(F("asked_at").asc(nulls_last=True), "pk")


def _silent(members: QuerySet[Member]) -> dict[str, Any]:
    keys = list(silent_members(members).values_list("pk", flat=True))
    return {"silent": keys[:MAX_SILENT], "silent_number": len(keys)}


def _pace_window(backlog: list[OpenDay], today: date) -> tuple[date, int]:
    """Return the first of the days of the pace, and the number of working days since then.

    They are fewer at the beginning of a call.
    """
    first = backlog[0].day if backlog else today
    begin = today
    while begin > first and working_days_from(begin - DAY, today) < PACE_DAYS:
        begin -= DAY
    return begin, max(1, working_days_from(begin - DAY, today))
