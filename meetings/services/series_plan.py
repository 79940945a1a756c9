"""The plan for the occurrences of a series: a step for each, or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypedDict

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.conflicts import Refused
from meetings.models import Meeting, Series


class Scope(models.TextChoices):
    """The occurrences of a series that a change applies to."""

    THIS = "this", gettext_lazy("Only this meeting")
    LATER = "later", gettext_lazy("This and following meetings")
    ALL = "all", gettext_lazy("All upcoming meetings")


class OccurrenceOutcome(models.TextChoices):
    """What happens to one occurrence."""

    MOVED = "moved", gettext_lazy("Moved")
    CHANGED = "changed", gettext_lazy("Changed")
    NEW = "new", gettext_lazy("New")
    SCHEDULED = "scheduled", pgettext_lazy("of a meeting", "Scheduled")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")
    PUT_BACK = "put_back", pgettext_lazy("a change of a meeting", "Put back")
    DELETED = "deleted", gettext_lazy("Draft deleted (nobody was notified)")
    KEPT = "kept", gettext_lazy("Unchanged (edited individually)")
    UNCHANGED = "as_it_is", gettext_lazy("Unchanged")


class RuleFacts(TypedDict):
    """The recurrence rule, which gives the days of a series."""

    frequency: str
    interval: int
    weekday: int
    week: int | None
    first_day: date
    last_day: date | None
    count: int | None


class DateSetByRule(Refused):
    """A day was typed for several occurrences, which would all be on that day."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The recurrence rule sets the days of a series. Move only this meeting, or change "
                "the days of the series."
            )
        )


def not_in_a_series() -> Refused:
    """Return the refusal of a step for a series, of a meeting that has none."""
    return Refused(_("This meeting does not belong to a series."), code="not_in_a_series")


@dataclass(frozen=True)
class OccurrenceStep:
    """What happens to one occurrence; `day` is its new day in the series."""

    outcome: OccurrenceOutcome
    day: date
    # None for a new meeting.
    meeting: Meeting | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    # The names of the fields that are not changed because they were changed by hand.
    kept: Sequence[str] = ()
    # The meeting is removed from the series: it is cancelled and not on a day of the rule.
    is_let_go: bool = False

    @property
    def does_nothing(self) -> bool:
        """Whether the occurrence and its place in the series stay the same."""
        stays = (
            self.outcome in (OccurrenceOutcome.UNCHANGED, OccurrenceOutcome.KEPT)
            and not self.is_let_go
        )
        return stays and self.meeting is not None and self.meeting.occurrence == self.day


@dataclass(frozen=True)
class SeriesPlan:
    """The effect of a change on a series: one step for each occurrence, ordered by day."""

    steps: list[OccurrenceStep]
    # The version of each meeting when the plan was made, by primary key.
    versions: dict[int, int]
    # The new series, unsaved; None if the rule does not change.
    series: Series | None = None
    # The last day of the old series; None if all of it is changed.
    rest_ends: date | None = None

    def with_outcome(self, *outcomes: OccurrenceOutcome) -> list[OccurrenceStep]:
        """Return the steps with one of some outcomes."""
        return [step for step in self.steps if step.outcome in outcomes]
