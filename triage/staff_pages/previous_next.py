"""The rows around a row in the list from which the person came.

They are found from the row's own position with an index, without counting the rows before it.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db import connection
from django.db.models import F, Model, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.admin.base import StaffRequest
from members.models import UNDECIDED_STATUSES, Member
from triage.staff_pages.claims import TAKE_PERMISSION, claim_next
from triage.staff_pages.pages import (
    LIST_BEHIND,
    member_url,
    next_member_url,
    preserved_filters_of,
    queue_url,
    row_url,
)

# The column by which the list of a search is sorted. Only the search gives it its values.
SEARCH_RANK = "search_rank"
# The value of the button that makes a decision and opens the next member.
NEXT = "next"
# The maximum number of members that the list beside a member shows before and after it.
ROWS_BEFORE, ROWS_AFTER = 3, 11
# The fields of a member that this list shows.
SHOWN = ("organisation_name", "country", "status", "first_choice__number")


@dataclass(frozen=True)
class PreviousNext:
    """The URLs of the previous and next rows; empty if there is none."""

    previous: str
    next: str


@dataclass(frozen=True)
class ListAround:
    """The part of a list around a member: the members before and after it, in their order."""

    before: list[Member]
    after: list[Member]
    member: Member

    @property
    def is_work(self) -> bool:
        """Whether *Next* gives the person a member to decide on, instead of the following one."""
        return self.member.status in UNDECIDED_STATUSES

    def urls(self, request: HttpRequest) -> PreviousNext:
        """Return the URLs of the members next to the one in the middle."""
        following = member_url(request, self.after[0].pk) if self.after else ""
        return PreviousNext(
            previous=member_url(request, self.before[-1].pk) if self.before else "",
            next=next_member_url(request, self.member) if self.is_work else following,
        )


class UnpaginatedChangeList(ChangeList):
    """A change list that is used only for its filters and order, not for a page.

    It has only the filters that its parameters name, because others would read their choices, and
    those with `is_always_used`.
    """

    def get_filters(self, request: Any) -> Any:
        self.list_filter = [each for each in self.list_filter if self._is_used(each)]
        return super().get_filters(request)

    def _is_used(self, list_filter: Any) -> bool:
        # A filter by a field is its name, alone or with a class.
        field = list_filter[0] if isinstance(list_filter, tuple) else list_filter
        if isinstance(field, str):
            return any(name.split("__")[0] == field for name in self.params)
        is_always_used = getattr(list_filter, "is_always_used", False)
        return is_always_used or list_filter.parameter_name in self.params

    def get_results(self, request: Any) -> None:
        """Fetch nothing."""


@dataclass(frozen=True)
class OrderColumn:
    """One column of a list's order."""

    name: str
    is_descending: bool
    nulls_come_first: bool

    @property
    def reversed(self) -> "OrderColumn":
        """The same column in the opposite direction."""
        return replace(
            self,
            is_descending=not self.is_descending,
            nulls_come_first=not self.nulls_come_first,
        )

    @property
    def order(self) -> OrderBy:
        """The ordering for a queryset.

        It names the position of nulls only if it is not the default, so that an index is used.
        """
        said = {}
        if self.nulls_come_first != nulls_first_by_default(is_descending=self.is_descending):
            said = {"nulls_first": True} if self.nulls_come_first else {"nulls_last": True}
        return OrderBy(F(self.name), descending=self.is_descending, **said)

    def value_of(self, row: Model) -> Any:
        """Return the value that a row has in this column."""
        value: Any = row
        for name in self.name.split("__"):
            value = None if value is None else getattr(value, name)
        return value

    def same(self, value: Any) -> Q:
        """Return the rows that have this value."""
        return Q(**{f"{self.name}__isnull": True} if value is None else {self.name: value})

    def beyond(self, value: Any) -> Iterator[Q]:
        """Return the rows that come after this value, nearest first."""
        if value is None:
            if self.nulls_come_first:
                yield Q(**{f"{self.name}__isnull": False})
            return
        yield Q(**{f"{self.name}__{'lt' if self.is_descending else 'gt'}": value})
        if not self.nulls_come_first:
            yield Q(**{f"{self.name}__isnull": True})


def list_around(request: StaffRequest, member: Member) -> ListAround:
    """Return the members around a member in the list that the person came from.

    Without such a list, the queue is used. The member itself may have left the list.
    """
    every, files, columns, place = _place_in_list(request, member)
    back = [column.reversed for column in columns]
    near = [
        *(each[:ROWS_BEFORE] for each in _beyond(files, back, place)),
        *(each[:ROWS_AFTER] for each in _beyond(files, columns, place)),
    ]
    if not connection.features.supports_slicing_ordering_in_compound:
        # In queries of their own, because SQLite has no limit for a part of a union.
        near = [Member.objects.filter(pk__in=each).values("pk") for each in near]
    first, *others = near
    found = [row["pk"] for row in first.union(*others, all=True)]
    few = every.filter(pk__in=[member.pk, *found]).select_related("first_choice").only(*SHOWN)
    rows = list(few.order_by(*(column.order for column in columns)))
    here = rows.index(member)
    before, after = rows[max(here - ROWS_BEFORE, 0) : here], rows[here + 1 :][:ROWS_AFTER]
    return ListAround(before, after, member)


