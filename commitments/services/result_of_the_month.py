"""The result of the month: a published value that staff choose, and everybody then sees.

There is one a month, in Geneva. It is shown in its month and the next one, as long as its
commitment is in force and has its target. Everything that is shown is drawn from the report.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    STATUSES_IN_FORCE,
    CommitmentStatus,
    Report,
    ReportStatus,
    ResultOfTheMonth,
    Target,
    TargetValue,
)
from commitments.services.commitment_page import HostShown, host_answers
from commitments.services.conditions import values_by_target
from commitments.services.events import lock_commitment
from commitments.services.indicators import (
    BY_CODE,
    SUMMABLE_CODES,
    SentenceParts,
    sentence_parts,
)
from commitments.services.progress import Progress, ProgressChart, progress_chart
from core.conflicts import Conflict, NothingChanged, Refused
from core.dates import format_date_short
from core.history import set_history_actor
from core.numbers import number_in_words

# How much of the report's own text is shown at most, in characters.
EXCERPT_LENGTH: Final = 300
# Sentences of Chinese follow each other without a space.
SENTENCE_END: Final = re.compile(r"(?<=[.!?؟…])\s+|(?<=[。！？])\s*")


class ResultConflict(Conflict):
    """A colleague chose another result, or took it away, after the page was opened."""

    def __init__(self, chosen: ResultOfTheMonth | None) -> None:
        super().__init__(
            _("%(name)s has chosen another result of this month meanwhile.")
            % {"name": chosen.chosen_by}
            if chosen
            else _("The result of this month was changed meanwhile.")
        )


@dataclass(frozen=True)
class ResultOfTheMonthShown:
    """All that everybody reads of a result of the month.

    The headline is `sentence` with a number for an indicator that the form proposes, else the
    target in the lead's own words with `value`.
    """

    target: Target
    sentence: SentenceParts | None
    value: str
    promised: str
    excerpt: str
    report: Report
    reported_on: date
    hosts: Sequence[HostShown]
    chart: ProgressChart | None


def month_of(at: datetime) -> date:
    """Return the first day of the month of an instant, in Geneva."""
    return timezone.localdate(at).replace(day=1)


def chosen_in(month: date) -> ResultOfTheMonth | None:
    """Return what staff chose for a month, also if it is not shown."""
    chosen = ResultOfTheMonth.objects.filter(month=month)
    return chosen.select_related("report__commitment", "target", "chosen_by").first()


def choosable_values(report: Report) -> QuerySet[TargetValue]:
    """Return the numbers of current targets in a report: none if it cannot be chosen."""
    return TargetValue.objects.filter(
        report=report,
        report__status=ReportStatus.PUBLISHED,
        report__commitment__status__in=STATUSES_IN_FORCE,
        target__is_current=True,
        value__isnull=False,
    ).order_by("target__position", "pk")


@transaction.atomic
def choose_result(
    *, report: Report, target: int, version: int, by: User, at: datetime
) -> ResultOfTheMonth:
    """Choose a value of a published report as the result of the present month.

    It replaces the one that was chosen before. `version` is that of the choice which the person
    had on screen, 0 without one. Raises WrongStatus, ResultConflict, NothingChanged, and
    Refused (no_value) if the report is not published or has no number of this target.
    """
    commitment = report.commitment
    # Locked, so that it is not withdrawn meanwhile.
    lock_commitment(commitment, *STATUSES_IN_FORCE)
    value = choosable_values(report).filter(target=target).first()
    if value is None:
        raise Refused(
            _("Choose a value that a published report states of a current target."),
            code="no_value",
        )
    month = month_of(at)
    chosen = _locked(month, version)
    if chosen is not None and (chosen.report_id, chosen.target_id) == (report.pk, target):
        raise NothingChanged
    chosen = chosen or ResultOfTheMonth(month=month, version=0)
    chosen.report, chosen.target_id = report, target
    chosen.chosen_by, chosen.chosen_at = by, at
    chosen.version += 1
    set_history_actor(chosen, by, at)
    try:
        with transaction.atomic():
            chosen.save()
    except IntegrityError as refused:
        # Both found no choice; the colleague was faster.
        raise ResultConflict(chosen_in(month)) from refused
    return chosen


@transaction.atomic
def take_away_result(*, version: int, by: User, at: datetime) -> None:
    """Take away the result of the present month; its history stays. Raises ResultConflict."""
    chosen = _locked(month_of(at), version)
    if chosen is None:
        raise ResultConflict(None)
    set_history_actor(chosen, by, at)
    chosen.delete()


def _locked(month: date, version: int) -> ResultOfTheMonth | None:
    rows = ResultOfTheMonth.objects.select_for_update(no_key=True)
    chosen = rows.filter(month=month).first()
    if (chosen.version if chosen else 0) != version:
        raise ResultConflict(chosen)
    return chosen


def result_of_the_month(*, on: date) -> ResultOfTheMonth | None:
    """Return the latest choice of this month and the last one that may be shown, or None."""
    this = on.replace(day=1)
    stated = TargetValue.objects.filter(
        report=OuterRef("report"), target=OuterRef("target"), value__isnull=False
    )
    shown = ResultOfTheMonth.objects.filter(
        Exists(stated),
        month__in=(this, (this - timedelta(days=1)).replace(day=1)),
        report__status=ReportStatus.PUBLISHED,
        report__commitment__status__in=STATUSES_IN_FORCE,
        target__is_current=True,
    )
    return shown.select_related("report__commitment__lead", "target").order_by("-month").first()


def result_of_the_month_shown(*, on: date) -> ResultOfTheMonthShown | None:
    """Return what everybody reads of the result of the month, or None."""
    chosen = result_of_the_month(on=on)
    if chosen is None:
        return None
    report, target = chosen.report, chosen.target
    commitment = report.commitment
    values = values_by_target([commitment.pk]).get(target.pk, [])
    value = next(each.value for each in values if each.report_id == report.pk)
    start = target.baseline or 0
    is_gain = target.indicator_code in SUMMABLE_CODES and (target.value or 0) > start
    progress = Progress(
        target=target,
        values=[each for each in values if each.on <= on],
        published_on=timezone.localdate(commitment.published_at),
        on=on,
        status=CommitmentStatus(commitment.status),
    )
    return ResultOfTheMonthShown(
        target=target,
        sentence=sentence_parts(BY_CODE[target.indicator_code], max(value - start, 0))
        if is_gain
        else None,
        value=f"{number_in_words(value)} {target.unit}",
        promised=_("of %(number)s promised by %(day)s")
        % {
            "number": number_in_words((target.value or 0) - (start if is_gain else 0)),
            "day": format_date_short(target.by),
        },
        excerpt=first_sentences(report.narrative),
        report=report,
        reported_on=timezone.localdate(report.sent_at),
        hosts=[each for each in host_answers(commitment) if each.answered_on],
        chart=progress_chart(progress, name="result-of-the-month"),
    )


def first_sentences(text: str) -> str:
    """Return the first sentences of a text: at least a part of one, at most EXCERPT_LENGTH."""
    text = " ".join(text.split())
    end = max(
        (found.start() for found in SENTENCE_END.finditer(text) if found.start() <= EXCERPT_LENGTH),
        default=0,
    )
    if len(text) <= EXCERPT_LENGTH or end:
        return text if len(text) <= EXCERPT_LENGTH else text[:end]
    cut = text[:EXCERPT_LENGTH]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"
