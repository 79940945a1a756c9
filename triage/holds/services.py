"""Put undecided members on hold, and end a hold by hand."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from core.conflicts import Refused, save_next_version
from core.dates import format_date
from members.models import NOTE_LANGUAGE, Member, MemberStatus, TimelineEntry, TimelineKind
from members.services.conflicts import lock_in_status, member_conflict
from members.services.exceptions import wrong_status
from members.services.notes import checked_note
from members.services.response_times import day_in_geneva, response_due_on
from members.services.timeline import add_entry
from members.services.undo import UNDO_PERIOD, start_undo_period
from triage.holds.models import Hold, WaitsFor

# A typing error in a year would hide a member for as long as that.
LONGEST_HOLD: Final = timedelta(days=90)
WORKING_DAYS_IF_OVERDUE: Final = 5


@transaction.atomic
def hold(
    *,
    member: Member,
    waits_for: str,
    reason: str,
    ends_on: date | None = None,
    by: User,
    at: datetime,
    version: int | None = None,
) -> TimelineEntry:
    """Put a pending member on hold until a day, or until somebody answers.

    `ends_on` is the day in Geneva on which it needs action again. If somebody is to answer, it is
    `last_day_to_wait()`. The status, the assignee and the day on which an answer is due stay.

    Raises WrongStatus, Conflict and Refused (on_hold, not_later, too_late, empty, too_long).
    """
    _lock_pending(member, version)
    reason = checked_note(reason)
    held = hold_of(member, at=at)
    if held is not None:
        day = format_date(held.ends_on)
        raise Refused(_("It is already on hold until %(day)s.") % {"day": day}, code="on_hold")
    if waits_for != WaitsFor.DAY or ends_on is None:
        ends_on = last_day_to_wait(member, at=at)
    check_day(ends_on, today=day_in_geneva(at))

    with override(NOTE_LANGUAGE):
        until = f"{WaitsFor(waits_for).label} · {format_date(ends_on)}"
    entry = _record(member, TimelineKind.HELD, by=by, at=at, note=f"{until}\n{reason}")
    Hold.objects.create(entry=entry, waits_for=waits_for, ends_on=ends_on)
    return entry


@transaction.atomic
def end_hold(
    *, member: Member, by: User, at: datetime, version: int | None = None
) -> TimelineEntry:
    """End the hold of a pending member by hand.

    Raises WrongStatus, Conflict and Refused (not_on_hold).
    """
    _lock_pending(member, version)
    if hold_of(member, at=at) is None:
        raise Refused(_("It is no longer on hold."), code="not_on_hold")
    return _record(member, TimelineKind.HOLD_ENDED, by=by, at=at)


def hold_of(member: Member, *, at: datetime) -> Hold | None:
    """Return the hold of a member that is in force, with its timeline entry."""
    holds = Hold.objects.in_force(at).filter(entry__member=member)
    return holds.select_related("entry").first()


def last_day_to_wait(member: Member, *, at: datetime) -> date:
    """Return when a member comes back at the latest if it waits for somebody's answer.

    That is one working day before an answer to the organisation is due. If this day has come, it is
    the day on which it is due; if that has come too, it is in five working days.
    """
    since, within_days = member.replied_at or member.submitted_at, member.call.reply_within_days
    for days in (within_days - 1, within_days):
        day = response_due_on(since, within_days=days)
        if day > day_in_geneva(at):
            return day
    return response_due_on(at, within_days=WORKING_DAYS_IF_OVERDUE)


def check_day(ends_on: date, *, today: date) -> None:
    """Raise Refused (not_later, too_late) unless a member may be on hold until a day."""
    if ends_on <= today:
        raise Refused(_("Choose a day after today."), code="not_later")
    if ends_on > today + LONGEST_HOLD:
        last = format_date(today + LONGEST_HOLD)
        raise Refused(_("Choose a day up to %(day)s.") % {"day": last}, code="too_late")


def _lock_pending(member: Member, version: int | None) -> None:
    lock_in_status(
        member,
        [MemberStatus.PENDING],
        version,
        wrong_status=wrong_status,
        conflict=member_conflict,
    )


def _record(
    member: Member, kind: TimelineKind, *, by: User, at: datetime, note: str = ""
) -> TimelineEntry:
    """Add the entry, as the next version of the member: it can be undone like a decision."""
    start_undo_period(member, at=at)
    save_next_version(member, *UNDO_PERIOD, by=by, at=at)
    return add_entry(member, kind, by=by, at=at, note=note, settles_at=member.settles_at)
