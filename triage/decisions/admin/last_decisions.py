"""What a person decided today: the last decisions on each page, and a page with all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Window
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from core.dates import GENEVA, format_time, start_of_day
from core.pagination import get_page
from members.models import (
    NOTE_SEPARATOR,
    Member,
    TimelineEntry,
    TimelineEntryQuerySet,
    TimelineKind,
)
from members.services.response_times import day_in_geneva
from members.services.undo import UNDO_PERMISSIONS, letters_of, may_undo
from outbox.models import MessageStatus
from triage.decisions.admin.specs import MEMBERS
from triage.decisions.admin.undo import KEY, Undo, undo_of
from triage.staff_pages.pages import member_page, member_url, with_list_filters

DECIDED_KINDS: Final = (*UNDO_PERMISSIONS, TimelineKind.WITHDRAWN)
# How many of them the other pages show.
MAX_SHOWN: Final = 3


@dataclass(frozen=True)
class LastDecision:
    """A decision of the person: on what, until when it can be undone, and when it was sent.

    `words` name those that an undo takes back with it. `time` is a time of day in Geneva. `undo` is
    None once the decision can no longer be undone.
    """

    member: Member
    words: str
    url: str
    has_letter: bool
    time: str
    seconds_left: int
    undo: Undo | None


def last_decisions(
    request: StaffRequest, entries: Iterable[Any], *, at: datetime
) -> list[LastDecision]:
    """Return decisions of a person for a page, of which the first that can be undone has a key."""
    entries, key, shown = list(entries), KEY, []
    unsent = letters_of(entries).exclude(status=MessageStatus.CANCELLED)
    topics = " ".join(unsent.values_list("topic", flat=True)) if entries else ""
    held = [entry for entry in entries if entry.settles_at and entry.settles_at > at]
    for entry in entries:
        if entry in held and entry.is_overtaken:
            continue
        member, settles_at = entry.member, entry.settles_at or entry.at
        has_letter, undo, decided = f"/entry-{entry.pk}/" in topics, None, [entry]
        if entry in held and may_undo(entry, request.user):
            decided = [each for each in reversed(held) if each.member_id == entry.member_id]
            undo = Undo(
                rows=[member],
                decisions=[],
                decided_at=entry.at,
                settles_at=settles_at,
                has_letter=has_letter,
                address=with_list_filters(request, reverse(MEMBERS.url_name("undo"))),
                key=key,
            )
            key = ""
        shown.append(
            LastDecision(
                member=member,
                words=NOTE_SEPARATOR.join(each.get_kind_display() for each in decided),
                url=member_url(request, member.pk),
                has_letter=has_letter,
                time=format_time(settles_at.astimezone(ZoneInfo(GENEVA))),
                seconds_left=int((settles_at - at).total_seconds()) if undo else 0,
                undo=undo,
            )
        )
    return shown


def undo_context(
    request: StaffRequest, member: Member | None = None, *, at: datetime
) -> dict[str, Any]:
    """Return the person's last decisions, and how those on a member not among them are undone."""
    may_decide = any(request.user.has_perm(each) for each in UNDO_PERMISSIONS.values())
    decided = _decided_today(request, at=at) if may_decide else TimelineEntry.objects.none()
    entries: list[Any] = list(decided.annotate(number=Window(Count("pk")))[:MAX_SHOWN])
    shown = last_decisions(request, entries, at=at)
    undo = undo_of(request, MEMBERS, [member], at=at, key="") if member else None
    is_shown = any(each.undo and each.member == member for each in shown)
    return {
        "last_decisions": shown,
        "decided_today": entries[0].number if entries else 0,
        "undo": None if is_shown else undo,
    }


@require_safe
@needs("members.view_member")
def list_my_decisions(request: StaffRequest) -> HttpResponse:
    """List what the person decided today, the latest first."""
    at = now()
    listed = get_page(_decided_today(request, at=at), request)
    context = {"page": listed, "decisions": last_decisions(request, listed, at=at)}
    return member_page(request, "my_decisions", context, title=_("My decisions today"))


def _decided_today(request: StaffRequest, *, at: datetime) -> TimelineEntryQuerySet:
    """Return what the person decided today in Geneva and did not undo, the latest first."""
    later = TimelineEntry.objects.undoable(at).filter(member=OuterRef("member"))
    return (
        TimelineEntry.objects.filter(
            by_user=request.user,
            at__gte=start_of_day(day_in_geneva(at), GENEVA),
            kind__in=DECIDED_KINDS,
            is_void=False,
            member__in=Member.objects.visible_to(request.user),
        )
        .annotate(is_overtaken=Exists(later.filter(pk__gt=OuterRef("pk"))))
        .select_related("member")
        .order_by("-at", "-pk")
    )
