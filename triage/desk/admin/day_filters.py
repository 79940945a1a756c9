"""The filters of the queue by days."""

import re
from datetime import date, timedelta
from typing import Any, Final

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.dates import GENEVA, days_in_words, format_date_short, start_of_day
from members.models import Member
from triage.statistics.models import OUTCOME_AT

# Two days of this century, or only the first or the last one.
DAYS: Final = re.compile(r"(20[0-9]{2}-[0-9]{2}-[0-9]{2})?\.\.(20[0-9]{2}-[0-9]{2}-[0-9]{2})?")


class DaysFilter(admin.SimpleListFilter):
    """By days in Geneva, the first and the last, like `2026-01-05..2026-01-11`.

    One of them may be missing. The form of the list has a field for each, and links have both.
    """

    parameter_name: str
    # The time that lies within the days: a field or an expression.
    moment: Any

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.days = days_in(self.value() or "")

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        asked = request.GET.get(self.parameter_name, "")
        days = days_in(asked)
        return [(asked, _open_days_in_words(*days))] if days else []

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        first, last = self.days or (None, None)
        queryset = queryset.alias(moment=self.moment)
        if first:
            queryset = queryset.filter(moment__gte=start_of_day(first, GENEVA))
        if last:
            queryset = queryset.filter(moment__lt=start_of_day(last + timedelta(days=1), GENEVA))
        return queryset


def days_in(asked: str) -> tuple[date | None, date | None] | None:
    """Return the first and the last day that a parameter names; None if it names none."""
    found = DAYS.fullmatch(asked)
    try:
        days = [date.fromisoformat(day) if day else None for day in found.groups()] if found else []
    except ValueError:
        return None
    known = sorted(filter(None, days))
    if not known:
        return None
    return (known[0], known[1]) if len(known) > 1 else (days[0], days[1])


def _open_days_in_words(first: date | None, last: date | None) -> str:
    """Return the days that a filter keeps as text."""
    if first and last:
        return days_in_words(first, last)
    if first:
        return gettext("from %(day)s") % {"day": format_date_short(first)}
    return gettext("until %(day)s") % {"day": format_date_short(last)} if last else ""


def join_days(given: QueryDict) -> None:
    """Put the days of two fields, such as `decided_from` and `decided_to`, in one parameter."""
    for name in (SubmittedFilter.parameter_name, DecidedFilter.parameter_name):
        fields = (f"{name}_from", f"{name}_to")
        if any(field in given for field in fields):
            days = "..".join(given.pop(field, [""])[-1] for field in fields)
            given[name] = days if days_in(days) else ""


class SubmittedFilter(DaysFilter):
    """By the days on which the EOI arrived."""

    title = _("submitted")
    parameter_name = "submitted"
    moment = F("submitted_at")


class DecidedFilter(DaysFilter):
    """By the days of the decision, or of the withdrawal."""

    title = _("decided or withdrawn")
    parameter_name = "decided"
    moment = OUTCOME_AT
