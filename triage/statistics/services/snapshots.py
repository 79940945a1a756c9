"""Computes the statistics of each call in advance, so that their pages are fast.

Each run counts everything again, so nothing reports a change to it, and the first run after an
outage is correct.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Coalesce, TruncDate

from members.models import Call, Member
from members.services.response_times import day_in_geneva, working_days_from
from triage.statistics.models import (
    ANSWERED,
    NO_AREA,
    OUTCOME_AT,
    OUTCOMES,
    StatisticsKind,
    StatisticsSnapshot,
)
from triage.statistics.services.work import ZONE, beside, count_work


def refresh_snapshots(*, at: datetime) -> None:
    """Compute the current statistics of each call.

    It may run twice. Of two concurrent runs, the result of the later one is kept.
    """
    opened: list[tuple[Call, dict[str, Any]]] = []
    for call in Call.objects.order_by("opens_at", "pk"):
        figures = _compute_figures(call) | count_work(call, at=at)
        opened.append((call, figures))
        day_of_call = max(0, (day_in_geneva(at) - day_in_geneva(call.opens_at)).days)
        # This call, and the one before it on the same day.
        figures["work"]["beside"] = [beside(*each, day_of_call) for each in opened[:-3:-1]]
        facts = {"figures": figures, "computed_at": at}
        snapshot, is_new = StatisticsSnapshot.objects.get_or_create(call=call, defaults=facts)
        if not is_new:
            earlier = StatisticsSnapshot.objects.filter(pk=snapshot.pk, computed_at__lte=at)
            earlier.update(**facts)


def _compute_figures(call: Call) -> dict[str, list[Any]]:
    """Count the members of a call by kind, focus area, and one other value."""
    members = Member.objects.filter(call=call).annotate(
        arrived_on=TruncDate("submitted_at", tzinfo=ZONE)
    )
    arrived = members.annotate(
        kind=Value(StatisticsKind.ARRIVED.value),
        area_number=F("first_choice__number"),
        day=F("arrived_on"),
    )
    decided = members.filter(status__in=OUTCOMES).annotate(
        kind=F("status"),
        area_number=Coalesce("focus_area__number", Value(NO_AREA)),
        day=TruncDate(OUTCOME_AT, tzinfo=ZONE),
    )
    figures = {
        name: [*_count(arrived, name), *_count(decided, name)]
        for name in ("day", "category", "country")
    }
    answered = _count(decided.filter(status__in=ANSWERED), "arrived_on", "day")
    return figures | {"working_days": _working_days(answered)}


def _count(members: QuerySet[Member], *names: str) -> Iterable[tuple[Any, ...]]:
    return members.values_list("kind", "area_number", *names).annotate(Count("pk"))


def _working_days(answered: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Count answers by the number of working days between arrival and answer."""
    counts: Counter[tuple[str, int, int]] = Counter()
    for kind, area_number, arrived_on, day, count in answered:
        counts[kind, area_number, working_days_from(arrived_on, day)] += count
    return [(*key, count) for key, count in counts.items()]
