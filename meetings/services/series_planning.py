"""Plan the changes of a series before they are made.

Nothing is saved here: staff read the preview of a plan, and `series` carries it out.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, Unpack, cast
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import NothingChanged, Refused
from core.dates import format_date
from meetings.models import MAX_OCCURRENCES, Frequency, Meeting, MeetingStatus, Series
from meetings.services.meeting_times import days_between
from meetings.services.meetings import AlreadyCancelled, MeetingFacts, validate_times
from meetings.services.recurrence import is_by_the_rule, occurrence_days, times_on
from meetings.services.series_plan import (
    DateSetByRule,
    OccurrenceOutcome,
    OccurrenceStep,
    RuleFacts,
    Scope,
    SeriesPlan,
    not_in_a_series,
)

TIME_FIELDS = {"starts_at", "ends_at", "time_zone", "is_all_day"}
# The fields that a new occurrence copies from the meeting that the change started from.
INHERITED_FIELDS = (
    "focus_area",
    "part",
    "kind",
    "title",
    "language",
    "is_tentative",
    "is_public",
    "is_join_public",
    "place",
    "join_link",
    "agenda",
)
# Fields that are only changed for one meeting, whatever the scope.
SINGLE_MEETING_FIELDS = {"recording_link", "is_recording_public"}

FIELDS = {field.name: field for field in Meeting._meta.concrete_fields}


def occurrences_in_scope(
    meeting: Meeting, scope: Scope, *, by: User | None, at: datetime
) -> tuple[Series, list[Meeting], list[Meeting]]:
    """Return a meeting's series, its occurrences in a scope, and the other occurrences.

    Meetings that have ended are not changed. Raises Refused (not_in_a_series,
    already_over, not_in_your_areas).
    """
    series = meeting.series
    if series is None or meeting.occurrence is None:
        raise not_in_a_series()
    if meeting.ends_at <= at:
        raise Refused(
            _("This meeting is over. To change later meetings, start from an upcoming meeting."),
            code="already_over",
        )
    everything = list(
        series.meetings.select_related("series", "focus_area").order_by("occurrence", "pk")
    )
    within: list[Meeting] = []
    rest: list[Meeting] = []
    for row in everything:
        is_taken_in = scope == Scope.ALL or (
            scope == Scope.LATER and _day(row) >= meeting.occurrence
        )
        is_in = row.pk == meeting.pk or is_taken_in
        (within if is_in and row.ends_at > at else rest).append(row)

    if by is not None:
        reachable = Meeting.objects.visible_to(by).filter(series=series)
        if {row.pk for row in within} - set(reachable.values_list("pk", flat=True)):
            raise Refused(
                _(
                    "Some meetings of this series belong to a focus area that you do not "
                    "coordinate. Change only this meeting."
                ),
                code="not_in_your_areas",
            )
    return series, within, rest


def plan_change(
    *,
    meeting: Meeting,
    scope: Scope,
    by: User | None,
    at: datetime,
    also_by_hand: bool = False,
    **facts: Unpack[MeetingFacts],
) -> SeriesPlan:
    """Plan a change of fields of several occurrences, except their days.

    Unless `also_by_hand`, an occurrence keeps a value that differs from that of `meeting`, and
    one that was moved by hand keeps its time. A single one may move to another day; the rule
    then does not change. Raises AlreadyCancelled, NothingChanged, DateSetByRule, and Refused
    (not_in_a_series, already_over, not_in_your_areas, ends_before_it_starts, not_all_day).
    """
    series, rows, rest = occurrences_in_scope(meeting, scope, by=by, at=at)
    this = next(row for row in rows if row.pk == meeting.pk)
    if this.status == MeetingStatus.CANCELLED:
        raise AlreadyCancelled(this)
    changed = {name: value for name, value in facts.items() if getattr(this, name) != value}
    if not changed:
        raise NothingChanged
    if scope == Scope.THIS:
        outcome = (
            OccurrenceOutcome.MOVED if TIME_FIELDS & changed.keys() else OccurrenceOutcome.CHANGED
        )
        step = OccurrenceStep(outcome, _day(this), this, changed)
        return SeriesPlan(steps=[step], versions={this.pk: this.version})

    timed = _retimed(series, this, facts) if TIME_FIELDS & changed.keys() else None
    said = {name: value for name, value in changed.items() if name not in TIME_FIELDS}
    own = {name: value for name, value in changed.items() if name in TIME_FIELDS}
    steps = [
        _changed_step(row, this, said, timed, own, goes_along=row.pk == this.pk or also_by_hand)
        for row in rows
    ]
    becomes = None
    if timed:
        last = _last_day(rest)
        # The new series must not begin before the rest ends, even if a meeting was postponed.
        first = next((_day(row) for row in rows if last is None or _day(row) > last), _day(rows[0]))
        becomes = _from_day(timed, series, first) if rest else timed
    return SeriesPlan(
        steps=steps,
        versions={row.pk: row.version for row in rows},
        series=becomes,
        rest_ends=_last_day(rest) if becomes else None,
    )


def plan_recurrence_change(
    *,
    meeting: Meeting,
    scope: Scope,
    rule: RuleFacts,
    by: User | None,
    at: datetime,
    also_by_hand: bool = False,
) -> SeriesPlan:
    """Plan a change of the days of a series: which meetings move, are removed or are new.

    An occurrence stays on its day if possible, or moves to the nearest new day.
    Raises AlreadyCancelled, NothingChanged, DateSetByRule if the scope is one meeting, and Refused
    (not_in_a_series, already_over, not_in_your_areas, no_occurrences, too_many_occurrences,
    overlaps_earlier_part, starts_in_the_past).
    """
    series, rows, rest = occurrences_in_scope(meeting, scope, by=by, at=at)
    if scope == Scope.THIS:
        # The series would have a day without a meeting.
        raise DateSetByRule
    this = next(row for row in rows if row.pk == meeting.pk)
    if this.status == MeetingStatus.CANCELLED:
        raise AlreadyCancelled(this)
    becomes = Series(
        **rule,
        local_time=series.local_time,
        duration=series.duration,
        time_zone=series.time_zone,
    )
    days = validated_days(becomes)
    last = _last_day(rest)
    # The new days must come after all meetings that stay.
    if last and days[0] <= last:
        raise Refused(
            _("The meeting of %(day)s does not change. Choose a start after that day.")
            % {"day": format_date(last)},
            code="overlaps_earlier_part",
        )
    if times_on(becomes, days[0])["ends_at"] <= at:
        text = _("%(day)s is in the past. Choose a future day.") % {"day": format_date(days[0])}
        raise Refused(text, code="starts_in_the_past")

    pairs = _paired(rows, days, step=_step_of(becomes))
    steps = [_moved_step(row, day, becomes, also_by_hand=also_by_hand) for row, day in pairs]
    taken = {day for _row, day in pairs}
    taken_over = {name: getattr(this, name) for name in INHERITED_FIELDS}
    steps += [
        OccurrenceStep(OccurrenceOutcome.NEW, day, facts={**taken_over, **times_on(becomes, day)})
        for day in days
        if day not in taken
    ]
    if all(step.does_nothing for step in steps):
        raise NothingChanged
    return SeriesPlan(
        steps=sorted(steps, key=lambda step: step.day),
        versions={row.pk: row.version for row in rows},
        series=becomes,
        rest_ends=last,
    )


def plan_by_status(
    outcomes: Mapping[MeetingStatus, OccurrenceOutcome],
    *,
    meeting: Meeting,
    scope: Scope,
    by: User | None,
    at: datetime,
) -> SeriesPlan:
    """Plan what becomes of several occurrences, by their status.

    Raises NothingChanged and Refused (not_in_a_series, already_over, not_in_your_areas).
    """
    _series, rows, _rest = occurrences_in_scope(meeting, scope, by=by, at=at)
    steps = [
        OccurrenceStep(
            outcomes.get(MeetingStatus(row.status), OccurrenceOutcome.UNCHANGED), _day(row), row
        )
        for row in rows
    ]
    if all(step.does_nothing for step in steps):
        raise NothingChanged
    return SeriesPlan(steps=steps, versions={row.pk: row.version for row in rows})


# Drafts are deleted: nobody was notified of them.
plan_cancellation: Final = partial(
    plan_by_status,
    {
        MeetingStatus.SCHEDULED: OccurrenceOutcome.CANCELLED,
        MeetingStatus.DRAFT: OccurrenceOutcome.DELETED,
    },
)
plan_scheduling: Final = partial(plan_by_status, {MeetingStatus.DRAFT: OccurrenceOutcome.SCHEDULED})
plan_putting_back: Final = partial(
    plan_by_status, {MeetingStatus.CANCELLED: OccurrenceOutcome.PUT_BACK}
)


def validated_days(series: Series) -> list[date]:
    """Return the days of a series. Raises Refused if there are none or too many."""
    days = occurrence_days(series)
    if not days:
        raise Refused(_("No day matches this rule before the series ends."), code="no_occurrences")
    if len(days) > MAX_OCCURRENCES:
        raise Refused(
            _("A series can have at most %(count)s meetings. Choose an earlier end.")
            % {"count": MAX_OCCURRENCES},
            code="too_many_occurrences",
        )
    return days


def wall_times(facts: MeetingFacts) -> dict[str, Any]:
    """Return the local time, duration and time zone of a series, from typed times."""
    # The model gives the defaults for missing fields.
    meeting = Meeting(**facts)
    starts_at, ends_at, zone = meeting.starts_at, meeting.ends_at, meeting.time_zone
    if meeting.is_all_day:
        duration = timedelta(days=days_between(starts_at, ends_at))
        return {"local_time": None, "duration": duration, "time_zone": zone}
    local = starts_at.astimezone(ZoneInfo(zone))
    return {"local_time": local.time(), "duration": ends_at - starts_at, "time_zone": zone}


def _retimed(series: Series, this: Meeting, facts: MeetingFacts) -> Series:
    """Return a series with the local time, duration and time zone typed for one meeting."""
    typed = cast(
        "MeetingFacts", {name: facts.get(name, getattr(this, name)) for name in TIME_FIELDS}
    )
    local = typed["starts_at"].astimezone(ZoneInfo(typed["time_zone"]))
    starts_as_before = all(
        typed[name] == getattr(this, name) for name in ("starts_at", "time_zone", "is_all_day")
    )
    if not starts_as_before and local.date() != this.local_day:
        raise DateSetByRule
    # Validated before the rule uses them: a series must not have an invalid duration.
    validate_times(Meeting(**typed))
    times = wall_times(typed)
    if starts_as_before:
        # The meeting may show another local time than the rule, because clocks go forward or it was
        # moved by hand. The rule must not follow it.
        starts_by_it = (this.local_time is None) == (series.local_time is None)
        times["local_time"] = series.local_time if starts_by_it else this.local_time
        times["time_zone"] = series.time_zone if starts_by_it else this.time_zone
    rule = {name: getattr(series, name) for name in RuleFacts.__annotations__}
    return Series(**rule, **times)


def _changed_step(
    row: Meeting,
    this: Meeting,
    said: dict[str, Any],
    timed: Series | None,
    own: dict[str, Any],
    *,
    goes_along: bool,
) -> OccurrenceStep:
    if row.status == MeetingStatus.CANCELLED:
        return OccurrenceStep(OccurrenceOutcome.UNCHANGED, _day(row), row)
    facts: dict[str, Any] = {}
    kept = []
    for name, value in said.items():
        if name in SINGLE_MEETING_FIELDS and row.pk != this.pk:
            continue
        if goes_along or getattr(row, name) == getattr(this, name):
            facts[name] = value
        elif getattr(row, name) != value:
            kept.append(name)
    times = _times_then(row, this, timed, own, goes_along=goes_along)
    moves = any(getattr(row, name) != value for name, value in times.items())
    facts = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if moves:
        facts |= times
    names = [str(FIELDS[name].verbose_name) for name in kept]
    if timed and not (goes_along or is_by_the_rule(row)):
        names.append(_("when"))

    outcome = OccurrenceOutcome.MOVED if moves else OccurrenceOutcome.CHANGED
    if not facts:
        outcome = OccurrenceOutcome.KEPT if names else OccurrenceOutcome.UNCHANGED
    return OccurrenceStep(outcome, _day(row), row, facts, kept=names)


def _times_then(
    row: Meeting,
    this: Meeting,
    timed: Series | None,
    own: dict[str, Any],
    *,
    goes_along: bool,
) -> dict[str, Any]:
    """Return the new times of an occurrence, or an empty dict if it does not move."""
    if timed is None:
        return {}
    if row.pk == this.pk:
        # If only another end was typed, its own start stays, even if it differs from the rule.
        return {**times_on(timed, row.local_day)} if own.keys() - {"ends_at"} else own
    return {**times_on(timed, _day(row))} if goes_along or is_by_the_rule(row) else {}


def _moved_step(
    row: Meeting, day: date | None, becomes: Series, *, also_by_hand: bool
) -> OccurrenceStep:
    is_cancelled = row.status == MeetingStatus.CANCELLED
    if is_cancelled:
        return OccurrenceStep(
            OccurrenceOutcome.UNCHANGED, day or _day(row), row, is_let_go=day is None
        )
    if day is None:
        is_draft = row.status == MeetingStatus.DRAFT
        outcome = OccurrenceOutcome.DELETED if is_draft else OccurrenceOutcome.CANCELLED
        return OccurrenceStep(outcome, _day(row), row, is_let_go=True)
    if not is_by_the_rule(row) and not also_by_hand:
        return OccurrenceStep(OccurrenceOutcome.KEPT, day, row, kept=[_("when")])

    times = times_on(becomes, day)
    if all(getattr(row, name) == value for name, value in times.items()):
        return OccurrenceStep(OccurrenceOutcome.UNCHANGED, day, row)
    return OccurrenceStep(OccurrenceOutcome.MOVED, day, row, dict(times))


def _paired(
    rows: Iterable[Meeting], days: list[date], *, step: timedelta
) -> list[tuple[Meeting, date | None]]:
    """Pair each occurrence with a day, in order, or with None if no day is near enough."""
    rows = list(rows)
    free = sorted(set(days) - {_day(row) for row in rows})
    staying = {_day(row) for row in rows} & set(days)
    moving = [row for row in rows if _day(row) not in staying]
    given: dict[int, date] = {}
    while moving and free:
        row, day = moving[0], free[0]
        apart = abs(day - _day(row))
        if len(moving) > 1 and abs(day - _day(moving[1])) < apart:
            moving.pop(0)
        elif len(free) > 1 and abs(free[1] - _day(row)) < apart:
            free.pop(0)
        elif apart < step:
            given[row.pk] = day
            moving.pop(0)
            free.pop(0)
        elif _day(row) < day:
            moving.pop(0)
        else:
            free.pop(0)
    return [(row, _day(row) if _day(row) in staying else given.get(row.pk)) for row in rows]


def _step_of(series: Series) -> timedelta:
    """Return the maximum time between two meetings, if no month is without a day."""
    days = 7 if series.frequency == Frequency.WEEKLY else 35
    return timedelta(days=days * series.interval)


def _from_day(timed: Series, series: Series, day: date) -> Series:
    """Return the part of a series that begins on one of its days."""
    timed.first_day = day
    if series.count is not None:
        timed.count = len([each for each in occurrence_days(series) if each >= day])
    return timed


def _last_day(rest: list[Meeting]) -> date | None:
    return max((_day(row) for row in rest), default=None)


def _day(meeting: Meeting) -> date:
    return cast("date", meeting.occurrence)
