"""What can be undone, for the pages that offer it with a button."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now

from accounts.admin.base import StaffRequest
from core.dates import GENEVA, format_time
from members.models import Member, TimelineEntry
from members.services.undo import letters_of, may_undo, undoable_decisions
from triage.staff_pages.pages import with_list_filters


@dataclass(frozen=True)
class Undo:
    """Decisions that the reader can undo with one button, and until when."""

    members: list[Member]
    decisions: list[str]
    settles_at: datetime
    has_letter: bool
    address: str

    @property
    def time(self) -> str:
        """The time in Geneva from which they can no longer be undone."""
        return format_time(self.settles_at.astimezone(ZoneInfo(GENEVA)))


def undo_of(request: StaffRequest, members: Iterable[Member], *, at: datetime) -> Undo | None:
    """Return how the latest decisions on members can be undone; None if the reader cannot."""
    decisions: dict[Member, list[TimelineEntry]] = {}
    for entry in undoable_decisions(members, at=at):
        decisions.setdefault(entry.member, []).append(entry)
    mine = {
        member: entries
        for member, entries in decisions.items()
        if all(may_undo(entry, request.user) for entry in entries)
    }
    if not mine:
        return None
    entries = [entry for of_one in mine.values() for entry in of_one]
    return Undo(
        members=list(mine),
        decisions=[entry.get_kind_display() for entry in entries] if len(mine) == 1 else [],
        settles_at=min(entry.settles_at for entry in entries if entry.settles_at),
        has_letter=letters_of(entries).unsent(at).exists(),
        address=with_list_filters(request, reverse("admin:members_member_undo")),
    )


def with_undo(request: StaffRequest, member: Member, done: str) -> str:
    """Return the notice after a decision, with a button to undo it if it can be undone."""
    undo = undo_of(request, [member], at=now())
    if undo is None:
        return done
    context = {"done": done, "undo": undo}
    return render_to_string("admin/members/member/_undo_notice.html", context, request)
