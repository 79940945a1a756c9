"""The agenda of a meeting: its items, which are changed together, and what its readers see.

A meeting has items with times or, as meetings before there were any, a text. The items are shown
if there are any, else the text: `agenda_of()` alone decides that for pages, letters and feeds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.conflicts import NothingChanged
from core.dates import format_time, zone_in_words
from meetings.models import AgendaItem, Meeting
from meetings.services.meetings import lock_to_change, save_meeting
from meetings.services.ordered_rows import save_in_order


class ItemFacts(TypedDict):
    """What was typed in one item. `key` is that of the stored item, None for a new one."""

    key: int | None
    title: str
    minutes: int
    speaker: str


@dataclass(frozen=True)
class TimedItem:
    """An item with its start in the reader's time zone; without one on a whole day."""

    item: AgendaItem
    starts_at: datetime | None
    time: str

    @property
    def details(self) -> list[str]:
        """How long it lasts, and who speaks if that is known."""
        words = ngettext("%(number)s minute", "%(number)s minutes", self.item.minutes)
        length = words % {"number": self.item.minutes}
        return [length, self.item.speaker] if self.item.speaker else [length]


@dataclass(frozen=True)
class Agenda:
    """The agenda that is shown: items or a text, or neither. True if there is something."""

    items: Sequence[TimedItem]
    text: str

    def __bool__(self) -> bool:
        return bool(self.items or self.text)


@transaction.atomic
def set_agenda(
    *,
    meeting: Meeting,
    items: Iterable[ItemFacts],
    by: User | None,
    at: datetime,
    version: int | None = None,
) -> Meeting:
    """Save the items of an agenda in this order. Stored items that are missing are deleted.

    Papers of a deleted item stay with the meeting. Nobody gets an email for it: reminders and
    later notices have the agenda (decision 25).

    Raises MeetingDeleted, MeetingConflict, AlreadyCancelled, NothingChanged.
    """
    lock_to_change(meeting, version)
    has_changed = save_in_order(
        stored=meeting.agenda_items.all(),
        rows=items,
        make=lambda: AgendaItem(meeting=meeting),
        by=by,
        at=at,
    )
    if not has_changed:
        raise NothingChanged
    save_meeting(meeting, by=by, at=at)
    return meeting


def items_of(meeting: Meeting) -> list[AgendaItem]:
    """Return the items of a meeting in their order, in one query if they were not prefetched."""
    if meeting.pk is None:
        return []
    return sorted(meeting.agenda_items.all(), key=lambda item: (item.position, item.pk))


def rows_of(items: Iterable[AgendaItem]) -> list[ItemFacts]:
    """Return the values of items as `set_agenda()` takes them."""
    return [
        {
            "key": item.pk,
            "title": item.title,
            "minutes": item.minutes,
            "speaker": item.speaker,
        }
        for item in items
    ]


def agenda_of(meeting: Meeting, *, zone: str) -> Agenda:
    """Return the agenda that readers in a time zone see: the items, or the text without any."""
    timed, starts_at = [], meeting.starts_at
    for item in items_of(meeting):
        if meeting.is_all_day:
            timed.append(TimedItem(item, None, ""))
        else:
            local = starts_at.astimezone(ZoneInfo(zone))
            timed.append(TimedItem(item, local, format_time(local)))
            starts_at += timedelta(minutes=item.minutes)
    return Agenda(timed, "" if timed else meeting.agenda)


def agenda_in_words(meeting: Meeting) -> str:
    """Return the agenda as plain text, with times in the time zone of the meeting."""
    return in_words(meeting, agenda_of(meeting, zone=meeting.time_zone))


def agendas_of(meetings: Iterable[Meeting]) -> dict[int, str]:
    """Return the agendas of meetings of a feed by primary key; one query if any has items."""
    with_items = [each for each in meetings if getattr(each, "has_items", True)]
    prefetch_related_objects(with_items, "agenda_items")
    texts = {each.pk: each.agenda for each in meetings}
    return texts | {each.pk: agenda_in_words(each) for each in with_items}


def in_words(meeting: Meeting, agenda: Agenda) -> str:
    """Return an agenda with times in the time zone of its meeting as plain text."""
    if not agenda.items:
        return agenda.text
    zone = zone_in_words(meeting.time_zone)
    heading = (
        _("Agenda:") if meeting.is_all_day else _("Agenda, times in %(zone)s:") % {"zone": zone}
    )
    return "\n".join([heading, *(line_of(timed) for timed in agenda.items)])


def line_of(timed: TimedItem) -> str:
    """Return an item in one line of plain text."""
    title = f"{timed.time} {timed.item.title}" if timed.time else timed.item.title
    return " · ".join([title, *timed.details])


def has_agenda() -> Q:
    """Return the condition that a meeting has items or a text. Agenda papers are not counted."""
    return ~Q(agenda="") | Q(Exists(AgendaItem.objects.filter(meeting=OuterRef("pk"))))
