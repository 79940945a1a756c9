"""The preview of a change of a series: one line for each occurrence, before and after."""

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
# In characters, for a quoted text.
MAX_QUOTE_LENGTH = 80


@dataclass(frozen=True)
class FieldChange:
    """One field of an occurrence that changes, as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class PreviewRow:
    """What happens to one occurrence, as text."""

    outcome: OccurrenceOutcome
    # The meeting after the change, or before it if it is removed.
    meeting: Meeting
    # The current time; empty for a new meeting.
    now: str
    # The new time; empty if it does not change or the meeting is removed.
    then: str
    differences: Sequence[FieldChange]
    # The names of the fields that are not changed because they were changed by hand.
    kept: Sequence[str]
    # A warning if clocks change on its day.
    oddity: str


def lines_of(plan: SeriesPlan) -> list[PreviewRow]:
    """Return the preview of each occurrence in a plan, ordered by day."""
    return [_line(step) for step in plan.steps]


def lines_of_new(series: Series, days: Iterable[Any], facts: dict[str, Any]) -> list[PreviewRow]:
    """Return the preview of the meetings of a new series."""
    steps = (
        OccurrenceStep(OccurrenceOutcome.NEW, day, facts={**facts, **times_on(series, day)})
        for day in days
    )
    return [_line(step) for step in steps]


def as_it_will_be(step: OccurrenceStep) -> Meeting:
    """Return an occurrence with the planned changes, unsaved."""
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
    """Return the value of a field as text, shortened."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "focus_area":
        return Meeting(focus_area=value).area_name
    choices: Any = FIELDS[name].choices
    if choices:
        return str(dict(choices).get(value, value))
    return Truncator(str(value)).chars(MAX_QUOTE_LENGTH) or "–"
