"""The filters of the queue."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.numbers import whole_number
from focus_areas.models import FOCUS_AREA_NAMES, FocusArea
from members.models import (
    UNDECIDED_STATUSES,
    Call,
    CorrespondenceLanguage,
    FocalPoint,
    Member,
    MemberStatus,
    Origin,
    SpamSignal,
)
from members.services.countries import (
    CountryGroup,
    Region,
    codes_in_region,
    codes_outside_regions,
    countries_in,
    name_of,
    sorted_names,
)
from members.services.figures import OUTSIDE_REGIONS
from members.services.response_times import day_in_geneva
from triage.desk.services.work_queue import (
    EVERY_MEMBER,
    NEEDS_ACTION,
    VIEWS,
    Reader,
    View,
    views_for,
)
from triage.desk.services.workload import possible_assignees
from triage.duplicates.models import possible_duplicates_q
from triage.follow_ups.models import proposed_to_close
from triage.statistics.models import ADMITTED_OR_DECLINED, ANSWERED

Lookups = list[tuple[str, Any]]

# A list with one of these has members of every status, if it has no view: who looks for a decided
# member would not find it among those that need action.
FIND_EVERY_MEMBER = (SEARCH_VAR, "status", "focus_area", "decided", "decided_by")


def views_of(request: HttpRequest) -> dict[str, View]:
    """Return the views that the user may use."""
    return views_for(cast("User", request.user))


def reader_of(request: HttpRequest) -> Reader:
    """Return who reads the list, and when. The calls are read once for a request."""
    asked = cast("Any", request)
    if not hasattr(asked, "every_call"):
        asked.every_call = Call.objects.all()
    return Reader(user=cast("User", request.user), calls=asked.every_call, at=now())


def first_view(request: HttpRequest) -> str:
    """Return the view of the list when it is opened without any choice."""
    return NEEDS_ACTION if NEEDS_ACTION in views_of(request) else EVERY_MEMBER


def view_shown(request: HttpRequest) -> str:
    """Return the name of the view that a list shows, also if its address names none."""
    asked = request.GET.get(ViewFilter.parameter_name, "")
    if asked in views_of(request):
        return asked
    is_for_all = any(request.GET.get(name) for name in FIND_EVERY_MEMBER)
    return EVERY_MEMBER if is_for_all else first_view(request)


def view_to_keep(request: HttpRequest) -> str:
    """Return the view that a search or a filter keeps; empty if the list chooses it by itself.

    A search that starts in the first view is a search in all members.
    """
    shown = view_shown(request)
    is_chosen = request.GET.get(ViewFilter.parameter_name) == shown
    return shown if is_chosen and shown != first_view(request) else ""


class ViewFilter(admin.SimpleListFilter):
    """By view of the queue (triage/desk/services/work_queue.py). It is shown as tabs."""

    title = _("view")
    parameter_name = "view"
    # A list without the parameter has a view as well.
    is_always_used = True

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.shown = view_shown(request)

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return [(name, view.label) for name, view in views_of(request).items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        return queryset.filter(VIEWS[self.shown].condition(reader_of(request)))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        _stock_all, *choices = super().choices(changelist)
        for (value, _title), choice in zip(self.lookup_choices, choices, strict=True):
            yield {**choice, "selected": value == self.shown}


def not_in_views(lookups: Iterable[tuple[str, Any]], asked: str | None, *named: str) -> Lookups:
    """Return the choices without those that a view has too, unless the address has one."""
    return [each for each in lookups if each[0] not in named or each[0] == asked]


class StatusFilter(admin.SimpleListFilter):
    """By status. *Admitted or declined* is chosen with a link of the figures only."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        every = [*MemberStatus.choices, (ADMITTED_OR_DECLINED, _("Admitted or declined"))]
        asked = request.GET.get(self.parameter_name)
        return not_in_views(every, asked, *UNDECIDED_STATUSES, ADMITTED_OR_DECLINED)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        if self.value() == ADMITTED_OR_DECLINED:
            return queryset.filter(status__in=ANSWERED)
        if self.value() in MemberStatus.values:
            return queryset.filter(status=self.value())
        return queryset


