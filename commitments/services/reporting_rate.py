"""How many leads sent the reports that were due in a year, by kind of organisation.

- A report is due on each anniversary of the publication of a commitment, in Geneva: at most one a
  year for each commitment. It counts once its day has passed, because until then it is not late.
- A commitment has reports due while it is published, and until it ends. One that was withdrawn or
  superseded has none.
- A report was sent if the lead sent one for this anniversary or a later one, whether staff have
  published it or not, and however late: reports are cumulative.
- A lead has reported if it sent all its reports that were due in the year. So a lead counts once,
  with the kind that it has now.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from babel.numbers import format_percent
from django.db.models import Max
from django.utils import timezone

from commitments.models import Commitment, Report, day_of
from core.dates import GENEVA, start_of_day
from core.languages import reader_locale
from core.numbers import GroupedNumber
from members.models import Category
from members.services.kinds import KIND_OF_CATEGORY, OrganisationKind

# In per cent: "response by sector" in ITU's report on the Digital Coalition of 2022. There, COMPANY
# is the private sector. It gives no rate of governments, which sent 113 reports.
RATES_OF_2022: Final = {
    OrganisationKind.INTERNATIONAL: 47,
    OrganisationKind.COMPANY: 45,
    OrganisationKind.UN_AGENCY: 38,
}


class ReportingRate(NamedTuple):
    """How many leads of a kind had a report due, and how many of them sent all that were due."""

    kind: str
    due: int
    reported: int


@dataclass(frozen=True)
class RateShown:
    """A reporting rate in words. `width` is in per cent; `before` is that of 2022, if known."""

    kind: str
    label: str
    due: GroupedNumber
    reported: GroupedNumber
    percent: str
    width: int
    before: str


def reporting_rates(year: int, *, on: date) -> list[ReportingRate]:
    """Return the rate of each kind that had a report due in a year before a day, in two queries."""
    in_force = Commitment.objects.in_force().filter(
        published_at__lt=start_of_day(date(year, 1, 1), GENEVA)
    )
    sent = Report.objects.sent().filter(commitment__in=in_force.values("pk")).order_by()
    latest = dict(sent.values_list("commitment").annotate(Max("due_on")))
    # By kind and lead: whether all of its reports were sent.
    leads: dict[str, dict[int, bool]] = defaultdict(dict)
    for pk, lead, category, published_at, ended_at in in_force.values_list(
        "pk", "lead", "lead__category", "published_at", "ended_at"
    ):
        published_on = timezone.localdate(published_at)
        due_on = day_of(year - published_on.year, published_on)
        is_sent = pk in latest and latest[pk] >= due_on
        has_ended = ended_at is not None and timezone.localdate(ended_at) < due_on
        if due_on < on and (is_sent or not has_ended):
            of_kind = leads[KIND_OF_CATEGORY[Category(category)]]
            of_kind[lead] = of_kind.get(lead, True) and is_sent
    return [
        ReportingRate(kind.value, len(leads[kind]), sum(leads[kind].values()))
        for kind in OrganisationKind
        if kind in leads
    ]


def rates_shown(rates: Iterable[ReportingRate]) -> Sequence[RateShown]:
    """Return the rates in words, beside those of 2022."""
    shown = []
    for rate in rates:
        kind, percent = OrganisationKind(rate.kind), round(100 * rate.reported / rate.due)
        before = RATES_OF_2022.get(kind)
        shown.append(
            RateShown(
                kind=kind.value,
                label=str(kind.label),
                due=GroupedNumber(rate.due),
                reported=GroupedNumber(rate.reported),
                percent=_in_words(percent),
                width=percent,
                before=_in_words(before) if before is not None else "",
            )
        )
    return shown


def _in_words(percent: int) -> str:
    """Return a percentage as the reader's language writes it."""
    words: str = format_percent(percent / 100, locale=reader_locale())
    return words
