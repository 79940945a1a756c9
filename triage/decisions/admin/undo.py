"""What can be undone, for the pages that offer it with a button."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now

from accounts.admin.base import StaffRequest
from core.dates import GENEVA, format_time
from triage.decisions.admin.declaration import Desk
from triage.staff_pages.pages import with_list_filters


@dataclass(frozen=True)
class Undo:
    """Decisions that the reader can undo with one button, and until when."""

    rows: list[Any]
    decisions: list[str]
    settles_at: datetime
    has_letter: bool
    address: str

    @property
    def time(self) -> str:
        """The time in Geneva from which they can no longer be undone."""
        return format_time(self.settles_at.astimezone(ZoneInfo(GENEVA)))


def undo_of(request: StaffRequest, desk: Desk, rows: Iterable[Any], *, at: datetime) -> Undo | None:
    """Return how the latest decisions on rows can be undone; None if the reader cannot."""
    decisions: dict[Any, list[Any]] = {}
    for entry in desk.undo.undoable_decisions(rows, at=at):
        decisions.setdefault(getattr(entry, desk.name), []).append(entry)
    mine = {
        row: entries
        for row, entries in decisions.items()
        if all(desk.undo.may_undo(entry, request.user) for entry in entries)
    }
    if not mine:
        return None
    entries = [entry for of_one in mine.values() for entry in of_one]
    return Undo(
        rows=list(mine),
        decisions=[entry.get_kind_display() for entry in entries] if len(mine) == 1 else [],
        settles_at=min(entry.settles_at for entry in entries if entry.settles_at),
        has_letter=desk.undo.letters_of(entries).unsent(at).exists(),
        address=with_list_filters(request, reverse(desk.url_name("undo")), desk.model),
    )


def with_undo(request: StaffRequest, desk: Desk, row: Any, done: str) -> str:
    """Return the notice after a decision, with a button to undo it if it can be undone."""
    undo = undo_of(request, desk, [row], at=now())
    if undo is None:
        return done
    context = {"done": done, "undo": undo}
    return render_to_string("admin/decisions/_undo_notice.html", context, request)
