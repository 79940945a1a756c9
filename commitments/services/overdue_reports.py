"""Which reports are overdue, and who was asked for them when, for staff."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    Commitment,
    CommitmentEvent,
    CommitmentQuerySet,
    CommitmentStatus,
    EventKind,
    ReportRequest,
    ReportStep,
)
from commitments.services.report_reminders import REMINDER
from commitments.services.report_requests import BEGINS_AFTER, TOPIC
from commitments.services.reports import REQUESTS
from commitments.services.topics import topic_of
from focus_areas.models import FocusArea
from members.models import MemberStatus
from outbox.models import Message


@dataclass(frozen=True)
class Asked:
    """One time at which a report was asked for, with the mail to each person.

    `by` is the step or the colleague, in words. Without mail, it was deleted, or the reader may not
    see it.
    """

    at: datetime
    due_on: date
    by: str
    mail: Sequence[Message] = ()


@dataclass(frozen=True)
class OverdueReport:
    """A commitment whose report is overdue, and when it was asked for, the latest first."""

    commitment: Commitment
    due_on: date
    days: int
    asked: Sequence[Asked] = field(default_factory=list)

    @property
    def has_member(self) -> bool:
        """Whether the lead is still admitted. If not, the portal no longer asks."""
        return bool(self.commitment.lead.status == MemberStatus.ADMITTED)

    @property
    def is_silent(self) -> bool:
        """Whether the last step has passed, and nobody has answered."""
        return bool(self.asked) and self.days >= BEGINS_AFTER[ReportStep.OTHERS].days


def overdue(user: User, *, at: datetime) -> CommitmentQuerySet:
    """Return the commitments with an overdue report that a staff user may see, the longest first.

    It reads the derived column `next_report_on`: a report is expected for a day that is over.
    """
    visible = Commitment.objects.visible_to(user).filter(status=CommitmentStatus.PUBLISHED)
    overdue_today = visible.filter(next_report_on__lt=timezone.localdate(at))
    return overdue_today.select_related("lead", "focus_area").order_by("next_report_on", "pk")


def overdue_by_area(found: QuerySet[Commitment]) -> list[tuple[FocusArea, int]]:
    """Return the number of overdue reports by focus area, in the order of the areas."""
    numbers = Counter(found.order_by().values_list("focus_area", flat=True))
    areas = FocusArea.objects.filter(pk__in=numbers).order_by("number")
    return [(area, numbers[area.pk]) for area in areas]


def with_requests(
    found: Sequence[Commitment], asked: Mapping[int, Sequence[Asked]], *, at: datetime
) -> list[OverdueReport]:
    """Return those of some commitments with an overdue report, with when it was asked for.

    `asked` is that of `asked_about()`.
    """
    today = timezone.localdate(at)
    return [
        OverdueReport(
            each,
            due_on=due_on,
            days=(today - due_on).days,
            asked=[time for time in asked[each.pk] if time.due_on == due_on],
        )
        for each in found
        if each.status == CommitmentStatus.PUBLISHED
        and (due_on := each.next_report_on) is not None
        and due_on < today
    ]


def asked_about(found: Sequence[Commitment], *, with_mail: bool) -> Mapping[int, list[Asked]]:
    """Return when and of whom the reports of some commitments were asked, the latest first.

    In three queries. Without `with_mail`, it does not say of whom.
    """
    mail = _mail_about(found) if with_mail and found else {}
    asked: Mapping[int, list[Asked]] = defaultdict(list)
    references = {each.pk: each.reference for each in found}
    for pk, at, due_on, by, step in _times(found):
        letters = mail.get((references[pk], due_on, step), ())
        asked[pk].append(Asked(at, due_on, by, letters))
    for times in asked.values():
        times.sort(key=lambda each: each.at, reverse=True)
    return asked


def _times(found: Sequence[Commitment]) -> Iterator[tuple[int, datetime, date, str, str]]:
    """Yield commitment, time, day of the report, step or colleague in words, and that in topics."""
    requests = ReportRequest.objects.filter(commitment__in=found, is_missed=False)
    for request in requests.order_by("pk"):
        label = request.get_step_display()
        yield request.commitment_id, request.asked_at, request.due_on, label, request.step
    events = CommitmentEvent.objects.filter(commitment__in=found, kind=EventKind.REPORT_ASKED)
    for event in events.exclude(by_user=None).order_by("pk"):
        by = _("Reminded by %(name)s") % {"name": event.by_name}
        due_on = date.fromisoformat(event.note)
        yield event.commitment_id, event.at, due_on, by, f"{REMINDER}{event.pk}"


def _mail_about(found: Sequence[Commitment]) -> Mapping[tuple[str, date, str], list[Message]]:
    """Return the mail that asks for reports, by reference, day and step."""
    beginnings = (Q(topic__startswith=f"{topic_of(each, REQUESTS)}/") for each in found)
    rows = Message.objects.filter(reduce(or_, beginnings)).defer("body", "anonymous_body")
    mail: Mapping[tuple[str, date, str], list[Message]] = defaultdict(list)
    for message in rows.order_by("pk"):
        if match := TOPIC.match(message.topic):
            key = match["reference"], date.fromisoformat(match["due_on"]), match["step"]
            mail[key].append(message)
    return mail