def previous_and_next(request: StaffRequest, row: Model) -> PreviousNext:
    """Return the rows before and after a row in the list that the person came from."""
    model = row._meta.model
    _every, files, columns, place = _place_in_list(request, row)
    back = [column.reversed for column in columns]
    keys = model._base_manager.filter(pk=row.pk).values_list(
        _nearest(_beyond(files, back, place)), _nearest(_beyond(files, columns, place))
    )
    previous, following = (pk and row_url(request, model, pk) for pk in keys.get())
    return PreviousNext(previous=previous or "", next=following or "")


def next_url(request: StaffRequest, row: Model) -> str:
    """Return the URL to show after a decision: the next row if chosen, else the row itself.

    After the last row, it is the list. It must be called before the decision, which may remove the
    row from the list. It is empty if the next row is one to work on: `work_url()` claims that after
    the decision, because until then no colleague may get this one.
    """
    if request.POST.get("decide") != NEXT:
        return row_url(request, row._meta.model, row.pk)
    if isinstance(row, Member) and row.status in UNDECIDED_STATUSES:
        return ""
    return previous_and_next(request, row).next or queue_url(request, row._meta.model)


def work_url(request: StaffRequest, member: Member | None) -> str:
    """Claim the next member for the person in the list that they came from, and return its URL.

    They come from `member`, or else from the list itself. The URL is empty if nothing in the list
    is left for them, or if they only read.
    """
    if not request.user.has_perm(TAKE_PERMISSION):
        return ""
    _every, members, _columns = _list_behind(request, Member)
    found = claim_next(members, after=member, by=request.user, at=now())
    return member_url(request, found) if found else ""


def success_message(request: StaffRequest, row: Model, done: str | Promise) -> str:
    """Return what was done, with the row's name if the page shown next is about another one."""
    if request.POST.get("decide") != NEXT:
        return str(done)
    return _("%(file)s: %(done)s") % {"file": row, "done": done}


def nulls_first_by_default(*, is_descending: bool) -> bool:
    """Return whether the database sorts rows without a value first by default."""
    return bool(connection.features.order_by_nulls_first) != is_descending


def _place_in_list(
    request: StaffRequest, row: Model
) -> tuple[QuerySet[Any], QuerySet[Any], list[OrderColumn], Sequence[Any]]:
    """Return all rows, the list that the person came from, and the row's position in it.

    All rows have the columns of the list. The position is the list's ordering, and the values that
    the row has in it. A member comes from `with_waiting_since()`.
    """
    every, files, columns = _list_behind(request, row._meta.model)
    if columns[0].name == SEARCH_RANK:
        row.search_rank = every.filter(pk=row.pk).values_list(SEARCH_RANK, flat=True).first()  # type: ignore[attr-defined]
    return every, files, columns, [column.value_of(row) for column in columns]


def _list_behind(
    request: StaffRequest, model: type[Model]
) -> tuple[QuerySet[Any], QuerySet[Any], list[OrderColumn]]:
    """Return all rows, those in the list that the person came from, and its ordering."""
    behind = copy(request)
    [came_from] = parse_qs(preserved_filters_of(request, model)).get(LIST_BEHIND, [""])
    behind.GET = QueryDict(came_from)
    desk = admin.site.get_model_admin(model)
    try:
        shown = desk.get_changelist_instance(behind)
    except IncorrectLookupParameters:
        # The URL was altered: use the queue without filters.
        behind.GET = QueryDict()
        shown = desk.get_changelist_instance(behind)
    every, files = shown.root_queryset, shown.queryset
    columns = []
    for order in files.query.order_by:
        columns.append(_column(order))
        # The key is unique, so later columns would change nothing.
        if columns[-1].name == "pk":
            break
    return every, files, columns


def _column(order: str | OrderBy) -> OrderColumn:
    if isinstance(order, str):
        is_descending = order.startswith("-")
        return OrderColumn(
            order.removeprefix("-"),
            is_descending,
            nulls_first_by_default(is_descending=is_descending),
        )
    expression: Any = order.expression
    unasked = nulls_first_by_default(is_descending=order.descending)
    nulls_come_first = bool(order.nulls_first) or (unasked and not order.nulls_last)
    return OrderColumn(expression.name, order.descending, nulls_come_first)


def _beyond(
    files: QuerySet[Any], columns: Sequence[OrderColumn], place: Sequence[Any]
) -> list[QuerySet[Any, Any]]:
    """Return the keys after a position in the list, in several parts, the nearest first.

    The first part differs only in the last column, the next one in the last two columns, and so on.
    An index answers each of them.
    """
    ordered = files.order_by(*(column.order for column in columns)).values("pk")
    parts = []
    for last in reversed(range(len(columns))):
        same = Q()
        for column, value in zip(columns[:last], place, strict=False):
            same &= column.same(value)
        parts += [ordered.filter(same & beyond) for beyond in columns[last].beyond(place[last])]
    return parts


def _nearest(parts: Sequence[QuerySet[Any, Any]]) -> Coalesce:
    """Return the first key of the parts. The later ones are not read once one has a result."""
    return Coalesce(*(Subquery(part[:1]) for part in parts), None)
