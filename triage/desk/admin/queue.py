"""The queue: the members that wait for a decision, and the bulk actions on them."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from django.contrib import admin
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import StaffRequest
from accounts.models import User
from core.dates import format_date_short
from core.pagination import KeyPaginator
from focus_areas.models import FocusArea
from members.models import (
    CorrespondenceLanguage,
    GrantedRole,
    Member,
    MemberQuerySet,
    MemberStatus,
    SoughtRole,
    with_mentions,
    with_opinions,
)
from members.services import search
from members.services.countries import name_of
from members.services.response_times import day_in_geneva, is_response_overdue
from triage.decisions.admin.bulk_specs import BULK_ACTIONS
from triage.decisions.admin.last_decisions import undo_context
from triage.decisions.admin.specs import DECISIONS_WITH_KEYS
from triage.desk.admin import bulk_actions
from triage.desk.admin.bulk_runs import unfinished_runs_of
from triage.desk.admin.cells import checkbox_of, facts_of, flags_cell, render_cell
from triage.desk.admin.day_filters import DecidedFilter, SubmittedFilter, join_days
from triage.desk.admin.filter_fields import FIRST_ROW_FILTERS, filter_fields
from triage.desk.admin.filters import (
    AssigneeFilter,
    CallFilter,
    ClosingProposedFilter,
    CountryFilter,
    DecidedByFilter,
    DuplicateFilter,
    FirstChoiceFilter,
    FocusAreaFilter,
    GroupFilter,
    LanguageFilter,
    OriginFilter,
    RegionFilter,
    SpamFilter,
    StatusFilter,
    UnconfirmedAddressFilter,
    ViewFilter,
    reader_of,
    view_shown,
    view_to_keep,
    views_of,
)
from triage.desk.admin.offered_filters import offered_filters
from triage.desk.admin.own_views import own_views_context
from triage.desk.admin.urls import urls_of_members
from triage.desk.services.waiting_times import due_in_words, waiting_days_in_words
from triage.desk.services.work_queue import (
    ADMITTED,
    UNDECIDED_ORDER,
    VIEWS,
    view_counts,
)
from triage.duplicates.models import with_possible_duplicates
from triage.follow_ups.models import with_closing_proposed
from triage.holds.models import with_hold
from triage.staff_pages.claims import TAKE_PERMISSION
from triage.staff_pages.history import MemberHistoryAdmin
from triage.staff_pages.previous_next import SEARCH_RANK, UnpaginatedChangeList

# Used next to the text that says for whom the member waits.
SHORT_STATUSES = {MemberStatus.INFORMATION_REQUESTED: gettext_lazy("Info requested")}


# The columns of the view of members, who wait for nothing.
MEMBER_COLUMNS = (
    "organisation",
    "country_name",
    "area",
    "role_granted",
    "writes",
    "decided_on",
    "holder",
    "flags",
)


class ListLink(NamedTuple):
    """Something that can be done with the whole list."""

    label: str
    address: str


class MemberChangeList(ChangeList):
    """The list of members. Only the members of the shown page have the columns of the list."""

    result_list: MemberQuerySet

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        members = with_closing_proposed(
            self.result_list.with_failed_mail()
            .with_failed_answer()
            .with_last_message()
            .with_language()
            .with_unconfirmed_address()
        )
        user = cast("User", request.user)
        members = with_mentions(with_hold(with_opinions(members), at=now()), user)
        self.result_list = with_possible_duplicates(members, user)


@admin.register(Member)
class MemberAdmin(MemberHistoryAdmin):
    """The queue as a list, with a read-only page for each member and a page for each decision."""

    list_display = (
        "organisation",
        "country_name",
        "first_choice_area",
        "role_sought",
        "writes",
        "waiting",
        "holder",
        "status_in_words",
        "flags",
    )
    # The order in which the queue offers them: the view as tabs, a row, and "More".
    list_filter = (
        ViewFilter,
        LanguageFilter,
        "role",
        CountryFilter,
        FirstChoiceFilter,
        DecidedByFilter,
        "category",
        AssigneeFilter,
        RegionFilter,
        GroupFilter,
        StatusFilter,
        FocusAreaFilter,
        SubmittedFilter,
        DecidedFilter,
        ClosingProposedFilter,
        UnconfirmedAddressFilter,
        SpamFilter,
        DuplicateFilter,
        OriginFilter,
        ("call", CallFilter),
    )
    list_select_related = ("first_choice", "focus_area", "assignee", "call")
    list_per_page = 50
    empty_value_display = ""
    paginator = KeyPaginator
    # Facet counts would read every member once for each filter.
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "admin/members/member/queue.html"
    # Counting all members for each page of the queue would take longer than the rest of the page.
    show_full_result_count = False
    # This only makes the search box appear. members/services/search.py does the search.
    search_fields = ("organisation_name",)
    search_help_text = gettext_lazy(
        "Organisation, acronym, reference, person, email, phone, website, country or note."
    )
    actions: tuple[Any, ...] = tuple(bulk_actions.queue_action(bulk) for bulk in BULK_ACTIONS)

    def get_queryset(self, request: HttpRequest) -> MemberQuerySet:
        members: MemberQuerySet = super().get_queryset(request)  # type: ignore[assignment]
        # For the order. MemberChangeList adds the other columns.
        members = members.with_waiting_since()
        if typed := request.GET.get(SEARCH_VAR, ""):
            return members.annotate(**{SEARCH_RANK: search.rank(typed)})
        return members

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        if VIEWS[view_shown(request)].is_undecided:
            return list(UNDECIDED_ORDER)
        return ["submitted_at", "pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        if not search_term:
            return queryset, False
        if SEARCH_RANK not in queryset.query.annotations:
            # Another page asks, with the words in a parameter of its own: Django's autocomplete.
            queryset = queryset.annotate(**{SEARCH_RANK: search.rank(search_term)})
        found = search.find(queryset, search_term)
        cast("Any", request).about_the_search = found.in_words
        if ORDER_VAR in request.GET:
            return found.members, False
        return found.members.order_by(SEARCH_RANK, *queryset.query.order_by), False

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """Leave out the status if the name of the view says it, and show members what they are."""
        shown = view_shown(request)
        if shown == ADMITTED:
            return MEMBER_COLUMNS
        has_one_status = VIEWS[shown].has_one_status
        return tuple(
            column
            for column in self.list_display
            if not (has_one_status and column == "status_in_words")
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "GET" and (address := address_without_form_fields(request)):
            return redirect(address)
        title = {"title": title_of(view_shown(request))}
        response = super().changelist_view(request, {**title, **(extra_context or {})})
        if isinstance(response, TemplateResponse) and response.context_data:
            files = response.context_data.get("cl")
            response.context_data |= {
                "decisions_with_keys": DECISIONS_WITH_KEYS,
                "about_the_search": getattr(request, "about_the_search", ""),
                "is_best_first": ORDER_VAR not in request.GET,
                **(queue_context(request, files) if files else {}),
                "list_links": self.list_links(request, files.result_count) if files else [],
                "offered_filters": offered_filters(files) if files and files.query else [],
                "finds_typing_errors": search.finds_typing_errors(),
                **undo_context(cast("StaffRequest", request), at=now()),
            }
        return response

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        match = request.resolver_match
        is_the_list = match is not None and match.url_name == "members_member_changelist"
        return MemberChangeList if is_the_list else UnpaginatedChangeList

    def action_checkbox(self, obj: Member) -> SafeString:
        return checkbox_of(obj, super().action_checkbox)

    def list_links(self, request: HttpRequest, number: int) -> list[ListLink]:
        """Return what can be done with the whole list, of `number` rows, and beside it."""
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        links = {
            "members.import_member": ListLink(
                _("Import"), reverse("admin:members_member_import_file")
            ),
            "members.export_member": ListLink(
                _("Export"), reverse("admin:members_member_export") + query
            ),
        }
        if not number:
            del links["members.export_member"]
        return [link for permission, link in links.items() if request.user.has_perm(permission)]

    @admin.display(description=gettext_lazy("organisation"), ordering="organisation_name")
    def organisation(self, member: Member) -> str:
        """Show the name in its own text direction, with the acronym."""
        return render_cell(
            "admin/members/member/_organisation.html",
            member=facts_of(member, "organisation_name", "acronym"),
        )

    @admin.display(description=gettext_lazy("country"), ordering="country")
    def country_name(self, member: Member) -> str:
        return render_cell("admin/members/member/_country.html", country=name_of(member.country))

    @admin.display(description=gettext_lazy("first choice"), ordering="first_choice__number")
    def first_choice_area(self, member: Member) -> str:
        return area_cell(member.first_choice)

    @admin.display(description=gettext_lazy("focus area"), ordering="focus_area__number")
    def area(self, member: Member) -> str:
        return area_cell(member.focus_area) if member.focus_area else ""

    @admin.display(description=gettext_lazy("role sought"), ordering="role")
    def role_sought(self, member: Member) -> str:
        return str(SoughtRole(member.role).label)

    @admin.display(description=gettext_lazy("role"), ordering="granted_role")
    def role_granted(self, member: Member) -> str:
        return str(GrantedRole(member.granted_role).label) if member.granted_role else ""

    @admin.display(description=gettext_lazy("writes"))
    def writes(self, member: Any) -> str:
        """Name the language in which the primary focal point is written to."""
        return str(CorrespondenceLanguage(member.language).label) if member.language else ""

    @admin.display(description=gettext_lazy("decided"), ordering="decided_at")
    def decided_on(self, member: Member) -> str:
        decided_at = member.decided_at
        return format_date_short(day_in_geneva(decided_at)) if decided_at else ""

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_in_words(self, member: Member) -> str:
        status = MemberStatus(member.status)
        return render_cell(
            "admin/members/member/_status_word.html",
            member=facts_of(member, "status"),
            word=str(SHORT_STATUSES.get(status, status.label)),
        )

    @admin.display(description=gettext_lazy("waiting for us"), ordering="waiting_since")
    def waiting(self, member: Member) -> str:
        """Show how long the member has waited, and until when it was promised an answer."""
        at = now()
        return render_cell(
            "admin/members/member/_days.html",
            days=waiting_days_in_words(member, at),
            due=due_in_words(member, at),
            is_overdue=is_response_overdue(member, at=at),
        )

    @admin.display(description=gettext_lazy("assignee"), ordering="assignee__name")
    def holder(self, member: Member) -> str:
        name = str(member.assignee or "")
        return render_cell("admin/members/member/_holder.html", name=name)

    @admin.display(description=gettext_lazy("flags"))
    def flags(self, member: Member) -> str:
        """Show the facts that are useful before opening the member's page."""
        return flags_cell(member)

    def get_urls(self) -> list[URLPattern]:
        # Before Django's own URLs, which would match any path.
        return [*urls_of_members(self.admin_site.admin_view), *super().get_urls()]

    # Members are created by the intake, changed on their own pages and never deleted, even by
    # superusers.
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        return False


