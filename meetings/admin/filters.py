"""Which meetings the list shows, and in which order."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

PARAMETER = "when"
UPCOMING, PAST, ALL = "upcoming", "past", "all"


class WhenFilter(admin.SimpleListFilter):
    """Upcoming meetings, unless past ones are asked for. A search looks in all of them."""

    title = gettext_lazy("when")
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.chosen = chosen_in(request)
        return [(UPCOMING, pgettext("of meetings", "Upcoming")), (PAST, _("Past")), (ALL, _("All"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, label in self.lookup_choices:
            yield {
                "selected": self.chosen == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.chosen == PAST:
            return queryset.filter(ends_at__lte=timezone.now())
        if self.chosen == UPCOMING:
            return queryset.filter(ends_at__gt=timezone.now())
        return queryset


def chosen_in(request: HttpRequest) -> str:
    """Return which meetings a request of the list asks for."""
    asked = request.GET.get(PARAMETER)
    if asked in {UPCOMING, PAST, ALL}:
        return str(asked)
    return ALL if request.GET.get(SEARCH_VAR) else UPCOMING


def nearest_first(request: HttpRequest) -> tuple[str, str]:
    """Return the order of the list: upcoming meetings ascending, others descending."""
    is_upcoming = chosen_in(request) == UPCOMING
    return ("starts_at", "pk") if is_upcoming else ("-starts_at", "-pk")