class LanguageFilter(admin.SimpleListFilter):
    """By the language in which the focal point reads and writes."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return list(CorrespondenceLanguage.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        if self.value() not in CorrespondenceLanguage.values:
            return queryset
        people = FocalPoint.objects.filter(is_alternate=False, language=self.value())
        return queryset.filter(pk__in=people.values("member"))


class CountryFilter(admin.SimpleListFilter):
    """By country. Those of the members that the user may see are offered."""

    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return []

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        country = self.value() or ""
        return queryset.filter(country=country) if name_of(country) != country else queryset

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield from super().choices(changelist)
        # Read only if they are shown: not for the previous and the next member.
        members = changelist.root_queryset.order_by().values_list("country", flat=True)
        there = {self.value(), *members.distinct()}
        for code, name in sorted_names(get_language() or ""):
            if code in there:
                yield {
                    "selected": self.value() == code,
                    "query_string": changelist.get_query_string({self.parameter_name: code}),
                    "display": name,
                }


class RegionFilter(admin.SimpleListFilter):
    """By ITU region, which depends on the country."""

    title = _("ITU region")
    parameter_name = "region"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return [*Region.choices, (OUTSIDE_REGIONS, pgettext_lazy("ITU region", "None"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        region = self.value()
        if region == OUTSIDE_REGIONS:
            return queryset.filter(country__in=codes_outside_regions())
        if region:
            return queryset.filter(country__in=codes_in_region(region))
        return queryset


class GroupFilter(admin.SimpleListFilter):
    """By group of countries as it is today. The groups overlap."""

    title = _("country group")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return list(CountryGroup.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        group = self.value()
        if group in CountryGroup.values:
            codes = countries_in(CountryGroup(group), on=day_in_geneva(now()))
            return queryset.filter(country__in=sorted(codes))
        return queryset


class AreaFilter(admin.SimpleListFilter):
    """By one of the four focus areas."""

    field = "focus_area"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return [(str(number), f"{number} · {name}") for number, name in FOCUS_AREA_NAMES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        # Filters by the key of the area, which has an index.
        if self.value() in dict(self.lookup_choices):
            key = FocusArea.objects.filter(number=str(self.value())).values("pk")[:1]
            return queryset.filter(**{self.field: key})
        return queryset


class FirstChoiceFilter(AreaFilter):
    """By the focus area that the organisation asked for."""

    title = _("first choice")
    parameter_name = "first_choice"
    field = "first_choice"


class FocusAreaFilter(AreaFilter):
    """By the focus area that the member was admitted to."""

    title = _("focus area admitted to")
    parameter_name = "focus_area"
    field = "focus_area"


class PersonFilter(admin.SimpleListFilter):
    """By a member of staff in a column, by key, or by what they are to the reader."""

    parameter_name: str
    column: str

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.request = request

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return [("me", _("Me"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        key = request.user.pk if self.value() == "me" else whole_number(self.value())
        return queryset if key is None else queryset.filter(**{self.column: key})

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield from super().choices(changelist)
        # The people are read only if they are shown: not for the previous and the next member.
        for person in _people_of(self.request):
            yield {
                "selected": self.value() == str(person.pk),
                "query_string": changelist.get_query_string({self.parameter_name: person.pk}),
                "display": str(person),
            }


def _people_of(request: HttpRequest) -> list[User]:
    """Return the staff to whom members may be assigned, or who decided on one.

    They are read once for all filters of a request.
    """
    if not hasattr(request, "people_of_filters"):
        has_decided = Exists(Member.objects.filter(decided_by=OuterRef("pk")))
        able = Q(pk__in=possible_assignees().order_by().values("pk"))
        people = User.objects.filter(able | Q(has_decided, is_staff=True)).order_by("name", "email")
        cast("Any", request).people_of_filters = list(people)
    return cast("list[User]", cast("Any", request).people_of_filters)


class DecidedByFilter(PersonFilter):
    """By the person who decided."""

    title = _("decided by")
    parameter_name = "decided_by"
    column = "decided_by"


class AssigneeFilter(PersonFilter):
    """By the person to whom the member is assigned. *Me* and *Unassigned* are views."""

    title = _("assignee")
    parameter_name = "taken_by"
    column = "assignee"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        every = [("me", _("Me")), ("colleagues", _("Colleagues")), ("nobody", _("Unassigned"))]
        return not_in_views(every, request.GET.get(self.parameter_name), "me", "nobody")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        match self.value():
            case "colleagues":
                return queryset.exclude(assignee=None).exclude(assignee=request.user.pk)
            case "nobody":
                return queryset.filter(assignee=None)
        return super().queryset(request, queryset)


class YesOrNoFilter(admin.SimpleListFilter):
    """By whether a condition is true."""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return [("yes", _("Yes")), ("no", _("No"))]

    def condition(self, reader: User) -> Q:
        """Return the condition.

        Subclasses start from the few related rows if possible. They do not use a column that the
        list annotates: PostgreSQL would compute it for every member.
        """
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        reader = cast("User", request.user)
        match self.value():
            case "yes":
                return queryset.filter(self.condition(reader))
            case "no":
                return queryset.exclude(self.condition(reader))
        return queryset


class ClosingProposedFilter(YesOrNoFilter):
    """By whether the portal proposes to close the member, because the request is unanswered."""

    title = _("closing proposed")
    parameter_name = "to_close"

    def condition(self, reader: User) -> Q:
        return Q(pk__in=proposed_to_close(Member.objects.all()).values("pk"))


class UnconfirmedAddressFilter(YesOrNoFilter):
    """By whether the focal point of an undecided member has confirmed the address."""

    title = _("email not confirmed")
    parameter_name = "unconfirmed"

    def condition(self, reader: User) -> Q:
        return Q(pk__in=Member.objects.unconfirmed().values("pk"))


class SpamFilter(admin.SimpleListFilter):
    """By the signal that makes an EOI look like spam. All that look like it are a view."""

    title = _("possible spam")
    parameter_name = "suspected"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        every = [("no", _("No")), ("yes", _("Yes")), *SpamSignal.choices]
        return not_in_views(every, request.GET.get(self.parameter_name), "yes")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        match self.value():
            case "no":
                return queryset.filter(spam_signal="")
            case "yes":
                return queryset.exclude(spam_signal="")
            case reason if reason in SpamSignal.values:
                return queryset.filter(spam_signal=reason)
        return queryset


class DuplicateFilter(YesOrNoFilter):
    """By whether another pending or admitted member may be the same organisation or person.

    It is chosen with a link only, because it is a view.
    """

    title = _("possible duplicates")
    parameter_name = "duplicates"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        is_asked = self.parameter_name in request.GET
        return super().lookups(request, model_admin) if is_asked else []

    def condition(self, reader: User) -> Q:
        return possible_duplicates_q(reader)


class OriginFilter(admin.SimpleListFilter):
    """By how the EOI arrived. One spreadsheet can be chosen only with the link on its own page."""

    title = _("origin")
    parameter_name = "origin"
    of_one = "import-"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        asked = request.GET.get(self.parameter_name, "")
        one = [(asked, _("One import"))] if self._key_in(asked) else []
        return [*Origin.choices, *one]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        asked = self.value() or ""
        if asked in Origin.values:
            return queryset.filter(origin=asked)
        key = self._key_in(asked)
        return queryset.filter(imported_row__spreadsheet_import=key) if key else queryset

    def _key_in(self, asked: str) -> int | None:
        prefix, found, key = asked.partition(self.of_one)
        return whole_number(key) if found and not prefix else None


class CallFilter(admin.RelatedFieldListFilter):
    """By call, the latest first."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> Lookups:
        calls = sorted(reader_of(request).calls, key=lambda call: (call.opens_at, call.pk))
        return [(str(call.pk), str(call)) for call in reversed(calls)]
