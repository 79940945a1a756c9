"""Service functions for several meetings of a series. No other code changes a series.

Each occurrence is changed by the functions in `meetings`, so its `uid`, version, `sequence` and
history work as for any other meeting.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final, Unpack
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict, Refused
from core.dates import format_date
from core.history import set_history_actor
from meetings.models import Meeting, MeetingStatus, Series
from meetings.services import meetings
from meetings.services.meetings import MeetingConflict, MeetingFacts
from meetings.services.recurrence import times_on
from meetings.services.series_plan import (
    OccurrenceOutcome,
    OccurrenceStep,
    RuleFacts,
    Scope,
    SeriesPlan,
    not_in_a_series,
)
from meetings.services.series_planning import (
    INHERITED_FIELDS,
    plan_cancellation,
    plan_change,
    plan_putting_back,
    plan_recurrence_change,
    plan_scheduling,
    validated_days,
    wall_times,
)


class OccurrenceConflict(MeetingConflict):
    """One of the occurrences changed after the person read the preview."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(meeting)
        latest = meetings.latest_change(meeting)
        self.args = (
            _(
                "%(name)s changed the meeting of %(day)s on %(when)s, after you opened the "
                "preview. Your changes were not saved. Review the preview again."
            )
            % {**latest, "day": format_date(meeting.local_day)},
        )


