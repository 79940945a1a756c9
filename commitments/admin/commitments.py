"""The list of commitments as a work queue, and the URLs of their pages."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from commitments.admin.commitment_page import (
    add_note,
    assign,
    commitment_panes,
    reply_file,
    show_commitment,
    undo,
)
from commitments.admin.filters import (
    AreaFilter,
    AssigneeFilter,
    ConditionFilter,
    PlaceFilter,
    ViewFilter,
    view_shown,
)
from commitments.admin.second_person import PublishingView, SecondPersonView, take_back
from commitments.admin.specs import CORRECT_TEXTS, DECISIONS, PUBLISHING
from commitments.models import Commitment
from commitments.services.summaries import with_behind_reason
from commitments.services.typed_places import place_name
from commitments.services.work_queue import VIEWS, view_counts, with_flags
from core.admin.history import HistoryAdmin
from core.admin.lookups import LookOnly, ScopedAdmin
from core.folding import fold
from core.languages import with_commas
from triage.decisions.admin.declaration import Decision
from triage.desk.admin.filter_fields import filter_fields
from triage.desk.admin.queue import without_empty_values
from triage.staff_pages.previous_next import UnpaginatedChangeList

# Places that a row of the list names.
MAX_PLACES = 3


@admin.register(Commitment)
class CommitmentAdmin(LookOnly, ScopedAdmin, HistoryAdmin):
    """Commitments that were sent, with a page for each and a page for each decision."""

    list_display = ("what", "who", "state", "type", "area", "where", "waiting", "holder")
    list_display_links = ("what",)
    list_filter = (*(ViewFilter, AreaFilter, "type", ConditionFilter, AssigneeFilter, PlaceFilter),)
    list_select_related = ("lead", "focus_area", "assignee")
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    ordering = ("submitted_at", "pk")
    change_list_template = "admin/commitments/commitment/list.html"
    # This only makes the search box appear.
    search_fields = ("reference",)
    search_help_text = gettext_lazy("Title, reference or lead.")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        commitments: Any = super().get_queryset(request)
        flagged = with_behind_reason(with_flags(commitments))
        found: QuerySet[Any] = flagged.prefetch_related("places")
        return found

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        match = request.resolver_match
        is_the_list = match is not None and match.url_name == "commitments_commitment_changelist"
        return ChangeList if is_the_list else UnpaginatedChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find each word in the title, the reference or the name of the lead."""
        for word in fold(search_term).split():
            queryset = queryset.filter(
                Q(search_text__contains=word)
                | Q(lead__search_text__contains=word)
                | Q(title__icontains=word)
                | Q(title_en__icontains=word)
                | Q(reference__icontains=word)
            )
        return queryset, False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "GET" and "" in request.GET.values():
            return redirect(without_empty_values(request))
        response = super().changelist_view(
            request, {"title": _("Commitments"), **(extra_context or {})}
        )
        if isinstance(response, TemplateResponse) and response.context_data:
            shown_list = response.context_data.get("cl")
            if shown_list:
                response.context_data |= _list_context(request, shown_list)
        return response

    @admin.display(description=gettext_lazy("commitment"), ordering="title")
    def what(self, commitment: Commitment) -> str:
        return render_to_string(
            "admin/commitments/commitment/_what.html", {"commitment": commitment}
        )

    @admin.display(description=gettext_lazy("lead"), ordering="lead__sort_key")
    def who(self, commitment: Commitment) -> str:
        return str(commitment.lead.organisation_name)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, commitment: Commitment) -> str:
        return render_to_string(
            "admin/commitments/commitment/_status.html", {"commitment": commitment}
        )

    @admin.display(description=gettext_lazy("focus area"), ordering="focus_area__number")
    def area(self, commitment: Commitment) -> str:
        area = {"focus_area": commitment.focus_area}
        return render_to_string("admin/members/member/_area.html", area)

    @admin.display(description=gettext_lazy("places"))
    def where(self, commitment: Commitment) -> str:
        """Name the first places, and say how many more there are."""
        places = sorted(commitment.places.all(), key=lambda place: place.pk)
        named = with_commas(
            place_name(place.country, place.region) for place in places[:MAX_PLACES]
        )
        more = len(places) - MAX_PLACES
        words = _("%(places)s and %(more)d more")
        return words % {"places": named, "more": more} if more > 0 else named

    @admin.display(description=gettext_lazy("sent"), ordering="submitted_at")
    def waiting(self, commitment: Commitment) -> str:
        """Show the day on which it was sent, and how long ago that is."""
        days = 0
        if commitment.submitted_at:
            days = (localdate(now()) - localdate(commitment.submitted_at)).days
        return render_to_string(
            "admin/commitments/commitment/_sent.html", {"commitment": commitment, "days": days}
        )

    @admin.display(description=gettext_lazy("assignee"), ordering="assignee__name")
    def holder(self, commitment: Commitment) -> str:
        return str(commitment.assignee or "")

    def get_urls(self) -> list[URLPattern]:
        # Before Django's own URLs, which would match any path.
        staff = self.admin_site.admin_view
        pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("<int:pk>/change/", show_commitment, "change"),
            ("<int:pk>/note/", add_note, "note"),
            ("<int:pk>/assign/", assign, "assign"),
            ("<int:pk>/received/<int:received>/", reply_file, "reply_file"),
            ("undo/", undo, "undo"),
            ("<int:pk>/take-back-request/", take_back, "take_back_request"),
            *(
                (
                    f"<int:pk>/{decision.name.replace('_', '-')}/",
                    _view_of(decision),
                    decision.name,
                )
                for decision in DECISIONS
            ),
        ]
        return [
            *(
                path(route, staff(view), name=f"commitments_commitment_{name}")
                for route, view, name in pages
            ),
            *super().get_urls(),
        ]


class CorrectTextsView(SecondPersonView):
    """The page of corrected texts shows what they change."""

    def get_context(self) -> dict[str, Any]:
        return {"text_changes": self.form.choice["changes"]}


def _view_of(decision: Decision) -> Callable[..., HttpResponseBase]:
    views = {CORRECT_TEXTS: CorrectTextsView, **dict.fromkeys(PUBLISHING, PublishingView)}
    view = views.get(decision, SecondPersonView)
    return view.as_view(decision=decision, panes=commitment_panes)


def _list_context(request: HttpRequest, shown_list: ChangeList) -> dict[str, Any]:
    """Return the views with their counts, and the filters."""
    shown, counts = view_shown(request), view_counts(cast("User", request.user))
    fields = [each for each in filter_fields(shown_list) if each.name != ViewFilter.parameter_name]
    return {
        "views": [(name, view, counts[name], name == shown) for name, view in VIEWS.items()],
        "view_kept": request.GET.get(ViewFilter.parameter_name, ""),
        "filters": fields,
        "narrowed_by": [field for field in fields if field.chosen],
        "search_var": SEARCH_VAR,
        "without_search": shown_list.get_query_string(remove=[SEARCH_VAR]),
    }
