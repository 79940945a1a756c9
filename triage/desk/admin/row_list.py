"""The list of a model that staff decide on: views as tabs, search, filters, and all its pages.

Commitments, needs and offers have one. Members have a queue of their own (queue.py).
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.admin.history import HistoryAdmin
from core.admin.lookups import LookOnly, ScopedAdmin
from core.folding import fold
from triage.decisions.admin.declaration import Decision
from triage.desk.admin.filter_fields import filter_fields
from triage.desk.admin.queue import address_without_form_fields
from triage.desk.services.work_queue import View
from triage.staff_pages.previous_next import UnpaginatedChangeList


class RowViewFilter(admin.SimpleListFilter):
    """By view, which is shown as tabs. Without a parameter, it is the first of `views` to act on.

    `first` is its name, and `every` that of the view of all rows, in which a search looks.
    """

    title = _("view")
    parameter_name = "view"
    # Without a parameter, it is a view too.
    is_always_used = True
    views: Mapping[str, View]
    first: str
    every = "all"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.shown = self.view_shown(request)

    @classmethod
    def view_shown(cls, request: HttpRequest) -> str:
        """Return the view that the list shows. A search without a view is in all rows."""
        asked = request.GET.get(cls.parameter_name, "")
        if asked in cls.views:
            return asked
        return cls.every if request.GET.get(SEARCH_VAR) else cls.first

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [(name, view.label) for name, view in self.views.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(self.views[self.shown].condition(self.reader(request)))

    def reader(self, request: HttpRequest) -> object:
        """Return what the conditions of the views depend on: by default the user."""
        return request.user


class RowListAdmin(LookOnly, ScopedAdmin, HistoryAdmin):
    """The rows that were sent, with a page for each and a page for each decision.

    `views` is the filter by view, and `view_counts` counts them for a user. `organisation` is the
    column of the member whose name is searched. `pages` are the route, the view and the name of
    each page, and `decisions` the pages of decisions.
    """

    view_filter: type[RowViewFilter]
    view_counts: Callable[[User], Mapping[str, int]]
    organisation: str
    pages: tuple[tuple[str, Callable[..., HttpResponseBase], str], ...]
    decisions: tuple[tuple[Decision, Callable[..., HttpResponseBase]], ...]

    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    # This only makes the search box appear.
    search_fields = ("reference",)
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        match = request.resolver_match
        is_the_list = match is not None and match.url_name == self._url_name("changelist")
        return ChangeList if is_the_list else UnpaginatedChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find each word in the title, the reference or the name of the member."""
        for word in fold(search_term).split():
            queryset = queryset.filter(
                Q(search_text__contains=word)
                | Q(**{f"{self.organisation}__search_text__contains": word})
                | Q(title__icontains=word)
                | Q(title_en__icontains=word)
                | Q(reference__icontains=word)
            )
        return queryset, False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "GET" and (address := address_without_form_fields(request)):
            return redirect(address)
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        response = super().changelist_view(request, {**title, **(extra_context or {})})
        if isinstance(response, TemplateResponse) and response.context_data:
            shown_list = response.context_data.get("cl")
            if shown_list:
                response.context_data |= self.list_context(request, shown_list)
        return response

    def list_context(self, request: HttpRequest, shown_list: ChangeList) -> dict[str, Any]:
        """Return the views with their counts, and the filters."""
        by_view, counts = self.view_filter, type(self).view_counts(cast("User", request.user))
        shown, name_of_view = by_view.view_shown(request), by_view.parameter_name
        fields = [each for each in filter_fields(shown_list) if each.name != name_of_view]
        return {
            "views": [
                (name, view, counts[name], name == shown) for name, view in by_view.views.items()
            ],
            "view_kept": request.GET.get(name_of_view, ""),
            "filters": fields,
            "narrowed_by": [field for field in fields if field.chosen],
            "search_var": SEARCH_VAR,
            "without_search": shown_list.get_query_string(remove=[SEARCH_VAR]),
        }

    def get_urls(self) -> list[URLPattern]:
        # Before Django's own URLs, which would match any path.
        decisions = (
            (f"<int:pk>/{decision.name.replace('_', '-')}/", view, decision.name)
            for decision, view in self.decisions
        )
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=self._url_name(name))
                for route, view, name in (*self.pages, *decisions)
            ),
            *super().get_urls(),
        ]

    def _url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"
