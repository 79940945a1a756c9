"""The plan for the occurrences of a series: a step for each, or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypedDict

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.conflicts import Refused
from core.dates import format_date
from meetings.models import MAX_OCCURRENCES, Meeting, Series


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


class NoOccurrences(Refused):
    """The rule has no day before it ends."""

    def __init__(self) -> None:
        super().__init__(_("No day matches this rule before the series ends."))


class TooManyOccurrences(Refused):
    """The rule has more days than a series may have."""

    def __init__(self) -> None:
        super().__init__(
            _("A series can have at most %(count)s meetings. Choose an earlier end.")
            % {"count": MAX_OCCURRENCES}
        )


class OverlapsEarlierPart(Refused):
    """The changed part of a series would begin before the rest has ended."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("The meeting of %(day)s does not change. Choose a start after that day.")
            % {"day": format_date(day)}
        )


class StartsInThePast(Refused):
    """The changed part of a series would begin with a meeting that has ended."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("%(day)s is in the past. Choose a future day.") % {"day": format_date(day)}
        )


class NotInYourAreas(Refused):
    """Some of the occurrences are in an area that the person does not coordinate."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Some meetings of this series belong to a focus area that you do not coordinate. "
                "Change only this meeting."
            )
        )


class AlreadyOver(Refused):
    """The meeting has ended, so the upcoming ones cannot be changed from it."""

    def __init__(self) -> None:
        super().__init__(
            _("This meeting is over. To change later meetings, start from an upcoming meeting.")
        )


class NotInASeries(Refused):
    """The meeting does not belong to a series."""

    def __init__(self) -> None:
        super().__init__(_("This meeting does not belong to a series."))


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
