"""The content of the admin's front page: what waits, with links to the lists, and statistics."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.dates import GENEVA, format_datetime
from core.languages import language_shown
from members.models import Call
from triage.desk.services.work_queue import WAITING, list_url, opinion_counts, work_queue_counts
from triage.statistics.models import OUTCOMES, StatisticsKind
from triage.statistics.services.call_charts import call_charts, kinds_of
from triage.statistics.services.queries import CallStatistics, call_statistics, visible_area_numbers


def dashboard_context(user: User, *, asked_for: str, at: datetime) -> dict[str, Any]:
    """Return the context of the front page for users who may see members.

    Others see only the opinions that are asked of them, if there are any.
    `asked_for` is the key of a call that has opened. For any other text, the latest call is shown.
    """
    areas = visible_area_numbers(user) if user.has_perm("members.view_member") else []
    if areas == []:
        asked = opinion_counts(user)
        return _of_the_queue(asked, at) if asked else {}
    calls = list(Call.objects.order_by("-opens_at", "-pk"))
    opened = [call for call in calls if call.opens_at <= at]
    shown = [call for call in opened if str(call.pk) == asked_for] or opened[:1]
    counts = work_queue_counts(user=user, calls=calls, at=at)
    # A zero would look as if no e-mail had failed, but `messages_failed` counts all of them.
    if "messages_failed" in counts and not counts["mail_failed"]:
        del counts["mail_failed"]
    return {
        **_of_the_queue(counts, at),
        "calls": opened,
        "figures": [_in_words(call_statistics(call, areas=areas, at=at)) for call in shown],
    }


def _of_the_queue(counts: dict[str, int], at: datetime) -> dict[str, Any]:
    return {
        "waiting": [_waiting(name, counts[name]) for name in WAITING if name in counts],
        "waiting_as_of": format_datetime(at, GENEVA),
    }


def _waiting(name: str, number: int) -> dict[str, Any]:
    waiting = WAITING[name]
    if not number:
        return {"name": name, "number": 0, "text": waiting.none, "address": ""}
    return {
        "name": name,
        "number": number,
        "text": waiting.some % {"number": number},
        "address": list_url(waiting),
    }


def _in_words(figures: CallStatistics) -> dict[str, Any]:
    """Return the figures of a call and their charts."""
    kinds = kinds_of(figures)
    totals = [(str(kind.label), figures.totals[kind]) for kind in kinds]
    if figures.is_of_every_area:
        decided = sum(figures.totals[kind] for kind in OUTCOMES)
        undecided = figures.totals[StatisticsKind.ARRIVED] - decided
        totals.append((_("Not decided yet"), undecided))
    return {
        "call": figures.call,
        "language": language_shown(figures.call, "title"),
        "is_of_every_area": figures.is_of_every_area,
        "as_of": format_datetime(figures.as_of, GENEVA) if figures.as_of else "",
        "totals": totals,
        "pace": figures.pace,
        "charts": call_charts(figures),
    }
