"""Results beside promises in the active language, for the pages that show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commitments.services.indicators import SentenceParts, sentence_parts
from commitments.services.results import OtherTarget, Result, Results, Sum
from core.dates import format_date_short
from core.numbers import GroupedNumber, number_in_brief, number_in_words
from focus_areas.models import FocusArea


@dataclass(frozen=True)
class ResultShown:
    """The result of one indicator.

    `width` is the part of the promise that is reached, in per cent. `shared` is a sentence about
    what is also for other places; empty if nothing is. `years` are the cells of the table.
    """

    name: str
    sentence: SentenceParts
    promised: str
    reported: str
    width: int
    areas: Sequence[FocusArea]
    shared: str
    years: Sequence[str]
    promised_in_full: str


@dataclass(frozen=True)
class OtherShown:
    """A target that is added up with no other, with the newest value."""

    target: OtherTarget
    reached: str
    promised: str


@dataclass(frozen=True)
class ResultsShown:
    """All results. `first_report` says when the first report is due if there is none yet."""

    rows: Sequence[ResultShown]
    years: Sequence[int]
    others: Sequence[OtherShown]
    other_count: int
    others_left: int
    first_report: str


def results_in_words(results: Results, areas: Mapping[int, FocusArea]) -> ResultsShown:
    """Return results in words, those first that most leads have reported."""
    known = [year for each in results.results for year, _reached in each.by_year]
    years = list(range(min(known), max(known) + 1)) if known else []
    day = results.first_report_on
    return ResultsShown(
        rows=[_shown(each, years, areas) for each in results.most_reported],
        years=years,
        others=[OtherShown(each, _reached(each), _promised(each)) for each in results.others],
        other_count=results.other_count,
        others_left=results.other_count_left,
        first_report=_("No report is published yet. The first one is due on %(day)s.")
        % {"day": format_date_short(day)}
        if day and not results.reported
        else "",
    )


def result_shown(result: Result) -> ResultShown:
    """Return one result in words, without its years and focus areas."""
    return _shown(result, [], {})


def _shown(result: Result, years: Sequence[int], areas: Mapping[int, FocusArea]) -> ResultShown:
    by_year = dict(result.by_year)
    latest = max(by_year, default=0)
    return ResultShown(
        name=str(result.indicator.name),
        sentence=sentence_parts(result.indicator, result.sum.reached),
        promised=_("of %(number)s promised") % {"number": number_in_brief(result.sum.promised)},
        reported=_reported(result.sum) if result.sum.leads else "",
        width=result.sum.width,
        areas=[areas[number] for number in result.areas if number in areas],
        shared=_shared(result.shared),
        # After its last value, a result stays what it is.
        years=[
            number_in_words(by_year.get(min(year, latest), Decimal(0))) if by_year else "–"
            for year in years
        ],
        promised_in_full=number_in_words(result.sum.promised),
    )


def _reported(total: Sum) -> str:
    leads = GroupedNumber(total.leads)
    return ngettext(
        "%(reporting)s of %(leads)s lead has reported",
        "%(reporting)s of %(leads)s leads have reported",
        leads,
    ) % {"reporting": GroupedNumber(total.reporting), "leads": leads}


def _shared(total: Sum) -> str:
    if not total.leads:
        return ""
    return _("Also for other places, not divided: %(reached)s of %(promised)s promised.") % {
        "reached": number_in_brief(total.reached),
        "promised": number_in_brief(total.promised),
    }


def _reached(target: OtherTarget) -> str:
    if target.reached is None:
        return "–"
    if isinstance(target.reached, bool):
        return _("Yes") if target.reached else _("No")
    return f"{number_in_words(target.reached)} {target.unit}"


def _promised(target: OtherTarget) -> str:
    return _("Yes") if target.value is None else f"{number_in_words(target.value)} {target.unit}"
