"""Undo decisions: what can be undone, for the pages that offer it with a button, and the step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin.base import StaffRequest
from core.conflicts import Refused
from core.dates import GENEVA, format_time
from triage.decisions.admin.declaration import Desk
from triage.staff_pages.pages import queue_url, row_url, with_list_filters

# The most rows that one request may name.
MAX_ITEMS = 500


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


def undo_rows(request: StaffRequest, desk: Desk, rows: Iterable[Any]) -> HttpResponse:
    """Undo the latest decision on each row in the version that was posted with it."""
    rows, posted, done = list(rows), posted_versions(request), 0
    for row in rows:
        facts = {desk.name: row, "by": request.user, "at": now(), "version": posted[row.pk]}
        try:
            desk.undo.undo_decision(**facts)
        except Refused as refused:
            words = str(refused)
            if len(rows) > 1:
                words = _("%(heading)s: %(words)s") % {"heading": row, "words": words}
            messages.warning(request, words)
        else:
            done += 1
    if done:
        words = ngettext(
            "%(number)d decision undone. No letter is sent.",
            "%(number)d decisions undone. No letters are sent.",
            done,
        )
        messages.success(request, words % {"number": done})
    [first, *others] = rows
    visible = desk.model._default_manager.visible_to(request.user)  # type: ignore[attr-defined]
    if others or not visible.filter(pk=first.pk).exists():
        return redirect(queue_url(request, desk.model))
    return redirect(row_url(request, desk.model, first.pk))


def posted_versions(request: StaffRequest) -> dict[int, int]:
    """Return the posted versions by the key of the row. Raises Http404 if one is altered."""
    pairs = request.POST.getlist("decided")[:MAX_ITEMS]
    try:
        return {int(pk): int(version) for pk, _dash, version in (p.partition("-") for p in pairs)}
    except ValueError as altered:
        raise Http404 from altered
