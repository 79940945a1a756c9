"""What a plan for the occurrences of a series is: a step for each, or the reason for none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypedDict

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import Refused
from core.dates import format_date
from meetings.models import MAX_OCCURRENCES, Meeting, Series


class Scope(models.TextChoices):
    """Which occurrences of a series something is done to."""

    THIS = "this", gettext_lazy("This one")
    LATER = "later", gettext_lazy("This one and the later ones")
    ALL = "all", gettext_lazy("All that are not over yet")


class OccurrenceOutcome(models.TextChoices):
    """What becomes of one occurrence."""

    MOVED = "moved", gettext_lazy("Moved")
    CHANGED = "changed", gettext_lazy("Changed")
    NEW = "new", gettext_lazy("New")
    SCHEDULED = "scheduled", gettext_lazy("Put on the calendar")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")
    DELETED = "deleted", gettext_lazy("Deleted: a draft, of which nobody was told")
    KEPT = "kept", gettext_lazy("Stays as it was changed by hand")
    UNCHANGED = "as_it_is", gettext_lazy("Stays as it is")


class RuleFacts(TypedDict):
    """On which days a series has a meeting."""

    frequency: str
    interval: int
    weekday: int
    week: int | None
    first_day: date
    last_day: date | None
    count: int | None


class DateSetByRule(Refused):
    """The day of several occurrences was typed, which would be one day for all."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The days of several meetings follow from the rule of their series. Move this "
                "one alone, or change the days of the series."
            )
        )


class NoOccurrences(Refused):
    """A rule has no day before it ends."""

    def __init__(self) -> None:
        super().__init__(_("There is no such day before the series ends."))


class TooManyOccurrences(Refused):
    """A rule has more days than a series may have."""

    def __init__(self) -> None:
        super().__init__(
            _("A series has %(count)s meetings at most. Let it end earlier.")
            % {"count": MAX_OCCURRENCES}
        )


class OverlapsEarlierPart(Refused):
    """The changed part of a series would begin before what stays of it has ended."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("The meeting of %(day)s stays as it is: begin after that day.")
            % {"day": format_date(day)}
        )


class StartsInThePast(Refused):
    """The changed part of a series would begin with a meeting that is over already."""

    def __init__(self, day: date) -> None:
        super().__init__(
            _("%(day)s is over: begin on a day that is to come.") % {"day": format_date(day)}
        )


class NotInYourAreas(Refused):
    """Some of the occurrences are of an area that is not the person's."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Some meetings of this series are of another focus area, which you do not "
                "coordinate. Change this one alone."
            )
        )


class AlreadyOver(Refused):
    """What is to come of a series is not changed from a meeting that is over."""

    def __init__(self) -> None:
        super().__init__(_("This meeting is over. Change the later ones from one that is to come."))


class NotInASeries(Refused):
    """The meeting stands alone."""

    def __init__(self) -> None:
        super().__init__(_("This meeting does not belong to a series."))


@dataclass(frozen=True)
class OccurrenceStep:
    """What becomes of one occurrence; `day` is its day by the rule from then on."""

    outcome: OccurrenceOutcome
    day: date
    # None for a new one.
    meeting: Meeting | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    # The names of the facts that it keeps.
    kept: Sequence[str] = ()
    # It is cancelled and the rule has its day no more: the series does not know it any longer.
    is_let_go: bool = False

    @property
    def does_nothing(self) -> bool:
        """Whether the occurrence stays exactly as it is, and where it is in its series."""
        stays = (
            self.outcome in (OccurrenceOutcome.UNCHANGED, OccurrenceOutcome.KEPT)
            and not self.is_let_go
        )
        return stays and self.meeting is not None and self.meeting.occurrence == self.day


@dataclass(frozen=True)
class SeriesPlan:
    """What a change makes of a series: one step for each occurrence in the order of days."""

    steps: list[OccurrenceStep]
    # What the steps are about, by key, as it was when they were worked out.
    versions: dict[int, int]
    # The series as it will be, unsaved; None where its rule stays.
    series: Series | None = None
    # The day before which the series as it was ends; None where all of it is changed.
    rest_ends: date | None = None

    def with_outcome(self, *outcomes: OccurrenceOutcome) -> list[OccurrenceStep]:
        """Return the steps that come out in one of some ways."""
        return [step for step in self.steps if step.outcome in outcomes]
