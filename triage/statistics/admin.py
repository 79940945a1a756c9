"""The page of the figures of a call."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
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


@require_safe
@needs("members.view_member")
def show_figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of the call that the address asks for, or of the latest that has opened."""
    at = now()
    calls = list(Call.objects.filter(opens_at__lte=at).order_by("-opens_at", "-pk"))
    asked_for = [call for call in calls if str(call.pk) == request.GET.get("call")]
    areas = visible_area_numbers(cast("User", request.user))
    context: dict[str, Any] = {"title": _("Figures"), "calls": calls, "has_areas": areas != []}
    for call in (asked_for or calls)[:1]:
        context |= _in_words(call_statistics(call, areas=areas, at=at))
    return TemplateResponse(
        request, "admin/dashboard/figures.html", {**admin.site.each_context(request), **context}
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