def title_of(view: str) -> str:
    """Return the heading of the list: who is in a view."""
    if VIEWS[view].is_undecided:
        return _("Applicants")
    return _("Members") if view == ADMITTED else _("Organisations")


def area_cell(area: FocusArea) -> str:
    """Return the mark and the name of a focus area."""
    shown = facts_of(area, "number", "name")
    return render_cell("admin/members/member/_area.html", focus_area=shown)


def queue_context(request: HttpRequest, files: ChangeList) -> dict[str, Any]:
    """Return the views with their counts, the filters, and those that are active."""
    user, shown = cast("User", request.user), view_shown(request)
    runs = unfinished_runs_of(cast("StaffRequest", request))
    counts = view_counts(reader_of(request), unfinished_runs=runs)
    fields = filter_fields(files)
    more = [field for field in fields if field.name not in FIRST_ROW_FILTERS]
    return {
        "unfinished_run": runs.last() if counts.get("unfinished_runs") else None,
        "views": [
            (name, view, counts.get(name), name == shown)
            for name, view in views_of(request).items()
            if shown != ADMITTED or not view.is_undecided
        ],
        "may_take": user.has_perm(TAKE_PERMISSION) and shown != ADMITTED,
        "unassigned": counts.get("unassigned") if shown != ADMITTED else 0,
        "view_kept": view_to_keep(request),
        "filters": [field for field in fields if field.name in FIRST_ROW_FILTERS],
        "more_filters": more,
        "more_active": sum(bool(field.chosen) for field in more),
        "narrowed_by": [field for field in fields if field.chosen],
        **own_views_context(cast("StaffRequest", request), files),
        "search_var": SEARCH_VAR,
        "without_search": files.get_query_string(remove=[SEARCH_VAR]),
    }


def address_without_form_fields(request: HttpRequest) -> str:
    """Return the address of a list as it is without a form; empty if it is that already.

    It has no field that was left empty, and the two days of a filter are one parameter. The link
    *Show all* has an empty parameter too. It gets a value, because Django's links back to a list
    keep only parameters with a value.
    """
    given = request.GET.copy()
    join_days(given)
    if ALL_VAR in given:
        given[ALL_VAR] = "1"
    for name in [name for name, value in given.items() if not value]:
        del given[name]
    if given == request.GET:
        return ""
    return f"{request.path}?{given.urlencode()}" if given else request.path


def _permission_check(permission: str) -> Callable[[MemberAdmin, HttpRequest], bool]:
    return lambda _admin, request: request.user.has_perm(permission)


# The permission methods of the queue's actions, such as has_admit_permission().
for _bulk in BULK_ACTIONS:
    setattr(
        MemberAdmin,
        f"has_{_bulk.decision.name}_permission",
        _permission_check(_bulk.decision.permission),
    )
