"""What staff read before they change a series: a line for each occurrence, as it is and will be."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from meetings.models import Meeting, Series
from meetings.services.meeting_times import meeting_in_words
from meetings.services.recurrence import dst_warning, times_on
from meetings.services.series_plan import OccurrenceOutcome, OccurrenceStep, SeriesPlan
from meetings.services.series_planning import FIELDS

LOCAL_TIME_FIELDS = {"starts_at", "ends_at", "time_zone", "is_all_day", "local_day", "local_time"}
REMOVING_OUTCOMES = {OccurrenceOutcome.CANCELLED, OccurrenceOutcome.DELETED}
# Letters of a text that is quoted.
MAX_QUOTE_LENGTH = 80


@dataclass(frozen=True)
class FieldChange:
    """One fact of an occurrence that changes, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class PreviewRow:
    """What becomes of one occurrence, in words."""

    outcome: OccurrenceOutcome
    # As it will be; as it is, where it goes.
    meeting: Meeting
    # When it is; empty for a new one.
    now: str
    # When it will be; empty where that stays, and where it goes.
    then: str
    differences: Sequence[FieldChange]
    # The names of what it keeps, because it was changed by hand.
    kept: Sequence[str]
    # What is odd about the clocks on its day.
    oddity: str


def lines_of(plan: SeriesPlan) -> list[PreviewRow]:
    """Return what becomes of each occurrence of a plan, in the order of days."""
    return [_line(step) for step in plan.steps]


def lines_of_new(series: Series, days: Iterable[Any], facts: dict[str, Any]) -> list[PreviewRow]:
    """Return the meetings that a new series would have."""
    steps = (
        OccurrenceStep(OccurrenceOutcome.NEW, day, facts={**facts, **times_on(series, day)})
        for day in days
    )
    return [_line(step) for step in steps]


def as_it_will_be(step: OccurrenceStep) -> Meeting:
    """Return an occurrence with what is planned for it, unsaved."""
    meeting = copy(step.meeting) if step.meeting else Meeting()
    for name, value in step.facts.items():
        setattr(meeting, name, value)
    return meeting


def _line(step: OccurrenceStep) -> PreviewRow:
    meeting = as_it_will_be(step)
    now, then = _when(step.meeting) if step.meeting else "", _when(meeting)
    goes = step.outcome in REMOVING_OUTCOMES
    return PreviewRow(
        outcome=step.outcome,
        meeting=meeting,
        now=now,
        then="" if goes or now == then else then,
        differences=_differences(step),
        kept=step.kept,
        oddity="" if goes else dst_warning(meeting),
    )


def _when(meeting: Meeting) -> str:
    return meeting_in_words(meeting, [meeting.time_zone])[0]


def _differences(step: OccurrenceStep) -> list[FieldChange]:
    if step.meeting is None:
        return []
    return [
        FieldChange(
            str(FIELDS[name].verbose_name),
            _in_words(name, getattr(step.meeting, name)),
            _in_words(name, value),
        )
        for name, value in step.facts.items()
        if name not in LOCAL_TIME_FIELDS
    ]


def _in_words(name: str, value: Any) -> str:
    """Write a fact as people read it, shortened."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "focus_area":
        return Meeting(focus_area=value).area_name
    choices: Any = FIELDS[name].choices
    if choices:
        return str(dict(choices).get(value, value))
    return Truncator(str(value)).chars(MAX_QUOTE_LENGTH) or "–"