class SeriesConflict(Conflict):
    """There are other occurrences than in the preview that the person read."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The meetings of this series have changed since you opened the page. Nothing was "
                "done. Review the changes again."
            )
        )


@transaction.atomic
def draft_series(
    *, rule: RuleFacts, by: User | None, at: datetime, **facts: Unpack[MeetingFacts]
) -> Series:
    """Create a draft for each day of a rule; only staff see them until they are scheduled.

    `starts_at` and `ends_at` give the time of day and the duration. Raises Refused
    (no_occurrences, too_many_occurrences, ends_before_it_starts, not_all_day).
    """
    series = Series(**rule, **wall_times(facts))
    days = validated_days(series)
    # The times are validated as those of a single meeting.
    meetings.validate_times(Meeting(**facts))

    set_history_actor(series, by, at)
    series.save()
    said: Any = {name: facts[name] for name in INHERITED_FIELDS if name in facts}  # type: ignore[literal-required]
    for day in days:
        placed: Any = {**said, **times_on(series, day), "series": series, "occurrence": day}
        meetings.draft_meeting(by=by, at=at, **placed)
    return series


@transaction.atomic
def draft_series_in_two_sittings(
    *,
    rule: RuleFacts,
    second_start: datetime,
    by: User | None,
    at: datetime,
    **facts: Unpack[MeetingFacts],
) -> Series:
    """Create two drafts for each day of a rule, which are sittings of one meeting.

    The second ones are a series of their own, at the time of day of `second_start`. Returns the
    first series. Raises what `draft_series()` raises, and Refused (no_second_sitting).
    """
    zone = ZoneInfo(facts["time_zone"])
    days = {each.astimezone(zone).date() for each in (facts["starts_at"], second_start)}
    if facts["is_all_day"] or len(days) > 1 or second_start == facts["starts_at"]:
        raise Refused(
            _("The second sitting of a series must be at another time of the same day."),
            code="no_second_sitting",
        )
    length = facts["ends_at"] - facts["starts_at"]
    first = draft_series(rule=rule, by=by, at=at, **facts)
    facts["starts_at"], facts["ends_at"] = second_start, second_start + length
    second = draft_series(rule=rule, by=by, at=at, **facts)
    earlier = {each.occurrence: each for each in first.meetings.order_by("pk")}
    for sitting in second.meetings.order_by("pk"):
        meetings.set_sitting_of(
            meeting=sitting, sitting_of=earlier[sitting.occurrence], by=by, at=at
        )
    return first


@transaction.atomic
def change_occurrences(
    *,
    meeting: Meeting,
    scope: Scope,
    by: User | None,
    at: datetime,
    versions: Mapping[int, int] | None = None,
    reason: str = "",
    also_by_hand: bool = False,
    **facts: Unpack[MeetingFacts],
) -> SeriesPlan:
    """Change fields of several occurrences, including the time of day.

    `versions` is from the preview that the person read. Raises what `plan_change()` raises,
    OccurrenceConflict, SeriesConflict, and Refused (recording_not_publishable).
    """
    _lock_series(meeting)
    plan = plan_change(
        meeting=meeting, scope=scope, by=by, at=at, also_by_hand=also_by_hand, **facts
    )
    return _carry_out(plan, meeting=meeting, versions=versions, by=by, at=at, reason=reason)


@transaction.atomic
def change_recurrence(
    *,
    meeting: Meeting,
    scope: Scope,
    rule: RuleFacts,
    by: User | None,
    at: datetime,
    versions: Mapping[int, int] | None = None,
    reason: str = "",
    also_by_hand: bool = False,
) -> SeriesPlan:
    """Change the days of a series: meetings are moved, cancelled, deleted or created.

    A meeting that is moved keeps its `uid`. `versions` is from the preview that the person read.
    Raises what `plan_recurrence_change()` raises, OccurrenceConflict, SeriesConflict, and Refused
    (draft_in_use).
    """
    _lock_series(meeting)
    plan = plan_recurrence_change(
        meeting=meeting, scope=scope, rule=rule, by=by, at=at, also_by_hand=also_by_hand
    )
    return _carry_out(plan, meeting=meeting, versions=versions, by=by, at=at, reason=reason)


@transaction.atomic
def act_on_occurrences(
    plan_act: Callable[..., SeriesPlan],
    *,
    meeting: Meeting,
    scope: Scope,
    by: User | None,
    at: datetime,
    versions: Mapping[int, int] | None = None,
    reason: str = "",
) -> SeriesPlan:
    """Cancel, schedule or put back several occurrences, as `plan_act` says.

    `versions` is from the preview that the person read. Raises what `plan_by_status()` raises,
    OccurrenceConflict, SeriesConflict, and Refused (draft_in_use).
    """
    _lock_series(meeting)
    plan = plan_act(meeting=meeting, scope=scope, by=by, at=at)
    return _carry_out(plan, meeting=meeting, versions=versions, by=by, at=at, reason=reason)


cancel_occurrences: Final = partial(act_on_occurrences, plan_cancellation)
schedule_occurrences: Final = partial(act_on_occurrences, plan_scheduling)
put_back_occurrences: Final = partial(act_on_occurrences, plan_putting_back)


def _lock_series(meeting: Meeting) -> None:
    """Lock a meeting's series and all its occurrences until the transaction ends.

    Raises SeriesConflict and Refused (not_in_a_series).
    """
    locked = None
    try:
        meeting.refresh_from_db()
        # While this waited, the series may have been split. Then the new part is locked, too.
        while meeting.series_id != locked:
            locked = meeting.series_id
            if locked is not None:
                # The series is locked first, so that two changes of it wait here. Drafts may be
                # deleted, so the locks also prevent new rows that refer to them.
                Series.objects.select_for_update().get(pk=locked)
                occurrences = Meeting.objects.filter(series=locked).order_by("pk")
                list(occurrences.select_for_update().values_list("pk"))
            meeting.refresh_from_db()
    except Meeting.DoesNotExist as deleted:
        raise SeriesConflict from deleted
    if locked is None:
        raise not_in_a_series()


def _carry_out(
    plan: SeriesPlan,
    *,
    meeting: Meeting,
    versions: Mapping[int, int] | None,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> SeriesPlan:
    """Carry out a plan that was made under the lock. Returns the plan."""
    if versions is not None:
        _check_versions(plan, versions)
    series = _store_series(plan, meeting, by=by, at=at)
    if series is None:
        raise not_in_a_series()
    # Existing meetings first: they leave their days before new ones are created there.
    for step in sorted(plan.steps, key=lambda step: step.meeting is None):
        is_draft = meeting.status == MeetingStatus.DRAFT
        _take(step, series, is_draft=is_draft, by=by, at=at, reason=reason)
    return plan


def _check_versions(plan: SeriesPlan, seen: Mapping[int, int]) -> None:
    """Compare the versions in the plan with those that the person read.

    Raises OccurrenceConflict, SeriesConflict.
    """
    for step in plan.steps:
        if step.meeting and plan.versions[step.meeting.pk] != seen.get(step.meeting.pk):
            if step.meeting.pk not in seen:
                raise SeriesConflict
            raise OccurrenceConflict(step.meeting)
    if set(seen) != set(plan.versions):
        raise SeriesConflict


def _store_series(
    plan: SeriesPlan, meeting: Meeting, *, by: User | None, at: datetime
) -> Series | None:
    """Save the changed series: in place, or as a new one beside the rest of the old one."""
    series, becomes = meeting.series, plan.series
    if series is None or becomes is None:
        return series
    if plan.rest_ends is None:
        becomes.pk = series.pk
        becomes._state.adding = False
    else:
        series.last_day, series.count = plan.rest_ends, None
        set_history_actor(series, by, at)
        series.save(update_fields=["last_day", "count"])
    set_history_actor(becomes, by, at)
    becomes.save()
    return becomes


def _take(
    step: OccurrenceStep,
    series: Series,
    *,
    is_draft: bool,
    by: User | None,
    at: datetime,
    reason: str,
) -> None:
    """Carry out the step that is planned for one occurrence."""
    place: dict[str, Any] = {"series": series, "occurrence": step.day}
    meeting = step.meeting
    if meeting is None:
        made = meetings.draft_meeting(by=by, at=at, **{**step.facts, **place})
        if not is_draft:
            meetings.schedule_meeting(meeting=made, by=by, at=at)
        return

    is_moved = (meeting.series_id, meeting.occurrence) != (series.pk, step.day)
    steps: dict[OccurrenceOutcome, Callable[..., object]] = {
        OccurrenceOutcome.CANCELLED: partial(meetings.cancel_meeting, reason=reason),
        OccurrenceOutcome.SCHEDULED: meetings.schedule_meeting,
        OccurrenceOutcome.PUT_BACK: meetings.put_back_meeting,
    }
    if step.outcome == OccurrenceOutcome.DELETED:
        meetings.delete_draft(meeting=meeting, by=by, at=at)
    elif step.outcome in steps:
        steps[step.outcome](meeting=meeting, by=by, at=at)
        if step.is_let_go:
            meetings.set_series(meeting=meeting, series=None, occurrence=None, by=by, at=at)
    elif step.is_let_go:
        meetings.set_series(meeting=meeting, series=None, occurrence=None, by=by, at=at)
    elif step.facts:
        facts = {**step.facts, **place}
        meetings.change_meeting(meeting=meeting, by=by, at=at, reason=reason, **facts)
    elif is_moved:
        meetings.set_series(meeting=meeting, series=series, occurrence=step.day, by=by, at=at)
