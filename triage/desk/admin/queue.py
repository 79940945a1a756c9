"""The queue: the members that wait for a decision, and the bulk actions on them."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ALL_VAR, SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import StaffRequest
from accounts.models import User
from core.pagination import KeyPaginator
from members.models import (
    Call,
    Category,
    Member,
    MemberQuerySet,
    MemberStatus,
    with_opinions,
)
from members.services import search
from members.services.countries import name_of, region_of
from members.services.response_times import is_response_overdue
from triage.decisions.admin.bulk_specs import BULK_ACTIONS
from triage.decisions.admin.letter_preview import letter_preview
from triage.decisions.admin.pages import view_of
from triage.decisions.admin.specs import ADMIT, DECISIONS, DECISIONS_WITH_KEYS
from triage.desk.admin import bulk_actions, correction
from triage.desk.admin.admission import AdmitView
from triage.desk.admin.bulk_runs import bulk_run_progress, show_bulk_run, unfinished_run_of
from triage.desk.admin.cells import checkbox_of, facts_of, flags_cell, render_cell
from triage.desk.admin.filter_fields import FIRST_ROW_FILTERS, filter_fields
from triage.desk.admin.filters import (
    AssigneeFilter,
    ClosingProposedFilter,
    CountryFilter,
    DecidedFilter,
    DuplicateFilter,
    FirstChoiceFilter,
    FocusAreaFilter,
    GroupFilter,
    OriginFilter,
    RegionFilter,
    SpamFilter,
    StatusFilter,
    SubmittedFilter,
    UnconfirmedAddressFilter,
    ViewFilter,
    view_shown,
    view_to_keep,
    views_of,
)
from triage.desk.admin.member_page import (
    add_note,
    answer_file,
    member_panes,
    reply_file,
    show_member,
)
from triage.desk.admin.offered_filters import offered_filters
from triage.desk.admin.presence import presence
from triage.desk.admin.resend import resend_letter
from triage.desk.admin.scheduled import follow_up_now, follow_up_skip
from triage.desk.admin.template_preview import preview_template_for_member
from triage.desk.admin.undo import undo
from triage.desk.admin.workload import reassign_all_of, show_workload
from triage.desk.services.waiting_times import waiting_in_words
from triage.desk.services.work_queue import UNDECIDED_ORDER, VIEWS, Reader, view_counts
from triage.duplicates.admin import duplicates
from triage.duplicates.admin.comparison import compare
from triage.duplicates.models import with_possible_duplicates
from triage.follow_ups.models import with_closing_proposed
from triage.opinions.admin import give_opinion, list_opinions, withdraw_opinion
from triage.spreadsheets import admin as spreadsheets
from triage.staff_pages.history import MemberHistoryAdmin
from triage.staff_pages.previous_next import UnpaginatedChangeList

# Used if the category's full name would need more than one line of a row.
SHORT_CATEGORIES = {
    Category.SECTOR_MEMBER: gettext_lazy("Sector Member"),
    Category.REGIONAL_INTERNATIONAL_ORGANISATION: gettext_lazy("Regional / int’l"),
    Category.UN_SPECIALIZED_AGENCY: gettext_lazy("UN agency"),
}
# Used next to the text that says for whom the member waits.
SHORT_STATUSES = {MemberStatus.INFORMATION_REQUESTED: gettext_lazy("Info requested")}


class MemberChangeList(ChangeList):
    """The list of members. Only the members of the shown page have the columns of the list."""

    result_list: MemberQuerySet

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        members = with_closing_proposed(
            self.result_list.with_failed_mail()
            .with_failed_answer()
            .with_last_message()
            .with_unconfirmed_address()
        )
        self.result_list = with_possible_duplicates(
            with_opinions(members), cast("User", request.user)
        )


@admin.register(Member)
class MemberAdmin(MemberHistoryAdmin):
    """The queue as a list, with a read-only page for each member and a page for each decision."""

    list_display = (
        "organisation",
        "first_choice_area",
        "status_in_words",
        "waiting",
        "holder",
        "last_message",
        "flags",
        "country_and_region",
    )
    # The order in which the queue offers them: the view as tabs, a row, and "More".
    list_filter = (
        ViewFilter,
        FirstChoiceFilter,
        "category",
        AssigneeFilter,
        RegionFilter,
        CountryFilter,
        StatusFilter,
        FocusAreaFilter,
        GroupFilter,
        ClosingProposedFilter,
        UnconfirmedAddressFilter,
        SpamFilter,
        DuplicateFilter,
        OriginFilter,
        "call",
        SubmittedFilter,
        DecidedFilter,
    )
    list_select_related = ("first_choice", "assignee", "call")
    list_per_page = 50
    paginator = KeyPaginator
    # Facet counts would read every member once for each filter.
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "admin/members/member/queue.html"
    # Counting all members for each page of the queue would take longer than the rest of the page.
    show_full_result_count = False
    # This only makes the search box appear. members/services/search.py does the search.
    search_fields = ("organisation_name",)
    search_help_text = gettext_lazy(
        "Organisation, acronym, reference, focal point, email, website, country, assignee or note."
    )
    actions: tuple[Any, ...] = tuple(bulk_actions.queue_action(bulk) for bulk in BULK_ACTIONS)

    def get_queryset(self, request: HttpRequest) -> MemberQuerySet:
        members: MemberQuerySet = super().get_queryset(request)  # type: ignore[assignment]
        # For the order. MemberChangeList adds the other columns.
        return members.with_waiting_since()

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        if VIEWS[view_shown(request)].is_undecided:
            return list(UNDECIDED_ORDER)
        return ["submitted_at", "pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        if not search_term:
            return queryset, False
        found = search.find(queryset, search_term)
        cast("Any", request).about_the_search = found.in_words
        return found.members, False

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """Leave out the status if the name of the view says it."""
        has_one_status = VIEWS[view_shown(request)].has_one_status
        return tuple(
            column
            for column in self.list_display
            if not (has_one_status and column == "status_in_words")
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "GET" and "" in request.GET.values():
            return redirect(without_empty_values(request))
        title = {"title": _("Members")}
        response = super().changelist_view(request, {**title, **(extra_context or {})})
        if isinstance(response, TemplateResponse) and response.context_data:
            files = response.context_data.get("cl")
            response.context_data |= {
                "decisions_with_keys": DECISIONS_WITH_KEYS,
                "unfinished_run": unfinished_run_of(cast("StaffRequest", request)),
                "about_the_search": getattr(request, "about_the_search", ""),
                **(queue_context(request, files) if files else {}),
                "offered_filters": offered_filters(files) if files and files.query else [],
                "finds_typing_errors": search.finds_typing_errors(),
            }
        return response

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        match = request.resolver_match
        is_the_list = match is not None and match.url_name == "members_member_changelist"
        return MemberChangeList if is_the_list else UnpaginatedChangeList

    def action_checkbox(self, obj: Member) -> SafeString:
        return checkbox_of(obj, super().action_checkbox)

    @admin.display(description=gettext_lazy("organisation"), ordering="organisation_name")
    def organisation(self, member: Member) -> str:
        """Show the name in its own text direction, with acronym and category."""
        category = Category(member.category)
        return render_cell(
            "admin/members/member/_organisation.html",
            member=facts_of(member, "organisation_name", "acronym"),
            category=str(SHORT_CATEGORIES.get(category, category.label)),
        )

    @admin.display(description=gettext_lazy("first choice"), ordering="first_choice__number")
    def first_choice_area(self, member: Member) -> str:
        area = facts_of(member.first_choice, "number", "name", "short_name")
        return render_cell("admin/members/member/_area.html", focus_area=area)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_in_words(self, member: Member) -> str:
        status = MemberStatus(member.status)
        return render_cell(
            "admin/members/member/_status_word.html",
            member=facts_of(member, "status"),
            word=str(SHORT_STATUSES.get(status, status.label)),
        )

    @admin.display(description=gettext_lazy("waiting"), ordering="waiting_since")
    def waiting(self, member: Member) -> str:
        """Show how long the member has waited, for whom, and whether that is too long."""
        return render_cell(
            "admin/members/member/_waiting.html",
            waiting=waiting_in_words(member, now()),
            is_overdue=is_response_overdue(member, at=now()),
        )

    @admin.display(description=gettext_lazy("assignee"), ordering="assignee__name")
    def holder(self, member: Member) -> str:
        return str(member.assignee or "")

    @admin.display(description=gettext_lazy("last email"))
    def last_message(self, member: Any) -> str:
        return render_cell("admin/members/member/_last_message.html", status=member.last_message)

    @admin.display(description=gettext_lazy("flags"))
    def flags(self, member: Member) -> str:
        """Show the facts that are useful before opening the member's page."""
        return flags_cell(member)

    @admin.display(description=gettext_lazy("country and region"), ordering="country")
    def country_and_region(self, member: Member) -> str:
        """Show the country by name, with the code of its ITU region if it has one."""
        return render_cell(
            "admin/members/member/_country.html",
            country=name_of(member.country),
            region=region_of(member.country),
        )

    def get_urls(self) -> list[URLPattern]:
        # Before Django's own URLs, which would match any path.
        staff = self.admin_site.admin_view
        pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            *(
                (f"{bulk.page.replace('_', '-')}/", bulk_actions.bulk_view(bulk), bulk.page)
                for bulk in BULK_ACTIONS
                if bulk.page
            ),
            (
                "<int:pk>/letter-preview/<str:key>/<int:number>/",
                letter_preview,
                "letter_preview",
            ),
            ("try-text/<int:template>/", preview_template_for_member, "preview_template"),
            ("workload/", show_workload, "workload"),
            ("workload/<int:pk>/reassign/", reassign_all_of, "reassign_all"),
            ("export/", spreadsheets.export, "export"),
            ("import/", spreadsheets.import_file, "import_file"),
            ("import/confirm/", spreadsheets.import_confirm, "import_confirm"),
            ("import/template/<str:kind>/", spreadsheets.import_template, "import_template"),
            ("<int:pk>/change/", show_member, "change"),
            ("<int:pk>/beside/<int:other>/", compare, "compare"),
            ("<int:pk>/admit/", AdmitView.as_view(), "admit"),
            ("<int:pk>/find-original/", duplicates.find_original, "find_original"),
            (
                "<int:pk>/same-as/<int:other>/",
                duplicates.CloseAsDuplicateView.as_view(),
                "close_as_duplicate",
            ),
            ("<int:pk>/set-apart/<int:other>/", duplicates.dismiss_duplicate, "set_apart"),
            ("<int:pk>/propose-again/<int:other>/", duplicates.restore_duplicate, "propose_again"),
            ("<int:pk>/note/", add_note, "note"),
            ("opinions/", list_opinions, "opinions"),
            ("opinions/<int:opinion>/", give_opinion, "opinion"),
            (
                "<int:pk>/opinions/<int:opinion>/withdraw/",
                withdraw_opinion,
                "withdraw_opinion",
            ),
            ("<int:pk>/files/<int:file>/", answer_file, "answer_file"),
            ("<int:pk>/received/<int:received>/", reply_file, "reply_file"),
            ("<int:pk>/follow-up-now/", follow_up_now, "follow_up_now"),
            ("<int:pk>/follow-up-skip/", follow_up_skip, "follow_up_skip"),
            *(
                (
                    f"<int:pk>/{decision.name.replace('_', '-')}/",
                    view_of(decision, member_panes),
                    decision.name,
                )
                for decision in DECISIONS
                if decision is not ADMIT
            ),
            ("undo/", undo, "undo"),
            ("bulk-runs/<int:run>/", show_bulk_run, "bulk_run"),
            ("bulk-runs/<int:run>/progress/", bulk_run_progress, "bulk_run_progress"),
            ("<int:pk>/presence/", presence, "presence"),
            ("<int:pk>/correct/", correction.correct, "correct"),
            ("<int:pk>/revoke-links/<int:focal_point>/", correction.revoke_links, "revoke_links"),
            ("<int:pk>/write-again/<int:message>/", resend_letter, "resend"),
        ]
        return [
            *(
                path(route, staff(view), name=f"members_member_{name}")
                for route, view, name in pages
            ),
            *super().get_urls(),
        ]

    # Members are created by the intake, changed on their own pages and never deleted, even by
    # superusers.
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        return False


