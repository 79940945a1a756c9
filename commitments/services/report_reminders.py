"""Reminds leads of an overdue report when staff press a button, at most once in a week."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    EventKind,
    Report,
    ReportStatus,
)
from commitments.services.events import add_event, lock_commitment
from commitments.services.report_recipients import Contacts, askable, contacts_of, letter_to
from commitments.services.report_requests import PAUSE
from commitments.services.report_types import REQUEST_AFTER, REQUEST_OTHERS
from commitments.services.reports import REQUESTS
from commitments.services.topics import topic_of
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime_short
from members.models import FocalPoint
from outbox.services.queue import post_all

# The step in the topic of a reminder begins with it, and ends with the key of its event.
REMINDER: Final = "reminder-"
SENT_FOR: Final = timedelta(days=30)


@dataclass(frozen=True)
class Reminder:
    """Whom a reminder about one commitment would go to, or why there can be none."""

    commitment: Commitment
    due_on: date | None
    contacts: Contacts
    refusal: Refused | None

    @property
    def recipients(self) -> Sequence[FocalPoint]:
        """The focal points, or the other contacts if these cannot be reached."""
        return self.contacts.focal_points or self.contacts.others


def reminders_for(commitments: Sequence[Commitment], *, at: datetime) -> list[Reminder]:
    """Return what a reminder about each of some commitments would be, in seven queries."""
    keys = [each.pk for each in commitments]
    contacts = contacts_of({each.lead_id for each in commitments})
    can_be_asked = set(askable().filter(pk__in=keys).values_list("pk", flat=True))
    waiting = Report.objects.filter(commitment__in=keys, status=ReportStatus.SENT)
    with_staff = set(waiting.values_list("commitment", flat=True))
    asked = _asked_lately(keys, at)
    found = []
    for each in commitments:
        known = contacts[each.lead_id]
        refusal = (
            _not_askable(each, can_be_asked, with_staff, at)
            or _asked_before(asked.get(each.pk))
            or (None if known.focal_points or known.others else _nobody_to_ask())
        )
        found.append(Reminder(each, each.next_report_on, known, refusal))
    return found


@transaction.atomic
def remind(*, commitment: Commitment, by: User, at: datetime) -> CommitmentEvent:
    """Remind the lead of an overdue report by mail, with a link of its own for each focal point.

    Raises WrongStatus and Refused: (not_overdue), (report_waits), (not_a_member), (asked_lately)
    and (nobody_to_ask).
    """
    lock_commitment(commitment, CommitmentStatus.PUBLISHED)
    (reminder,) = reminders_for([commitment], at=at)
    if reminder.refusal is not None or reminder.due_on is None:
        raise reminder.refusal or _not_overdue()
    due_on = reminder.due_on
    event = add_event(commitment, EventKind.REPORT_ASKED, by=by, at=at, note=str(due_on))
    post_all(
        (
            letter_to(
                commitment,
                person,
                REQUEST_OTHERS if reminder.contacts.is_other(person) else REQUEST_AFTER,
                topic=topic_of(commitment, REQUESTS, due_on, f"{REMINDER}{event.pk}"),
                due_on=due_on,
                expires_at=at + SENT_FOR,
            )
            for person in reminder.recipients
        ),
        at=at,
        may_repeat=False,
    )
    return event


def _asked_lately(keys: Collection[int], at: datetime) -> Mapping[int, CommitmentEvent]:
    """Return when some commitments were last asked about in the last days, by anybody."""
    events = CommitmentEvent.objects.filter(
        commitment__in=keys, kind=EventKind.REPORT_ASKED, at__gt=at - PAUSE
    )
    return {event.commitment_id: event for event in events.order_by("at", "pk")}


def _not_askable(
    commitment: Commitment,
    can_be_asked: Collection[int],
    with_staff: Collection[int],
    at: datetime,
) -> Refused | None:
    due_on = commitment.next_report_on
    if due_on is None or due_on >= timezone.localdate(at):
        return _not_overdue()
    if commitment.pk not in can_be_asked:
        return Refused(_("The lead is not a member now."), code="not_a_member")
    if commitment.pk in with_staff:
        return Refused(
            _("A report of this commitment waits for you. Publish it or ask about it first."),
            code="report_waits",
        )
    return None


def _not_overdue() -> Refused:
    return Refused(_("No report of this commitment is overdue."), code="not_overdue")


def _nobody_to_ask() -> Refused:
    return Refused(
        _("Nobody can be reminded by email: no address of the lead can be reached."),
        code="nobody_to_ask",
    )


def _asked_before(event: CommitmentEvent | None) -> Refused | None:
    """Return the refusal if the report was asked for lately, with when and by whom."""
    if event is None:
        return None
    facts = {
        "name": event.by_name,
        "when": format_datetime_short(event.at, GENEVA),
        "next": format_datetime_short(event.at + PAUSE, GENEVA),
    }
    words = (
        _("%(name)s reminded the lead on %(when)s. A reminder is possible again on %(next)s.")
        if event.by_user_id
        else _("The portal asked the lead on %(when)s. A reminder is possible on %(next)s.")
    )
    return Refused(words % facts, code="asked_lately")
