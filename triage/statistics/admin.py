"""The page of who applied to a call."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.services.permissions import needs
from core.dates import GENEVA, format_datetime
from core.languages import language_shown
from core.numbers import number_in_words
from members.models import Call
from triage.statistics.services.call_charts import (
    answered_url,
    call_charts,
    call_totals_shown,
    kinds_of,
)
from triage.statistics.services.queries import CallStatistics, call_statistics, visible_area_numbers


def call_shown(asked: QueryDict, *, at: datetime) -> tuple[list[Call], Call | None]:
    """Return the calls that have opened, and the one that is asked for, or else the latest."""
    calls = list(Call.objects.filter(opens_at__lte=at).order_by("-opens_at", "-pk"))
    asked_for = [call for call in calls if str(call.pk) == asked.get("call")]
    return calls, next(iter(asked_for or calls), None)


@require_safe
@needs("members.view_member")
def show_applied(request: HttpRequest) -> HttpResponse:
    """Show who applied to a call, and the outcome."""
    at = now()
    calls, call = call_shown(request.GET, at=at)
    areas = visible_area_numbers(cast("User", request.user))
    context: dict[str, Any] = {"title": _("Figures"), "calls": calls, "has_areas": areas != []}
    if call:
        context |= _in_words(call_statistics(call, areas=areas, at=at))
    return TemplateResponse(
        request, "admin/dashboard/applied.html", {**admin.site.each_context(request), **context}
    )


def _in_words(figures: CallStatistics) -> dict[str, Any]:
    """Return the figures of a call and their charts."""
    kinds = kinds_of(is_of_every_area=figures.is_of_every_area)
    return {
        "call": figures.call,
        "language": language_shown(figures.call, "title"),
        "is_of_every_area": figures.is_of_every_area,
        "as_of": format_datetime(figures.as_of, GENEVA) if figures.as_of else "",
        "totals": call_totals_shown(figures.call, figures.totals, kinds),
        "pace": figures.pace,
        "answers": number_in_words(figures.pace.answers),
        "answered_url": answered_url(figures.call),
        "charts": call_charts(figures),
    }
