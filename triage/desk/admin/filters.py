"""The filters of the queue."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import int_or_invalid
from accounts.models import User
from focus_areas.models import EVERY_AREA, FOCUS_AREA_NAMES, FocusArea
from members.models import (
    UNDECIDED_STATUSES,
    Member,
    MemberStatus,
    Origin,
    SpamSignal,
)
from members.services.countries import Region, codes_in_region, name_of
from members.services.country_groups import CountryGroup, countries_in
from members.services.response_times import day_in_geneva, overdue_q
from triage.duplicates.models import possible_duplicates_q
from triage.follow_ups.models import proposed_to_close

Lookups = list[tuple[str, Any]]
# No primary key has as many digits.
KEY_TOO_LONG = 19


@dataclass(frozen=True)
class ActiveFilter:
    """One active filter of a list: the chosen value, and the URL of the list without it."""

    title: str
    chosen: str
    without: str


def active_filters(files: ChangeList) -> list[ActiveFilter]:
    """Return the active filters of a list.

    This includes the default filter, by which the list shows only undecided members.
    """
    asked, unasked = list[ActiveFilter](), list[ActiveFilter]()
    for narrower in files.filter_specs:
        parameters = [each for each in narrower.expected_parameters() if each]
        if not files.params.keys().isdisjoint(parameters):
            asked += _chosen_in(narrower, files, files.get_query_string(remove=parameters))
        elif isinstance(narrower, StatusFilter) and narrower.unasked == "waiting":
            everything = files.get_query_string({narrower.parameter_name: "all"})
            unasked = _chosen_in(narrower, files, everything)
    return [*unasked, *asked] if asked else []


def _chosen_in(narrower: Any, files: ChangeList, without: str) -> list[ActiveFilter]:
    """Return the chosen value of one filter, with the list `without` it."""
    return [
        ActiveFilter(str(narrower.title), str(choice["display"]), without)
        for choice in narrower.choices(files)
        if choice["selected"]
    ]


class StatusFilter(admin.SimpleListFilter):
    """By status. Without a choice or a search, the list shows what waits for a decision."""

    title = _("status")
    parameter_name = "status"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        """Set the default: undecided members only, but a search includes all statuses.

        Undecided members have no focus area yet, so a coordinator would see none of them.
        """
        super().__init__(request, *args)
        is_for_all = request.GET.get(SEARCH_VAR) or not request.user.has_perm(EVERY_AREA)
        self.unasked = "all" if is_for_all else "waiting"

    @classmethod
    def is_of_the_queue(cls, request: HttpRequest) -> bool:
        """Return whether the list shows members that wait for staff, or is the default queue."""
        asked = request.GET.get(cls.parameter_name)
        return asked in ("waiting", MemberStatus.PENDING) or not (
            asked or request.GET.get(SEARCH_VAR)
        )

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return [("waiting", _("Waiting")), ("all", _("All")), *MemberStatus.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        status = self.value() or self.unasked
        if status == "waiting":
            return queryset.filter(status__in=UNDECIDED_STATUSES)
        if status in MemberStatus.values:
            return queryset.filter(status=status)
        return queryset

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        chosen = self.value() or self.unasked
        _stock_all, *choices = super().choices(changelist)
        for (value, _title), choice in zip(self.lookup_choices, choices, strict=True):
            yield {**choice, "selected": value == chosen}


class CountryFilter(admin.SimpleListFilter):
    """By country. One is chosen with a link only, because a list of all would be too long."""

    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        asked = request.GET.get(self.parameter_name, "")
        name = name_of(asked)
        return [(asked, name)] if name != asked else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        country = self.value()
        return queryset.filter(country=country) if country else queryset


class RegionFilter(admin.SimpleListFilter):
    """By ITU region, which depends on the country."""

    title = _("ITU region")
    parameter_name = "region"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return list(Region.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        region = self.value()
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


class AssigneeFilter(admin.SimpleListFilter):
    """By the person to whom the member is assigned. One colleague is chosen with a link only."""

    title = _("assignee")
    parameter_name = "taken_by"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        key = int_or_invalid(request.GET, self.parameter_name)
        one = User.objects.filter(pk=key, is_staff=True) if key > 0 else User.objects.none()
        return [
            ("me", _("Me")),
            ("colleagues", _("Colleagues")),
            ("nobody", _("Unassigned")),
            *((str(colleague.pk), str(colleague)) for colleague in one),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        match self.value():
            case "me":
                return queryset.filter(assignee=request.user.pk)
            case "colleagues":
                return queryset.exclude(assignee=None).exclude(assignee=request.user.pk)
            case "nobody":
                return queryset.filter(assignee=None)
            case str(key) if key in dict(self.lookup_choices):
                return queryset.filter(assignee=int(key))
        return queryset


class WaitingOnFilter(admin.SimpleListFilter):
    """By who must act next, and whether staff have taken longer than was promised."""

    title = _("waiting for")
    parameter_name = "waiting_on"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return [("us", _("Us")), ("overdue", _("Us (overdue)")), ("them", _("Organisation"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> QuerySet[Member]:
        match self.value():
            case "us":
                return queryset.filter(status=MemberStatus.PENDING)
            case "overdue":
                return queryset.filter(overdue_q(at=now()))
            case "them":
                return queryset.filter(status=MemberStatus.INFORMATION_REQUESTED)
        return queryset


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


class RepliedFilter(YesOrNoFilter):
    """By whether the organisation has answered the request, and waits for a decision."""

    title = _("reply received")
    parameter_name = "replied"

    def condition(self, reader: User) -> Q:
        return Q(status__in=UNDECIDED_STATUSES, replied_at__isnull=False)


class ClosingProposedFilter(YesOrNoFilter):
    """By whether the portal proposes to close the member, because the request is unanswered."""

    title = _("closing proposed")
    parameter_name = "to_close"

    def condition(self, reader: User) -> Q:
        return Q(pk__in=proposed_to_close(Member.objects.all()).values("pk"))


class FailedMailFilter(YesOrNoFilter):
    """By whether a letter failed and was not sent again."""

    title = _("email failed")
    parameter_name = "mail_failed"

    def condition(self, reader: User) -> Q:
        return Q(pk__in=Member.objects.with_mail_failed().values("pk"))


class UnconfirmedAddressFilter(YesOrNoFilter):
    """By whether the focal point of an undecided member has confirmed the address."""

    title = _("email not confirmed")
    parameter_name = "unconfirmed"

    def condition(self, reader: User) -> Q:
        return Q(pk__in=Member.objects.unconfirmed().values("pk"))


class SpamFilter(admin.SimpleListFilter):
    """By the signal that makes an EOI look like spam."""

    title = _("possible spam")
    parameter_name = "suspected"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return [("no", _("No")), ("yes", _("Yes")), *SpamSignal.choices]

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
    """By whether another pending or admitted member may be the same organisation or person."""

    title = _("possible duplicates")
    parameter_name = "duplicates"

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
        key = asked.removeprefix(self.of_one)
        is_key = key != asked and key.isascii() and key.isdigit() and len(key) < KEY_TOO_LONG
        return int(key) if is_key else None