def queue_context(request: HttpRequest, files: ChangeList) -> dict[str, Any]:
    """Return the views with their counts, the filters, and those that are active."""
    user, shown = cast("User", request.user), view_shown(request)
    counts = view_counts(Reader(user=user, calls=Call.objects.all(), at=now()))
    fields = filter_fields(files)
    more = [field for field in fields if field.name not in FIRST_ROW_FILTERS]
    return {
        "views": [
            (name, view, counts.get(name), name == shown)
            for name, view in views_of(request).items()
        ],
        "view_kept": view_to_keep(request),
        "filters": [field for field in fields if field.name in FIRST_ROW_FILTERS],
        "more_filters": more,
        "more_active": sum(bool(field.chosen) for field in more),
        "narrowed_by": [field for field in fields if field.chosen],
        "search_var": SEARCH_VAR,
        "without_search": files.get_query_string(remove=[SEARCH_VAR]),
    }


def without_empty_values(request: HttpRequest) -> str:
    """Return the address of a list without the fields of its form that were left empty.

    The link *Show all* has an empty parameter too. It gets a value, because Django's links back to
    a list keep only parameters with a value.
    """
    given = request.GET.copy()
    if ALL_VAR in given:
        given[ALL_VAR] = "1"
    for name in [name for name, value in given.items() if not value]:
        del given[name]
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
