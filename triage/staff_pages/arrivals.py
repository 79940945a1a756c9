"""What others added to a row while a person had it open, and who else has a member open.

Notes do not change the version of a row, so they cause no edit conflict. A decision that was
made without having read them is refused once, and its page shows them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from accounts.admin.base import StaffRequest, int_or_invalid
from accounts.models import User
from core.admin.history import HistoryChange
from core.conflicts import Refused
from core.languages import list_in_words
from members.models import Member, TimelineEntry
from members.services.timeline import timeline_with_files

# The hidden field with the key of the latest timeline entry that the page showed.
ENTRY_SHOWN: Final = "entry_shown"
# More than that would hide the form below them.
MAX_SHOWN: Final = 10
# A page renews the mark of its reader more often than that.
PRESENT_FOR: Final = timedelta(minutes=1)


class SomethingArrived(Refused):
    """Others added notes or replies after the page was opened."""

    def __init__(self, number: int) -> None:
        super().__init__(
            ngettext(
                "Something arrived while you had this page open. Read it, then decide again.",
                "%(number)d entries arrived while you had this page open. Read them, then decide "
                "again.",
                number,
            )
            % {"number": number}
        )


@dataclass(frozen=True)
class Arrivals:
    """What arrived since the page was opened, and the key of the latest timeline entry."""

    latest: int
    entries: list[Any] = field(default_factory=list)


def check_arrivals(request: StaffRequest, timeline: QuerySet[Any]) -> None:
    """Raise SomethingArrived if others added something that the posted page did not show."""
    if ENTRY_SHOWN in request.POST:
        number = later_entries(timeline, _shown(request), request.user).count()
        if number:
            raise SomethingArrived(number)


def arrivals_on(
    request: StaffRequest, timeline: QuerySet[Any], *, changes: Iterable[HistoryChange] = ()
) -> Arrivals:
    """Return what a page shows as new in a timeline, and what it sends back as read.

    `changes` are shown beside it. An entry of one of them is shown again only for its files.
    """
    entries: list[Any] = []
    if ENTRY_SHOWN in request.POST:
        instants = {change.at for change in changes}
        arrived = arrived_since(timeline, _shown(request), reader=request.user)
        entries = [
            each
            for each in arrived
            if each.at not in instants or (hasattr(each, "files") and each.files.all())
        ]
    latest: int | None = timeline.aggregate(latest=Max("pk"))["latest"]
    return Arrivals(latest=latest or 0, entries=entries)


def arrived_since(timeline: QuerySet[Any], shown: int, *, reader: User) -> list[Any]:
    """Return the latest entries that others added after the entry `shown`, the latest first."""
    return list(later_entries(timeline, shown, reader).order_by("-pk")[:MAX_SHOWN])


def later_entries_of_each(
    members: Iterable[Member], shown: int, reader: User
) -> dict[int, list[TimelineEntry]]:
    """Return the later entries of several members by the key of the member, the latest first."""
    entries = timeline_with_files(TimelineEntry.objects.filter(member__in=members))
    of_each: dict[int, list[TimelineEntry]] = {}
    for entry in later_entries(entries, shown, reader).order_by("-pk"):
        of_each.setdefault(entry.member_id, []).append(entry)
    return of_each


def later_entries(timeline: QuerySet[Any], shown: int, reader: User) -> QuerySet[Any]:
    """Return what people other than the reader added to a timeline after the entry `shown`."""
    later = timeline.filter(pk__gt=shown).exclude(by_user=reader)
    return later.exclude(by_user=None, by_focal_point=None)


def mark_as_reading(place: int | str, reader: User) -> None:
    """Note for a minute that a person has a member, or the row that `place` names, open.

    Without a shared cache, each process knows only its own readers.
    """
    try:
        # Two readers at once may lose one name; its page writes it again soon.
        names = {**cache.get(_everybody(place), {}), reader.pk: str(reader)}
        timeout = int(PRESENT_FOR.total_seconds())
        cache.set(_everybody(place), names, timeout)
        cache.set(_one(place, reader.pk), str(reader), timeout)
    except RedisError:
        # Who reads is not worth an error.
        return


def others_reading(place: int | str, reader: User) -> list[str]:
    """Return the names of the colleagues who have the same row open."""
    try:
        names = cache.get(_everybody(place), {})
        keys = {_one(place, pk): name for pk, name in names.items() if pk != reader.pk}
        present = cache.get_many(keys)
    except RedisError:
        return []
    return sorted(name for key, name in keys.items() if key in present)


def readers_in_words(names: Iterable[str]) -> str:
    """Return one sentence about the colleagues who have a row open; empty for none."""
    people = list(names)
    if not people:
        return ""
    return ngettext(
        "%(names)s is reading this now.",
        "%(names)s are reading this now.",
        len(people),
    ) % {"names": list_in_words(people)}


def _shown(request: HttpRequest) -> int:
    return int_or_invalid(request.POST, ENTRY_SHOWN)


def _everybody(place: int | str) -> str:
    return f"reading-{place}"


def _one(place: int | str, reader_pk: int) -> str:
    return f"reading-{place}-{reader_pk}"
