"""The filters of the list of commitments."""

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.admin.specs import DECIDE
from commitments.models import STATUSES_IN_FORCE, Commitment, Condition, Place
from commitments.services.work_queue import NEEDS_ACTION, VIEWS
from core.numbers import whole_number
from focus_areas.models import FOCUS_AREA_NAMES
from members.services.countries import Region, choices
from triage.desk.admin.row_list import RowViewFilter

Lookups = list[tuple[str, Any]]
WORLD: Final = "world"


class ViewFilter(RowViewFilter):
    """By view (services/work_queue.py)."""

    views = VIEWS
    first = NEEDS_ACTION


class AreaFilter(admin.SimpleListFilter):
    """By focus area, by its number in `column`."""

    title = _("focus area")
    parameter_name = "area"
    column = "focus_area__number"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return [(str(number), f"{number} · {name}") for number, name in FOCUS_AREA_NAMES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in dict(self.lookup_choices):
            return queryset.filter(**{self.column: int(str(self.value()))})
        return queryset


class ConditionFilter(admin.SimpleListFilter):
    """By how it stands, of those that are in force."""

    title = _("condition")
    parameter_name = "condition"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return list(Condition.choices)

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Commitment]
    ) -> QuerySet[Commitment]:
        if self.value() in Condition:
            return queryset.filter(
                status__in=STATUSES_IN_FORCE, present_condition=str(self.value())
            )
        return queryset


class AssigneeFilter(admin.SimpleListFilter):
    """By the person to whom it is assigned, by key, or by what they are to the reader."""

    title = _("assignee")
    parameter_name = "assignee"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        return [("me", _("Me")), ("nobody", _("Unassigned"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Commitment]
    ) -> QuerySet[Commitment]:
        match self.value():
            case "me":
                return queryset.filter(assignee=request.user.pk)
            case "nobody":
                return queryset.filter(assignee=None)
        key = whole_number(self.value())
        return queryset if key is None else queryset.filter(assignee=key)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield from super().choices(changelist)
        able: QuerySet[User] = ModelBackend().with_perm(DECIDE)
        for person in able.filter(is_staff=True).order_by("name", "email"):
            yield {
                "selected": self.value() == str(person.pk),
                "query_string": changelist.get_query_string({self.parameter_name: person.pk}),
                "display": str(person),
            }


class PlaceFilter(admin.SimpleListFilter):
    """By the place where the commitment has an effect, as it was stated."""

    title = _("place")
    parameter_name = "place"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Lookups:
        regions: Lookups = list(Region.choices)
        return [(WORLD, _("The whole world")), *regions, *choices(get_language() or "en")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Commitment]
    ) -> QuerySet[Commitment]:
        place = self.value()
        if place not in dict(self.lookup_choices):
            return queryset
        is_there = Q(country=place) | Q(region=place)
        if place == WORLD:
            is_there = Q(country="", region="")
        return queryset.filter(Exists(Place.objects.filter(is_there, commitment=OuterRef("pk"))))
