"""The views of the queue, and what waits for staff: conditions, counts, texts and links."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import User
from eoi.models import LateRequest
from focus_areas.models import EVERY_AREA
from members.models import UNDECIDED_STATUSES, Call, Member, MemberStatus, OpinionRequest
from members.services.response_times import overdue_q
from outbox.models import Message
from triage.duplicates.models import possible_duplicates_q
from triage.follow_ups.models import proposed_to_close


@dataclass(frozen=True, kw_only=True)
class Reader:
    """The person who reads the queue, and when. `calls` are all calls."""

    user: User
    calls: Iterable[Call]
    at: datetime


@dataclass(frozen=True)
class View:
    """One view of the queue: the members in some statuses, narrowed by a condition.

    Without statuses, a member may have any.
    """

    label: Promise
    statuses: tuple[MemberStatus, ...] = UNDECIDED_STATUSES
    narrowed_by: Callable[[Reader], Q] = lambda _reader: Q()

    @property
    def is_undecided(self) -> bool:
        """Whether all members of the view wait for a decision."""
        return bool(self.statuses)

    @property
    def has_one_status(self) -> bool:
        """Whether all members of the view have the same status, which its label says."""
        return len(self.statuses) == 1

    def condition(self, reader: Reader) -> Q:
        """Return the condition for the members of the view."""
        statuses = Q(status__in=self.statuses) if self.statuses else Q()
        return statuses & self.narrowed_by(reader)


# Replies come first, then members in the order of their arrival.
UNDECIDED_ORDER: Final = (F("replied_at").asc(nulls_last=True), "submitted_at", "pk")
PENDING: Final = (MemberStatus.PENDING,)
NEEDS_ACTION: Final = "needs_action"
MAIL_FAILED: Final = "mail_failed"
EVERY_MEMBER: Final = "all"
# In the order of the tabs, with the names in their addresses.
VIEWS: Final = {
    NEEDS_ACTION: View(gettext_lazy("Needs action"), PENDING),
    "replied": View(
        gettext_lazy("Reply received"), PENDING, lambda _reader: Q(replied_at__isnull=False)
    ),
    "mine": View(
        gettext_lazy("Assigned to me"), narrowed_by=lambda reader: Q(assignee=reader.user)
    ),
    "unassigned": View(
        gettext_lazy("Unassigned"), narrowed_by=lambda _reader: Q(assignee__isnull=True)
    ),
    "overdue": View(
        gettext_lazy("Overdue"),
        PENDING,
        lambda reader: overdue_q(calls=reader.calls, at=reader.at),
    ),
    "duplicates": View(
        gettext_lazy("Possible duplicates"),
        narrowed_by=lambda reader: possible_duplicates_q(reader.user),
    ),
    "suspected": View(
        gettext_lazy("Possible spam"), narrowed_by=lambda _reader: ~Q(spam_signal="")
    ),
    MAIL_FAILED: View(
        gettext_lazy("Email failed"),
        (),
        lambda _reader: Q(pk__in=Member.objects.with_mail_failed().values("pk")),
    ),
    "waiting_for_organisation": View(
        gettext_lazy("Waiting for the organisation"), (MemberStatus.INFORMATION_REQUESTED,)
    ),
    "undecided": View(gettext_lazy("Not decided yet")),
    EVERY_MEMBER: View(gettext_lazy("All"), ()),
}


@dataclass(frozen=True)
class WorkQueueItem:
    """One kind of waiting work: its texts, and the query string of the list that shows it."""

    some: Promise
    none: Promise
    asks: str
    of_list: str = "admin:members_member_changelist"


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
        ngettext_lazy("%(number)s member is overdue", "%(number)s members are overdue", "number"),
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
            "%(number)s member is unassigned", "%(number)s members are unassigned", "number"
        ),
        gettext_lazy("Every waiting member is assigned"),
        "view=unassigned",
    ),
    "mine": WorkQueueItem(
        ngettext_lazy(
            "%(number)s member is assigned to you",
            "%(number)s members are assigned to you",
            "number",
        ),
        gettext_lazy("No waiting member is assigned to you"),
        "view=mine",
    ),
    "duplicates": WorkQueueItem(
        ngettext_lazy(
            "%(number)s member may be a duplicate", "%(number)s members may be duplicates", "number"
        ),
        gettext_lazy("No possible duplicates"),
        "view=duplicates",
    ),
    "suspected": WorkQueueItem(
        ngettext_lazy("%(number)s member may be spam", "%(number)s members may be spam", "number"),
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
            "Closing is proposed for %(number)s member",
            "Closing is proposed for %(number)s members",
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
        gettext_lazy("No failed email to the members that you can see"),
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


def view_counts(reader: Reader) -> dict[str, int]:
    """Count the members of each view, with one query for all that have only undecided members.

    The view of all members has no count: it would read an index of every member.
    """
    views = {name: view for name, view in views_for(reader.user).items() if view.is_undecided}
    return {
        **_counts_of_undecided({name: view.condition(reader) for name, view in views.items()}),
        MAIL_FAILED: _count_of_failed_mail(reader),
    }


def work_queue_counts(*, user: User, calls: Iterable[Call], at: datetime) -> dict[str, int]:
    """Count what waits for staff now, by the names in WAITING. `calls` are all calls.

    A member is overdue if it has waited for staff, since it arrived or replied, longer than its
    call promises. Coordinators get only the failed messages to their own members. Users who may see
    the outbox also get all failed messages, including those about no member. Requests to send a
    form late and for an opinion are rare, so they are counted only if there are any.
    """
    reader = Reader(user=user, calls=calls, at=at)
    own = {**opinion_counts(user), MAIL_FAILED: _count_of_failed_mail(reader)}
    if user.has_perm("outbox.view_message"):
        own["messages_failed"] = Message.objects.count_failed()
    if user.has_perm("eoi.view_laterequest") and (
        late := LateRequest.objects.waiting_at(at).count()
    ):
        own["late"] = late
    if not user.has_perm(EVERY_AREA):
        return own
    undecided = {
        name: view.condition(reader)
        for name, view in VIEWS.items()
        if name in WAITING and view.is_undecided
    }
    # Found from the few follow-ups, without reading every waiting member.
    to_close = Q(pk__in=proposed_to_close(Member.objects.all()).values("pk"))
    return {**_counts_of_undecided({**undecided, "to_close": to_close}), **own}


def _counts_of_undecided(conditions: Mapping[str, Q]) -> dict[str, int]:
    """Count the undecided members that match each condition, in one query."""
    undecided = Member.objects.filter(status__in=UNDECIDED_STATUSES)
    return undecided.aggregate(
        **{name: Count("pk", filter=condition) for name, condition in conditions.items()}
    )


def opinion_counts(user: User) -> dict[str, int]:
    """Count the opinions that are asked of a user. Without one, the result is empty."""
    number = OpinionRequest.objects.asked_of(user).open().count()
    return {"opinions": number} if number else {}


def _count_of_failed_mail(reader: Reader) -> int:
    failed = VIEWS[MAIL_FAILED].condition(reader)
    return Member.objects.visible_to(reader.user).filter(failed).count()


def list_in_markdown(counts: Mapping[str, int]) -> str:
    """Return what waits for staff, each with a link to its list."""
    return "\n".join(
        f"- [{WAITING[name].some % {'number': number}}]"
        f"(<{settings.SITE_URL}{list_url(WAITING[name])}>)"
        for name, number in counts.items()
    )
