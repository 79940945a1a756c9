"""The views of the queue, and what waits for staff: conditions, counts, texts and links.

The tabs, the front page, the daily digest and the team take their counts from this module. A
tab leads to the whole view, so that its count is the number of its rows.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Value
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import User
from core.numbers import GroupedNumber
from eoi.models import LateRequest
from focus_areas.models import EVERY_AREA
from inbox.models import replied_by_mail
from members.models import (
    UNDECIDED_STATUSES,
    Call,
    Member,
    MemberStatus,
    Mention,
    OpinionRequest,
)
from members.services.response_times import due_this_week_q, overdue_q
from outbox.models import Message
from triage.duplicates.models import possible_duplicates_q
from triage.follow_ups.models import proposed_to_close
from triage.holds.models import on_hold_q


@dataclass(frozen=True, kw_only=True)
class Reader:
    """The person who reads the queue, and when. `calls` are all calls."""

    user: User
    calls: Iterable[Call]
    at: datetime


@dataclass(frozen=True)
class View:
    """One view of a list of staff: the rows in some statuses, narrowed by a condition.

    Without statuses, a row may have any. The condition depends on who reads the list.
    """

    label: Promise
    statuses: tuple[str, ...] = ()
    narrowed_by: Callable[[Any], Q] = lambda _reader: Q()

    @property
    def is_undecided(self) -> bool:
        """Whether all members of the view wait for a decision."""
        return bool(self.statuses) and {*self.statuses} <= {*UNDECIDED_STATUSES}

    @property
    def has_one_status(self) -> bool:
        """Whether all rows of the view have the same status, which its label says."""
        return len(self.statuses) == 1

    def condition(self, reader: object) -> Q:
        """Return the condition for the rows of the view."""
        statuses = Q(status__in=self.statuses) if self.statuses else Q()
        return statuses & self.narrowed_by(reader)


@cache
def _mail_failed_q() -> Q:
    return Q(pk__in=Member.objects.keys_with_mail_failed())


# Replies come first, then members in the order of their arrival.
UNDECIDED_ORDER: Final = (F("replied_at").asc(nulls_last=True), "submitted_at", "pk")
PENDING: Final = (MemberStatus.PENDING,)
NEEDS_ACTION: Final = "needs_action"
MENTIONS: Final = "mentions"
MAIL_FAILED: Final = "mail_failed"
EVERY_MEMBER: Final = "all"
ADMITTED: Final = "members"
# In the order of the tabs, with the names in their addresses.
VIEWS: Final = {
    NEEDS_ACTION: View(gettext_lazy("Needs action"), PENDING, lambda reader: ~on_hold_q(reader.at)),
    "replied": View(
        gettext_lazy("Reply received"),
        UNDECIDED_STATUSES,
        lambda _reader: (
            Q(status=MemberStatus.PENDING, replied_at__isnull=False) | replied_by_mail()
        ),
    ),
    "mine": View(
        gettext_lazy("Assigned to me"),
        UNDECIDED_STATUSES,
        lambda reader: Q(assignee=reader.user),
    ),
    "unassigned": View(
        gettext_lazy("Unassigned"),
        UNDECIDED_STATUSES,
        lambda _reader: Q(assignee__isnull=True),
    ),
    "on_hold": View(gettext_lazy("On hold"), PENDING, lambda reader: on_hold_q(reader.at)),
    "due_this_week": View(
        gettext_lazy("Due this week"),
        PENDING,
        lambda reader: due_this_week_q(calls=reader.calls, at=reader.at),
    ),
    "overdue": View(
        gettext_lazy("Overdue"),
        PENDING,
        lambda reader: overdue_q(calls=reader.calls, at=reader.at),
    ),
    "duplicates": View(
        gettext_lazy("Possible duplicates"),
        UNDECIDED_STATUSES,
        lambda reader: possible_duplicates_q(reader.user, statuses=UNDECIDED_STATUSES),
    ),
    "suspected": View(
        gettext_lazy("Possible spam"), UNDECIDED_STATUSES, lambda _reader: ~Q(spam_signal="")
    ),
    MENTIONS: View(
        gettext_lazy("You are named"),
        narrowed_by=lambda reader: Q(
            pk__in=Mention.objects.unread().filter(colleague=reader.user).values("entry__member")
        ),
    ),
    MAIL_FAILED: View(gettext_lazy("Email failed"), narrowed_by=lambda _reader: _mail_failed_q()),
    "waiting_for_organisation": View(
        gettext_lazy("Waiting for the organisation"), (MemberStatus.INFORMATION_REQUESTED,)
    ),
    "undecided": View(gettext_lazy("Not decided yet"), UNDECIDED_STATUSES),
    ADMITTED: View(gettext_lazy("Members"), (MemberStatus.ADMITTED,)),
    EVERY_MEMBER: View(gettext_lazy("All")),
}


@dataclass(frozen=True)
class WorkQueueItem:
    """One kind of waiting work: its texts, and the query string of the list that shows it."""

    some: Promise
    none: Promise
    asks: str
    of_list: str = "admin:members_member_changelist"

    def in_words(self, number: int) -> str:
        """Return the text for a number of rows."""
        return self.some % {"number": GroupedNumber(number)} if number else str(self.none)


# In the order of display. What is also a view of the queue has its name.
WAITING: Final = {
    "opinions": WorkQueueItem(
        ngettext_lazy(
            "%(number)s opinion is asked of you", "%(number)s opinions are asked of you", "number"
        ),
        gettext_lazy("No opinion is asked of you"),
        "",
        of_list="admin:members_member_opinions",
    ),
    MENTIONS: WorkQueueItem(
        ngettext_lazy(
            "A note about %(number)s organisation names you",
            "Notes about %(number)s organisations name you",
            "number",
        ),
        gettext_lazy("No unread note names you"),
        "view=mentions",
    ),
    NEEDS_ACTION: WorkQueueItem(
        ngettext_lazy(
            "%(number)s expression of interest is waiting for us",
            "%(number)s expressions of interest are waiting for us",
            "number",
        ),
        gettext_lazy("Nothing is waiting for us"),
        "view=needs_action",
    ),
    "overdue": WorkQueueItem(
        ngettext_lazy(
            "%(number)s applicant is overdue", "%(number)s applicants are overdue", "number"
        ),
        gettext_lazy("Nothing is overdue"),
        "view=overdue",
    ),
    "replied": WorkQueueItem(
        ngettext_lazy(
            "%(number)s organisation has replied to our request",
            "%(number)s organisations have replied to our request",
            "number",
        ),
        gettext_lazy("No replies to read"),
        "view=replied",
    ),
    "unassigned": WorkQueueItem(
        ngettext_lazy(
            "%(number)s applicant is unassigned", "%(number)s applicants are unassigned", "number"
        ),
        gettext_lazy("Every waiting applicant is assigned"),
        "view=unassigned",
    ),
    "mine": WorkQueueItem(
        ngettext_lazy(
            "%(number)s applicant is assigned to you",
            "%(number)s applicants are assigned to you",
            "number",
        ),
        gettext_lazy("No waiting applicant is assigned to you"),
        "view=mine",
    ),
    "duplicates": WorkQueueItem(
        ngettext_lazy(
            "%(number)s applicant may be a duplicate",
            "%(number)s applicants may be duplicates",
            "number",
        ),
        gettext_lazy("No possible duplicates"),
        "view=duplicates",
    ),
    "suspected": WorkQueueItem(
        ngettext_lazy(
            "%(number)s applicant may be spam", "%(number)s applicants may be spam", "number"
        ),
        gettext_lazy("No possible spam"),
        "view=suspected",
    ),
    "waiting_for_organisation": WorkQueueItem(
        ngettext_lazy(
            "%(number)s expression of interest is waiting for the organisation",
            "%(number)s expressions of interest are waiting for the organisation",
            "number",
        ),
        gettext_lazy("Nothing is waiting for an organisation"),
        "view=waiting_for_organisation",
    ),
    "late": WorkQueueItem(
        ngettext_lazy(
            "%(number)s organisation asks to send its form late",
            "%(number)s organisations ask to send their form late",
            "number",
        ),
        gettext_lazy("Nobody asks to send a form late"),
        "state=waiting",
        of_list="admin:eoi_laterequest_changelist",
    ),
    "to_close": WorkQueueItem(
        ngettext_lazy(
            "Closing is proposed for %(number)s applicant",
            "Closing is proposed for %(number)s applicants",
            "number",
        ),
        gettext_lazy("No closing is proposed"),
        "view=waiting_for_organisation&to_close=yes",
    ),
    MAIL_FAILED: WorkQueueItem(
        ngettext_lazy(
            "Email to %(number)s organisation failed",
            "Email to %(number)s organisations failed",
            "number",
        ),
        gettext_lazy("No failed email to the organisations that you can see"),
        "view=mail_failed",
    ),
    "messages_failed": WorkQueueItem(
        ngettext_lazy(
            "%(number)s undelivered message", "%(number)s undelivered messages", "number"
        ),
        gettext_lazy("No undelivered messages"),
        "arrival=failed",
        of_list="admin:outbox_message_changelist",
    ),
}

# Counted only if there are any.
RARE: Final = ("opinions", MENTIONS, "late")
# The views of the queue, among these, that have only undecided members.
UNDECIDED_VIEWS: Final = tuple(
    name for name in WAITING if name in VIEWS and VIEWS[name].is_undecided
)


def list_url(waiting: WorkQueueItem) -> str:
    """Return the URL of the list that shows this work, without the host."""
    return "?".join(filter(None, [reverse(waiting.of_list), waiting.asks]))


def views_for(user: User) -> dict[str, View]:
    """Return the views that can have members which a person may see.

    Undecided members have no focus area yet, so a coordinator sees none of them.
    """
    if user.has_perm(EVERY_AREA):
        return VIEWS
    return {name: view for name, view in VIEWS.items() if not view.is_undecided}


def view_counts(reader: Reader, **others: QuerySet[Any]) -> dict[str, int]:
    """Count the members of each view, and the rows of others by their names, with one query.

    The view of all members has no count: it would read an index of every member.
    """
    views = {name: view for name, view in views_for(reader.user).items() if view.is_undecided}
    rows = {**_of_any_status(reader), **others}
    if not views:
        return count_together(rows)
    # A row of all counts of undecided members, then one row for each of the others.
    counts = counts_of({name: view.condition(reader) for name, view in views.items()})
    columns = {f"count_{number}": count for number, count in enumerate(counts.values())}
    first, *more = columns
    alone = {first: Count("pk"), **dict.fromkeys(more, Value(0))}
    undecided = Member.objects.filter(status__in=UNDECIDED_STATUSES).order_by()
    found = undecided.values(name=Value("undecided")).annotate(**columns)
    found = found.union(
        *(
            each.order_by().values(name=Value(name)).annotate(**alone)
            for name, each in rows.items()
        ),
        all=True,
    )
    numbers = {name: row for name, *row in found.values_list("name", *columns)}
    return {
        **dict(zip(views, numbers.get("undecided", [0] * len(views)), strict=True)),
        **{name: numbers.get(name, [0])[0] for name in rows},
    }


# The row of one assignee: what is counted, by name.
AssigneeRow = Mapping[str, Any]


def undecided_by_assignee(reader: Reader, names: Collection[str]) -> dict[int | None, AssigneeRow]:
    """Count the undecided members of each assignee in one query.

    `names` are views of undecided members, and `to_close`. Only for readers who may see all of
    them.
    """
    conditions = {name: VIEWS[name].condition(reader) for name in names if name in VIEWS}
    if "to_close" in names:
        # Found from the few follow-ups, without reading every waiting member.
        conditions["to_close"] = Q(pk__in=proposed_to_close(Member.objects.all()).values("pk"))
    rows: Iterable[AssigneeRow] = (
        Member.objects.filter(status__in=UNDECIDED_STATUSES)
        .order_by()
        .values("assignee")
        .annotate(
            **counts_of(conditions),
        )
    )
    return {row["assignee"]: row for row in rows}


@dataclass(frozen=True)
class WorkQueue:
    """What waits for staff now: the counts by the names in WAITING, and those of each assignee.

    Coordinators have no counts of undecided members.
    """

    counts: dict[str, int]
    by_assignee: dict[int | None, AssigneeRow]


def work_queue(reader: Reader) -> WorkQueue:
    """Count what waits for staff now, with two queries.

    A member is overdue if it has waited for staff, since it arrived or replied, longer than its
    call promises. Coordinators get only the failed messages to their own members. Users who may see
    the outbox also get all failed messages, including those about no member. Requests to send a
    form late and for an opinion are rare, so they are counted only if there are any.
    """
    user = reader.user
    others: dict[str, QuerySet[Any]] = {
        "opinions": OpinionRequest.objects.asked_of(user).open(),
        **_of_any_status(reader),
    }
    if user.has_perm("outbox.view_message"):
        others["messages_failed"] = Message.objects.failed()
    if user.has_perm("eoi.view_laterequest"):
        others["late"] = LateRequest.objects.waiting_at(reader.at)
    counts = count_together(others)
    counts = {name: number for name, number in counts.items() if number or name not in RARE}
    if not user.has_perm(EVERY_AREA):
        return WorkQueue(counts, {})
    names = (*UNDECIDED_VIEWS, "to_close")
    by_assignee = undecided_by_assignee(reader, (*names, "undecided", "due_this_week"))
    of_undecided = {name: sum(row[name] for row in by_assignee.values()) for name in names}
    return WorkQueue({**of_undecided, **counts}, by_assignee)


def _of_any_status(reader: Reader) -> dict[str, QuerySet[Member]]:
    """Return the members of the counted views that do not wait for a decision."""
    visible = Member.objects.visible_to(reader.user)
    names = (MENTIONS, MAIL_FAILED)
    return {name: visible.filter(VIEWS[name].condition(reader)) for name in names}


def counts_of(conditions: Mapping[str, Q]) -> dict[str, Any]:
    """Return the aggregates that count the rows with each condition, in one query."""
    return {name: Count("pk", filter=condition or None) for name, condition in conditions.items()}


def count_together(rows: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """Count the rows of several tables in one query."""
    first, *others = (
        each.order_by().values(name=Value(name)).annotate(number=Count("pk"))
        for name, each in rows.items()
    )
    counts = dict(first.union(*others, all=True).values_list("name", "number"))
    # Django leaves out what cannot have a row.
    return {name: counts.get(name, 0) for name in rows}


def opinion_counts(user: User) -> dict[str, int]:
    """Count the opinions that are asked of a user. Without one, the result is empty."""
    number = OpinionRequest.objects.asked_of(user).open().count()
    return {"opinions": number} if number else {}


def list_in_markdown(counts: Mapping[str, int]) -> str:
    """Return what waits for staff, each with a link to its list."""
    return "\n".join(
        f"- [{WAITING[name].in_words(number)}](<{settings.SITE_URL}{list_url(WAITING[name])}>)"
        for name, number in counts.items()
    )
