"""The end of needs and offers: renewed, closed with the result, withdrawn, or expired.

One is open for 60 days. Then its member is asked whether it still is; without an answer in 14 days
it expires. Nothing is scheduled in advance: a task finds by `open_until` what it is time for.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import NothingChanged, Refused, lock_rows
from members.models import FocalPoint
from members.services.participants import participants
from opportunities.models import (
    RENEWABLE,
    RESULTS,
    UNDECIDED,
    EventKind,
    Opportunity,
    OpportunityEvent,
    OpportunityQuerySet,
    OpportunityStatus,
)
from opportunities.services.contacts import end_waiting
from opportunities.services.desk_letters import cancel_desk_letters
from opportunities.services.events import LOG, topic_of
from opportunities.services.letters import compose, envelope, people_of
from opportunities.services.reader import lock_member
from opportunities.services.template_types import RENEWAL
from outbox.services.queue import cancel, post_all
from outbox.services.rendering import private_link_marker

OPEN_FOR: Final = timedelta(days=60)
ANSWER_WITHIN: Final = timedelta(days=14)
# Who renews again so soon has clicked twice.
RENEWED_ONCE_IN: Final = timedelta(days=1)
# How many are locked in one transaction, and asked or ended in a run; the next run continues.
BATCH_SIZE, MAX_PER_RUN = 50, 1000
ASKED: Final = "renewal"


@transaction.atomic
def renew(
    *, opportunity: Opportunity, by: FocalPoint, at: datetime, version: int | None = None
) -> OpportunityEvent:
    """Keep a member's own need or offer open for OPEN_FOR from now, also after it expired.

    Raises WrongStatus, Conflict, NothingChanged after a second click, and Refused (not_a_member,
    not_theirs).
    """
    person = _lock_own(opportunity, by, at, *RENEWABLE, version=version)
    until = at + OPEN_FOR
    was_asked = opportunity.renewal_asked_at is not None
    if (
        not was_asked
        and opportunity.open_until
        and opportunity.open_until > until - RENEWED_ONCE_IN
    ):
        raise NothingChanged
    opportunity.status = OpportunityStatus.OPEN
    opportunity.open_until = until
    opportunity.renewal_asked_at = opportunity.ended_at = None
    cancel(topic=topic_of(opportunity, ASKED), at=at)
    fields = ("status", "open_until", "renewal_asked_at", "ended_at")
    return LOG.save(opportunity, EventKind.RENEWED, *fields, by=person, at=at)


@transaction.atomic
def close_with_result(
    *,
    opportunity: Opportunity,
    result: OpportunityStatus,
    by: FocalPoint,
    at: datetime,
    version: int | None = None,
) -> OpportunityEvent:
    """Close a member's own need or offer with one of RESULTS, also after it expired.

    Raises WrongStatus, Conflict, and Refused (not_a_member, not_theirs, no_result).
    """
    person = _lock_own(opportunity, by, at, *RENEWABLE, version=version)
    if result not in RESULTS:
        raise Refused(_("Choose what came of it."), code="no_result")
    return end(opportunity, result, EventKind(result), by=person, at=at)


@transaction.atomic
def withdraw(
    *, opportunity: Opportunity, by: FocalPoint, at: datetime, version: int | None = None
) -> OpportunityEvent:
    """Withdraw a member's own need or offer, before or after its publication.

    Raises WrongStatus, Conflict, and Refused (not_a_member, not_theirs).
    """
    person = _lock_own(opportunity, by, at, *UNDECIDED, OpportunityStatus.OPEN, version=version)
    return end(opportunity, OpportunityStatus.WITHDRAWN, EventKind.WITHDRAWN, by=person, at=at)


def end(
    opportunity: Opportunity,
    status: OpportunityStatus,
    kind: EventKind,
    *fields: str,
    by: User | FocalPoint | None,
    at: datetime,
    told_at: datetime | None = None,
    note: str = "",
) -> OpportunityEvent:
    """End a locked need or offer. Its waiting contacts end, and their senders are told.

    `fields` are further ones that the caller has set. The senders are told at `told_at`, by default
    at once. A proposed change is discarded. Mail that asks whether it is open is cancelled, and the
    letters of decisions that are not sent yet.
    """
    opportunity.status, opportunity.ended_at, opportunity.proposed = status, at, None
    ended = ("status", "ended_at", "proposed", *fields)
    event = LOG.save(opportunity, kind, *ended, by=by, at=at, note=note)
    cancel(topic=topic_of(opportunity, ASKED), at=at)
    cancel_desk_letters(opportunity, at=at)
    end_waiting(opportunity, at=at, due_at=told_at)
    return event


def ask_and_expire(*, at: datetime) -> int:
    """Ask the members of what was open for OPEN_FOR; end what has no answer in ANSWER_WITHIN.

    What a member has left behind is withdrawn. Returns how many were asked or ended. The task may
    run twice, at the same time as another, or be killed: a batch is done wholly or not at all.
    """
    is_open = Opportunity.objects.open()
    due = is_open.filter(open_until__lte=at)
    admitted = participants().values("member")
    left = Opportunity.objects.filter(status__in=[*UNDECIDED, OpportunityStatus.OPEN])
    # Not while the decision about the member can be undone.
    left = left.exclude(member__in=admitted).exclude(member__settles_at__gt=at)
    withdrawing = partial(
        end, status=OpportunityStatus.WITHDRAWN, kind=EventKind.WITHDRAWN, by=None
    )
    expiring = partial(end, status=OpportunityStatus.EXPIRED, kind=EventKind.EXPIRED, by=None)
    return (
        _in_batches(left, withdrawing, at)
        + _in_batches(due.exclude(renewal_asked_at=None), expiring, at)
        + _in_batches(due.filter(renewal_asked_at=None), _ask, at)
    )


def _in_batches(due: OpportunityQuerySet, step: Callable[..., object], at: datetime) -> int:
    done = 0
    while done < MAX_PER_RUN:
        some = list(due.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE])
        with transaction.atomic():
            # What somebody changed meanwhile is no longer due.
            now = Opportunity.objects.filter(pk__in=lock_rows(due.filter(pk__in=some)))
            rows = list(now.select_related("member").order_by("pk"))
            for opportunity in rows:
                step(opportunity, at=at)
        done += len(rows)
        if not rows:
            break
    return done


def _ask(opportunity: Opportunity, *, at: datetime) -> None:
    """Ask the member of a locked need or offer; it stays open until the answer is due."""
    opportunity.renewal_asked_at, opportunity.open_until = at, at + ANSWER_WITHIN
    fields = ("renewal_asked_at", "open_until")
    LOG.save(opportunity, EventKind.RENEWAL_ASKED, *fields, by=None, at=at)
    links = {"close_link": private_link_marker(2), "change_link": private_link_marker(3)}
    pages = [(page, opportunity.reference) for page in ("renew", "close", "change")]
    letters = [
        envelope(
            compose(RENEWAL, opportunity, person, links),
            person,
            opportunity,
            ASKED,
            at.date(),
            links=pages,
        )
        for person in people_of(opportunity.member_id)
    ]
    post_all(letters, at=at, may_repeat=False)


def _lock_own(
    opportunity: Opportunity,
    by: FocalPoint,
    at: datetime,
    *statuses: OpportunityStatus,
    version: int | None,
) -> FocalPoint:
    person = lock_member(by, at=at)
    if opportunity.member_id != person.member_id:
        raise Refused(_("This is of another organisation."), code="not_theirs")
    LOG.lock(opportunity, *statuses, version=version)
    return person
