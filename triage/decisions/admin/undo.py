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
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.admin.base import StaffRequest
from core.conflicts import Refused
from core.dates import GENEVA, format_time
from triage.decisions.admin.declaration import Decision, Desk, can_be_made_again
from triage.staff_pages.pages import queue_url, row_url, with_list_filters

KEY = "z"
# The most rows that one request may name.
MAX_ITEMS = 500


@dataclass(frozen=True)
class Undo:
    """Decisions that the reader can undo with one button, and until when."""

    rows: list[Any]
    decisions: list[str]
    decided_at: datetime
    settles_at: datetime
    has_letter: bool
    address: str
    # The keyboard shortcut, which one button of a page has.
    key: str

    @property
    def time(self) -> str:
        """The time in Geneva from which they can no longer be undone."""
        return format_time(self.settles_at.astimezone(ZoneInfo(GENEVA)))


def undo_of(
    request: StaffRequest, desk: Desk, rows: Iterable[Any], *, at: datetime, key: str = KEY
) -> Undo | None:
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
        decided_at=max(entry.at for entry in entries),
        settles_at=min(entry.settles_at for entry in entries if entry.settles_at),
        has_letter=desk.undo.letters_of(entries).unsent(at).exists(),
        address=with_list_filters(request, reverse(desk.url_name("undo")), desk.model),
        key=key,
    )


def notice_after(undo: Undo | None, done: str, request: StaffRequest) -> str:
    """Return the notice after a decision, with a button to undo it if it can be undone."""
    if undo is None:
        return done
    context = {"done": done, "undo": undo}
    return render_to_string("admin/decisions/_undo_notice.html", context, request)


def undo_row(
    request: StaffRequest, desk: Desk, row: Any, decisions: Iterable[Decision]
) -> HttpResponse:
    """Undo the latest decision on a row in the version that was posted with it.

    Lead back to the page of that decision, where the letter and the reasons are as they were.
    """
    undone = desk.undo.undoable_decisions([row], at=now())
    kind = undone[-1].kind if undone else None
    back = [each for each in decisions if each.kind == kind]
    chosen = back[0].chosen(row) if back else {}
    version = posted_versions(request)[row.pk]
    facts = {desk.name: row, "by": request.user, "at": now(), "version": version}
    try:
        desk.undo.undo_decision(**facts)
    except Refused as refused:
        messages.warning(request, str(refused))
        back = []
    else:
        messages.success(request, _("The decision is undone. No letter is sent."))
    visible = desk.model._default_manager.visible_to(request.user)  # type: ignore[attr-defined]
    if not visible.filter(pk=row.pk).exists():
        return redirect(queue_url(request, desk.model))
    if not back or not can_be_made_again(back[0], row, request.user):
        return redirect(row_url(request, desk.model, row.pk))
    page = "?".join(filter(None, [reverse(back[0].url_name, args=[row.pk]), urlencode(chosen)]))
    return redirect(with_list_filters(request, page, desk.model))


def posted_versions(request: StaffRequest) -> dict[int, int]:
    """Return the posted versions by the key of the row. Raises Http404 if one is altered."""
    pairs = request.POST.getlist("decided")[:MAX_ITEMS]
    try:
        return {int(pk): int(version) for pk, _dash, version in (p.partition("-") for p in pairs)}
    except ValueError as altered:
        raise Http404 from altered
