"""The content of the admin's front page: what to do first, what waits, and the latest call."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.formats import date_format

from accounts.models import User
from core.dates import GENEVA, format_date, format_datetime
from core.languages import language_shown
from focus_areas.models import EVERY_AREA
from members.models import Call, Member
from members.services.response_times import day_in_geneva
from triage.desk.services.waiting_times import waiting_in_words
from triage.desk.services.work_queue import (
    MAIL_FAILED,
    MENTIONS,
    NEEDS_ACTION,
    UNDECIDED_ORDER,
    VIEWS,
    WAITING,
    Reader,
    list_url,
    opinion_counts,
    work_queue,
)
from triage.desk.services.workload import TeamNumbers, team
from triage.statistics.services.call_charts import call_totals_shown, kinds_of
from triage.statistics.services.queries import CallTotals, call_totals, visible_area_numbers

# The first of these that has members is the work to do first.
NEXT: Final = ("replied", "overdue", "unassigned", NEEDS_ACTION)
# The panels with the other work, by the names in WAITING.
QUEUE: Final = (NEEDS_ACTION, "replied", "unassigned", "waiting_for_organisation")
OWN: Final = ("opinions", MENTIONS, "mine")
REVIEW: Final = (
    "overdue",
    "duplicates",
    "suspected",
    "late",
    "to_close",
    MAIL_FAILED,
    "messages_failed",
)


def dashboard_context(user: User, *, at: datetime) -> dict[str, Any]:
    """Return the context of the front page for users who may see members.

    Others see only the opinions that are asked of them, if there are any.
    """
    areas = visible_area_numbers(user) if user.has_perm("members.view_member") else []
    if areas == []:
        asked = opinion_counts(user)
        return _work(asked, "", at) if asked else {}
    calls = list(Call.objects.order_by("-opens_at", "-pk"))
    reader = Reader(user=user, calls=calls, at=at)
    work = work_queue(reader)
    counts = work.counts
    # A zero would look as if no e-mail had failed, but `messages_failed` counts all of them.
    if "messages_failed" in counts and not counts[MAIL_FAILED]:
        del counts[MAIL_FAILED]
    first = next((name for name in NEXT if counts.get(name)), "")
    context = _work(counts, first, at)
    if first:
        context["next"] |= _first_member(first, reader)
    call = next((call for call in calls if call.opens_at <= at), None)
    totals = call_totals(call, areas=areas) if call else CallTotals(Counter(), [], None)
    if user.has_perm(EVERY_AREA):
        numbers = TeamNumbers.of(totals.people, totals.as_of)
        context["team"] = team(work.by_assignee, numbers, at=at)
    return {**context, **(_latest_call(call, totals, areas, at) if call else {"call": None})}


def _work(counts: Mapping[str, int], first: str, at: datetime) -> dict[str, Any]:
    """Return the panels. What is to be done first is in none of the lists."""

    def items(names: Iterable[str]) -> list[dict[str, Any]]:
        return [_item(name, counts[name]) for name in names if name in counts and name != first]

    return {
        "has_work": True,
        "today": format_date(day_in_geneva(at)),
        "work_as_of": format_datetime(at, GENEVA),
        "next": _item(first, counts[first]) if first else None,
        "queue": items(QUEUE),
        "own": items(OWN),
        "review": items(REVIEW),
    }


def _item(name: str, number: int) -> dict[str, Any]:
    waiting = WAITING[name]
    return {
        "name": name,
        "number": number,
        "text": waiting.in_words(number),
        "address": list_url(waiting) if number else "",
    }


def _first_member(view: str, reader: Reader) -> dict[str, Any]:
    """Return the first member of a view of the queue, with how long it has waited."""
    members = Member.objects.visible_to(reader.user).filter(VIEWS[view].condition(reader))
    member = members.with_waiting_since().order_by(*UNDECIDED_ORDER).first()
    if member is None:
        return {}
    return {"member": member, "waiting": waiting_in_words(member, reader.at)}


def _latest_call(
    call: Call, counted: CallTotals, areas: list[int] | None, at: datetime
) -> dict[str, Any]:
    """Return a summary of the latest call that has opened."""
    kinds = kinds_of(is_of_every_area=areas is None)
    last_moment = call.last_moment_at(at)
    last_day = day_in_geneva(last_moment)
    return {
        "call": call,
        "call_language": language_shown(call, "title"),
        "call_totals": call_totals_shown(call, counted.totals, kinds),
        "call_as_of": format_datetime(counted.as_of, GENEVA) if counted.as_of else "",
        "call_is_open": call.is_open_at(at),
        "days_left": (last_day - day_in_geneva(at)).days,
        "last_day": date_format(last_day, "DATE_FORMAT"),
    }
