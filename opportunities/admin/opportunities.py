"""The lists of needs and offers, and of contacts, with the URLs of their pages."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from commitments.admin.filters import AreaFilter
from core.admin.lookups import LookOnly, ScopedAdmin
from opportunities.admin.opportunity_page import PAGES, enter_need, opportunity_panes
from opportunities.admin.specs import DECISIONS
from opportunities.models import Contact, Opportunity, OpportunityStatus
from opportunities.services.register import rows_of, with_rows
from opportunities.services.work_queue import ORDERS, TO_DECIDE, VIEWS, view_counts
from triage.decisions.admin.base import DecisionView
from triage.desk.admin.row_list import RowListAdmin, RowViewFilter

LIST = "admin/opportunities/opportunity/"


class ViewFilter(RowViewFilter):
    """By view (services/work_queue.py)."""

    views = VIEWS
    first = TO_DECIDE

    def reader(self, request: HttpRequest) -> datetime:
        return now()


class StatusFilter(admin.SimpleListFilter):
    """The statuses of those that were sent. Staff see no others."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [each for each in OpportunityStatus.choices if each[0] != OpportunityStatus.DRAFT]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Opportunity)
class OpportunityAdmin(RowListAdmin):
    """Needs and offers that were sent, with a page for each and a page for each decision."""

    view_filter = ViewFilter
    view_counts = staticmethod(lambda user: view_counts(user, at=now()))
    organisation = "member"
    pages = (*PAGES.urls, ("enter/", enter_need, "enter"))
    decisions = tuple(
        (
            each,
            DecisionView.as_view(decision=each, panes=opportunity_panes, template=PAGES.template),
        )
        for each in DECISIONS
    )
    list_display = ("what", "who", "state", "area", "where", "waiting", "answers")
    list_display_links = ("what",)
    list_filter = (ViewFilter, "kind", StatusFilter, AreaFilter)
    ordering = ("sent_at", "pk")
    change_list_template = f"{LIST}list.html"
    search_help_text = _("Title, reference or member.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_rows(super().get_queryset(request))

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return list(ORDERS.get(ViewFilter.view_shown(request), self.ordering))

    def list_context(self, request: HttpRequest, shown_list: ChangeList) -> dict[str, Any]:
        contacts = Contact.objects.visible_to(request.user).waiting()  # type: ignore[arg-type]
        context = super().list_context(request, shown_list)
        return {**context, "contacts_waiting": contacts.count()}

    @admin.display(description=_("need or offer"), ordering="title")
    def what(self, opportunity: Opportunity) -> str:
        return render_to_string(f"{LIST}_what.html", {"opportunity": opportunity})

    @admin.display(description=_("member"), ordering="member__sort_key")
    def who(self, opportunity: Opportunity) -> str:
        return str(opportunity.member.organisation_name)

    @admin.display(description=_("status"), ordering="status")
    def state(self, opportunity: Opportunity) -> str:
        return render_to_string(f"{LIST}_status.html", {"opportunity": opportunity})

    @admin.display(description=_("focus area"), ordering="focus_area__number")
    def area(self, opportunity: Opportunity) -> str:
        area = {"focus_area": opportunity.focus_area}
        return render_to_string("admin/members/member/_focus_area.html", area)

    @admin.display(description=_("places"))
    def where(self, opportunity: Opportunity) -> str:
        return rows_of([opportunity], at=now())[0].where

    @admin.display(description=_("waiting"), ordering="published_at")
    def waiting(self, opportunity: Opportunity) -> str:
        """Show for how long it has been public, or waited for staff."""
        row = rows_of([opportunity], at=now())[0]
        return render_to_string(f"{LIST}_waiting.html", {"opportunity": opportunity, "row": row})

    @admin.display(description=_("answers"))
    def answers(self, opportunity: Opportunity) -> str:
        row = rows_of([opportunity], at=now())[0]
        return render_to_string(f"{LIST}_answers.html", {"row": row})


@admin.register(Contact)
class ContactAdmin(LookOnly, ScopedAdmin):
    """Contacts, for following those that wait: never what was written, nor the names of people."""

    list_display = ("about", "who", "asked", "status", "sent_at", "answered_at")
    list_display_links = None
    list_filter = ("status",)
    list_select_related = ("member", "opportunity__member")
    list_per_page = 50
    ordering = ("sent_at", "pk")
    search_fields = ("opportunity__reference", "opportunity__title")
    search_help_text = _("Title or reference of the need or offer.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        without_texts = super().get_queryset(request)
        return without_texts.defer("message", "sent_by_name", "answered_by_name")

    @admin.display(description=_("about"), ordering="opportunity__reference")
    def about(self, contact: Contact) -> str:
        return render_to_string("admin/opportunities/contact/_about.html", {"contact": contact})

    @admin.display(description=_("member"), ordering="member__sort_key")
    def who(self, contact: Contact) -> str:
        return str(contact.member.organisation_name)

    @admin.display(description=_("asked of"))
    def asked(self, contact: Contact) -> str:
        return str(contact.opportunity.member.organisation_name)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow the list alone: the page of one would show what was written."""
        return obj is None and super().has_view_permission(request, obj)
