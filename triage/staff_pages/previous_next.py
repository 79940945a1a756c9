"""The previous and next members in the list from which the person came.

Each is found from the member's own position with an index, without counting the rows before it.
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
from django.db.models import F, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.admin.base import StaffRequest
from members.models import Member
from triage.staff_pages.pages import (
    LIST_BEHIND,
    member_url,
    preserved_filters_of,
    queue_url,
)

# The value of the button that makes a decision and opens the next member.
NEXT = "next"


@dataclass(frozen=True)
class PreviousNext:
    """The URLs of the previous and next members; empty if there is none."""

    previous: str
    next: str


class UnpaginatedChangeList(ChangeList):
    """A change list that is used only for its filters and order, not for a page."""

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
        """The same column for a way back."""
        return replace(
            self,
            is_descending=not self.is_descending,
            nulls_come_first=not self.nulls_come_first,
        )

    @property
    def order(self) -> OrderBy:
        """What a queryset is ordered by; nothing is said of nulls that an index has otherwise."""
        said = {}
        if self.nulls_come_first != nulls_first_by_default(is_descending=self.is_descending):
            said = {"nulls_first": True} if self.nulls_come_first else {"nulls_last": True}
        return OrderBy(F(self.name), descending=self.is_descending, **said)

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


def previous_and_next(request: StaffRequest, member: Member) -> PreviousNext:
    """Return what stands before and after a file in the list that the person came from.

    That is the queue where they came from no list. The file itself need not be in it any more.
    """
    files, columns = _list_behind(request)
    desk = admin.site.get_model_admin(Member)
    place = (
        desk.get_queryset(request)
        .filter(pk=member.pk)
        .values_list(*(column.name for column in columns))
        .get()
    )
    back = [column.reversed for column in columns]
    keys = Member.objects.filter(pk=member.pk).values_list(
        _nearest(files, back, place), _nearest(files, columns, place)
    )
    previous, following = (pk and member_url(request, pk) for pk in keys.get())
    return PreviousNext(previous=previous or "", next=following or "")


def next_url(request: StaffRequest, member: Member) -> str:
    """Return where a decision leads: to the next file if the person wants that, else to the file.

    After the last file of a list that is the list. Asked before the decision is made, which may
    take the file out of its place.
    """
    if request.POST.get("decide") != NEXT:
        return member_url(request, member.pk)
    return previous_and_next(request, member).next or queue_url(request)


def success_message(request: StaffRequest, member: Member, done: str | Promise) -> str:
    """Say what was done, and with which file where the page is that of another one."""
    if request.POST.get("decide") != NEXT:
        return str(done)
    return _("%(file)s: %(done)s") % {"file": member, "done": done}


def nulls_first_by_default(*, is_descending: bool) -> bool:
    """Say where the database puts rows without a value if nobody tells it."""
    return bool(connection.features.order_by_nulls_first) != is_descending


def _list_behind(request: StaffRequest) -> tuple[QuerySet[Member], list[OrderColumn]]:
    """Return the files of the list that the person came from, and what it is ordered by."""
    behind = copy(request)
    [came_from] = parse_qs(preserved_filters_of(request)).get(LIST_BEHIND, [""])
    behind.GET = QueryDict(came_from)
    desk = admin.site.get_model_admin(Member)
    try:
        files = desk.get_changelist_instance(behind).queryset
    except IncorrectLookupParameters:
        # Somebody altered the address: the queue as it opens is always one.
        behind.GET = QueryDict()
        files = desk.get_changelist_instance(behind).queryset
    columns = []
    for order in files.query.order_by:
        columns.append(_column(order))
        # No two rows are in the same place then.
        if columns[-1].name == "pk":
            break
    return files, columns


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


def _nearest(
    files: QuerySet[Member], columns: Sequence[OrderColumn], place: Sequence[Any]
) -> Coalesce:
    """Return the key of the first file after a place.

    That is one that differs in the last column alone; where there is none, in the last two, and
    so on. An index answers each of these, and none of the later ones once one has an answer.
    """
    ordered = files.order_by(*(column.order for column in columns)).values("pk")
    nearest = []
    for last in reversed(range(len(columns))):
        same = Q()
        for column, value in zip(columns[:last], place, strict=False):
            same &= column.same(value)
        nearest += [
            Subquery(ordered.filter(same & beyond)[:1])
            for beyond in columns[last].beyond(place[last])
        ]
    return Coalesce(*nearest, None)
