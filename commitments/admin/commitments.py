"""The list of commitments as a work queue, and the URLs of their pages."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.admin.commitment_page import PAGES, assign, commitment_panes
from commitments.admin.filters import (
    AreaFilter,
    AssigneeFilter,
    ConditionFilter,
    PlaceFilter,
    ViewFilter,
)
from commitments.admin.second_person import PublishingView, SecondPersonView, take_back
from commitments.admin.specs import CORRECT_TEXTS, DECISIONS, PUBLISHING
from commitments.models import Commitment
from commitments.services.summaries import with_behind_reason
from commitments.services.typed_places import place_name
from commitments.services.work_queue import view_counts, with_flags
from core.languages import with_commas
from triage.decisions.admin.declaration import Decision
from triage.desk.admin.row_list import RowListAdmin

# Places that a row of the list names.
MAX_PLACES = 3


class CorrectTextsView(SecondPersonView):
    """The page of corrected texts shows what they change."""

    def get_context(self) -> dict[str, Any]:
        return {"text_changes": self.form.choice["changes"]}


def _view_of(decision: Decision) -> Callable[..., HttpResponseBase]:
    views = {CORRECT_TEXTS: CorrectTextsView, **dict.fromkeys(PUBLISHING, PublishingView)}
    view = views.get(decision, SecondPersonView)
    return view.as_view(decision=decision, panes=commitment_panes, template=PAGES.template)


@admin.register(Commitment)
class CommitmentAdmin(RowListAdmin):
    """Commitments that were sent, with a page for each and a page for each decision."""

    view_filter = ViewFilter
    view_counts = staticmethod(view_counts)
    organisation = "lead"
    pages = (
        *PAGES.urls,
        ("<int:pk>/assign/", assign, "assign"),
        ("<int:pk>/take-back-request/", take_back, "take_back_request"),
    )
    decisions = tuple((decision, _view_of(decision)) for decision in DECISIONS)
    list_display = ("what", "who", "state", "type", "area", "where", "waiting", "holder")
    list_display_links = ("what",)
    list_filter = (*(ViewFilter, AreaFilter, "type", ConditionFilter, AssigneeFilter, PlaceFilter),)
    list_select_related = ("lead", "focus_area", "assignee")
    ordering = ("submitted_at", "pk")
    change_list_template = "admin/commitments/commitment/list.html"
    search_help_text = gettext_lazy("Title, reference or lead.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        commitments: Any = super().get_queryset(request)
        flagged = with_behind_reason(with_flags(commitments))
        found: QuerySet[Any] = flagged.prefetch_related("places")
        return found

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
        return render_to_string("admin/members/member/_focus_area.html", area)

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
