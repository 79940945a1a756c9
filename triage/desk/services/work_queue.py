"""What waits for staff: the counts, their texts, and links to the lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.models import User
from focus_areas.models import EVERY_AREA
from members.models import UNDECIDED_STATUSES, Call, Member, MemberStatus, OpinionRequest
from members.services.response_times import overdue_cutoff
from outbox.models import Message
from triage.follow_ups.models import proposed_to_close


@dataclass(frozen=True)
class WorkQueueItem:
    """One kind of waiting work: its texts, and the query string of the list that shows it."""

    some: Promise
    none: Promise
    asks: str
    of_list: str = "admin:members_member_changelist"


# In the order of display, with the names from `work_queue_counts`.
WAITING: Final = {
    "opinions": WorkQueueItem(
        ngettext_lazy(
            "%(number)s opinion is asked of you", "%(number)s opinions are asked of you", "number"
        ),
        gettext_lazy("No opinion is asked of you"),
        "",
        of_list="admin:members_member_opinions",
    ),
    "on_us": WorkQueueItem(
        ngettext_lazy(
            "%(number)s expression of interest is waiting for us",
            "%(number)s expressions of interest are waiting for us",
            "number",
        ),
        gettext_lazy("Nothing is waiting for us"),
        "status=pending",
    ),
    "overdue": WorkQueueItem(
        ngettext_lazy("%(number)s member is overdue", "%(number)s members are overdue", "number"),
        gettext_lazy("Nothing is overdue"),
        "waiting_on=overdue",
    ),
    "replied": WorkQueueItem(
        ngettext_lazy(
            "%(number)s organisation has replied to our request",
            "%(number)s organisations have replied to our request",
            "number",
        ),
        gettext_lazy("No replies to read"),
        "replied=yes",
    ),
    "nobodys": WorkQueueItem(
        ngettext_lazy(
            "%(number)s member is unassigned", "%(number)s members are unassigned", "number"
        ),
        gettext_lazy("Every waiting member is assigned"),
        "status=waiting&taken_by=nobody",
    ),
    "mine": WorkQueueItem(
        ngettext_lazy(
            "%(number)s member is assigned to you",
            "%(number)s members are assigned to you",
            "number",
        ),
        gettext_lazy("No waiting member is assigned to you"),
        "status=waiting&taken_by=me",
    ),
    "on_them": WorkQueueItem(
        ngettext_lazy(
            "%(number)s expression of interest is waiting for the organisation",
            "%(number)s expressions of interest are waiting for the organisation",
            "number",
        ),
        gettext_lazy("Nothing is waiting for an organisation"),
        "status=information_requested",
    ),
    "to_close": WorkQueueItem(
        ngettext_lazy(
            "Closing is proposed for %(number)s member",
            "Closing is proposed for %(number)s members",
            "number",
        ),
        gettext_lazy("No closing is proposed"),
        "status=information_requested&to_close=yes",
    ),
    "mail_failed": WorkQueueItem(
        ngettext_lazy(
            "Email to %(number)s organisation failed",
            "Email to %(number)s organisations failed",
            "number",
        ),
        gettext_lazy("No failed email to the members that you can see"),
        "status=all&mail_failed=yes",
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


def work_queue_counts(*, user: User, calls: Iterable[Call], at: datetime) -> dict[str, int]:
    """Count what waits for staff now, by the names in WAITING. `calls` are all calls.

    A member is overdue if it has waited for staff, since it arrived or replied, longer than its
    call promises. Coordinators get only the failed messages to their own members. Users who may see
    the outbox also get all failed messages, including those about no member. Opinions are counted
    for everybody.
    """
    within_reach = Member.objects.visible_to(user)
    own = {**opinion_counts(user), "mail_failed": within_reach.with_mail_failed().count()}
    if user.has_perm("outbox.view_message"):
        own["messages_failed"] = Message.objects.count_failed()
    if not user.has_perm(EVERY_AREA):
        return own
    # Found from the few follow-ups, without reading every waiting member.
    to_close = proposed_to_close(Member.objects.all())
    on_us, on_them = Q(status=MemberStatus.PENDING), Q(status=MemberStatus.INFORMATION_REQUESTED)
    counts = Member.objects.filter(status__in=UNDECIDED_STATUSES).aggregate(
        on_us=Count("pk", filter=on_us),
        overdue=Count("pk", filter=on_us & _is_overdue(calls, at)),
        replied=Count("pk", filter=on_us & Q(replied_at__isnull=False)),
        nobodys=Count("pk", filter=Q(assignee=None)),
        mine=Count("pk", filter=Q(assignee=user)),
        on_them=Count("pk", filter=on_them),
        to_close=Count("pk", filter=Q(pk__in=to_close.values("pk"))),
    )
    return {**counts, **own}


def opinion_counts(user: User) -> dict[str, int]:
    """Count the opinions that are asked of a user. Without one, the result is empty."""
    number = OpinionRequest.objects.asked_of(user).open().count()
    return {"opinions": number} if number else {}


def _is_overdue(calls: Iterable[Call], at: datetime) -> Q:
    """Return the condition for members that have waited longer than their call promises."""
    promised: dict[int, list[int]] = {}
    for call in calls:
        promised.setdefault(call.reply_within_days, []).append(call.pk)
    is_overdue = Q(pk__in=[])
    for within_days, keys in promised.items():
        before = overdue_cutoff(within_days=within_days, at=at)
        waits_too_long = Q(replied_at__lt=before) | Q(replied_at=None, submitted_at__lt=before)
        is_overdue |= Q(call__in=keys) & waits_too_long
    return is_overdue


def list_in_markdown(counts: Mapping[str, int]) -> str:
    """Return what waits for staff, each with a link to its list."""
    return "\n".join(
        f"- [{WAITING[name].some % {'number': number}}]"
        f"(<{settings.SITE_URL}{list_url(WAITING[name])}>)"
        for name, number in counts.items()
    )
