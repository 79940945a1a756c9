"""Undo decisions from the page after them, and from the page of the member."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from core.conflicts import Refused
from core.dates import GENEVA, format_time
from members.models import Member, TimelineEntry
from members.services.undo import letters_of, may_undo, undo_decision, undoable_decisions
from triage.staff_pages.pages import member_url, queue_url, with_list_filters

# As many as a bulk action decides on.
MAX_UNDONE: Final = 100


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


@require_POST
@needs("members.view_member")
def undo(request: StaffRequest) -> HttpResponse:
    """Undo the latest decision on each member that was posted, with the version that was shown."""
    posted = _posted(request)
    members = Member.objects.visible_to(request.user).in_bulk(list(posted))
    if not members:
        raise Http404
    done = 0
    for member in members.values():
        try:
            undo_decision(member=member, by=request.user, at=now(), version=posted[member.pk])
        except Refused as refused:
            words = str(refused)
            if len(members) > 1:
                words = _("%(heading)s: %(words)s") % {"heading": member, "words": words}
            messages.warning(request, words)
        else:
            done += 1
    if done:
        messages.success(request, _done(done))
    [first, *others] = members.values()
    is_alone = not others and Member.objects.visible_to(request.user).filter(pk=first.pk).exists()
    return redirect(member_url(request, first.pk) if is_alone else queue_url(request))


def _done(number: int) -> str:
    return ngettext(
        "%(number)d decision undone. Its letter is not sent.",
        "%(number)d decisions undone. Their letters are not sent.",
        number,
    ) % {"number": number}


def _posted(request: StaffRequest) -> dict[int, int]:
    """Return the posted versions by the key of the member. Raises Http404 if one is altered."""
    pairs = request.POST.getlist("decided")[:MAX_UNDONE]
    try:
        return {int(pk): int(version) for pk, _dash, version in (p.partition("-") for p in pairs)}
    except ValueError as altered:
        raise Http404 from altered
