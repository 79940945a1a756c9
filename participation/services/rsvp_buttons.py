"""The buttons with which a person answers a meeting, also for its other sittings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.dates import format_date, format_datetime_short, format_time
from meetings.models import Meeting
from meetings.services.meeting_times import first_day
from participation.models import ATTENDING, RsvpChoice
from participation.services.chosen_sittings import SittingsAnswer
from participation.services.invited import is_open_for_rsvp


@dataclass(frozen=True)
class RsvpButton:
    """One answer: its value for RsvpForm, its label, and whether it is the current one."""

    value: str
    words: str
    is_current: bool


def rsvp_buttons(
    meeting: Meeting, answer: SittingsAnswer, *, zone: str, at: datetime
) -> list[RsvpButton]:
    """Return the answers to a meeting, then those to its other open sittings."""
    others = other_open_sittings(meeting, answer, at=at)
    choices, own = _choices(meeting), answer.rsvps.get(meeting.pk)
    if own and own.choice not in choices:
        # Keep an answer that is no longer offered, if it was given while the meeting had a place.
        choices.insert(0, RsvpChoice(own.choice))
    chosen = answer.choice_at(meeting)
    buttons = [
        RsvpButton(
            choice,
            _in_short(choice, choices) if others else str(choice.label),
            is_current=chosen == choice,
        )
        for choice in choices
    ]
    for other in others:
        time = start_in_short(other, beside=meeting, zone=zone)
        buttons += _buttons_of_another(other, time, answer, is_the_only_one=len(others) == 1)
    return buttons


def other_open_sittings(meeting: Meeting, answer: SittingsAnswer, *, at: datetime) -> list[Meeting]:
    """Return the other sittings to which a person can answer."""
    return [
        each for each in answer.sittings if each.pk != meeting.pk and is_open_for_rsvp(each, at=at)
    ]


def start_in_short(sitting: Meeting, *, beside: Meeting, zone: str) -> str:
    """Return the start of a sitting in a time zone, with its day if another one has another day."""
    if sitting.is_all_day:
        return format_date(first_day(sitting))
    local, other = (each.starts_at.astimezone(ZoneInfo(zone)) for each in (sitting, beside))
    if local.date() == other.date():
        return format_time(local)
    if abs(local.date() - other.date()) < timedelta(days=6):
        return date_format(local, pgettext("format of a weekday and a time", "D H:i"))
    return format_datetime_short(sitting.starts_at, zone)


def rsvp_choices(meeting: Meeting) -> list[tuple[str, str]]:
    """Return the possible answers; "in person" only if the meeting has or may get a place."""
    return [(choice.value, str(choice.label)) for choice in _choices(meeting)]


def _choices(meeting: Meeting) -> list[RsvpChoice]:
    is_online = meeting.join_link and not meeting.place
    return [choice for choice in RsvpChoice if not (is_online and choice == RsvpChoice.YES)]


def _in_short(choice: RsvpChoice, choices: Sequence[RsvpChoice]) -> str:
    """Return an answer as short as it is clear beside the buttons of other sittings."""
    if choice == RsvpChoice.NO:
        return _("No")
    is_only_way = choice == RsvpChoice.YES or RsvpChoice.YES not in choices
    return _("Yes") if is_only_way else _("Remotely")


def _buttons_of_another(
    sitting: Meeting, time: str, answer: SittingsAnswer, *, is_the_only_one: bool
) -> Iterable[RsvpButton]:
    """Yield the button of another sitting; two if it is held in person and online."""
    choices = [choice for choice in _choices(sitting) if choice in ATTENDING]
    for choice in choices:
        if len(choices) > 1 and choice == RsvpChoice.YES:
            words = _("In person at the sitting of %(time)s")
        elif len(choices) > 1:
            words = _("Remotely at the sitting of %(time)s")
        elif is_the_only_one:
            words = _("At the other sitting, %(time)s")
        else:
            words = _("At the sitting of %(time)s")
        chosen = answer.chosen
        yield RsvpButton(
            f"{choice}-{sitting.pk}",
            words % {"time": time},
            is_current=bool(chosen and (chosen.meeting_id, chosen.choice) == (sitting.pk, choice)),
        )
