"""Asks leads for reports by mail: 30 days before, on, and 30 days after each anniversary.

Staff see which reports are overdue, of which area, and how often they were asked for.

Nothing is scheduled in advance: the task computes from the day which step it is time for. A step
lasts until the next one, so on each day it is time for one step of one anniversary. If the portal
did not run during a whole step, that step is stored as missed, and only the present one is asked:
nobody gets three mails in a row. Each step of each anniversary has one row, which is written in the
transaction of its mail. A step before one that was asked is never asked, so nothing is repeated if
the clock goes back.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from commitments.models import (
    Commitment,
    CommitmentQuerySet,
    CommitmentStatus,
    EventKind,
    Report,
    ReportRequest,
    ReportStatus,
    ReportStep,
)
from commitments.services.events import add_event
from commitments.services.private_pages import report_address
from commitments.services.report_letters import focal_points_to_mail, letter_about
from commitments.services.report_types import REQUEST_AFTER, REQUEST_BEFORE, REQUEST_DUE
from commitments.services.reports import REQUESTS, asked_on
from commitments.services.topics import COMMITMENT_TOPIC, topic_of
from core.addresses import normalise_address
from core.conflicts import lock_rows
from core.dates import GENEVA, start_of_day
from focus_areas.models import FocusArea
from members.models import FocalPoint, MemberStatus, is_shown_as_admitted
from outbox.models import Message, Queue
from outbox.services.letters import texts_of
from outbox.services.queue import Envelope, cancel_unsent, post_all
from outbox.services.template_rendering import TemplateSet

# In the order of their days.
STEPS: Final = (ReportStep.BEFORE, ReportStep.DUE, ReportStep.AFTER)
KINDS: Final = {
    ReportStep.BEFORE: REQUEST_BEFORE,
    ReportStep.DUE: REQUEST_DUE,
    ReportStep.AFTER: REQUEST_AFTER,
}
# How long after an anniversary the last step begins, and for how long its mail is sent.
AFTER: Final = timedelta(days=30)
# How many commitments are read at once, are asked in a transaction, and are asked in a run.
READ_SIZE, BATCH_SIZE, MAX_PER_RUN = 500, 50, 1000
TOPIC: Final = re.compile(
    rf"{COMMITMENT_TOPIC}(?P<reference>[^/]+)/{REQUESTS}/(?P<due_on>[\d-]+)/[^/]+"
    r"/focal-point-(?P<person>\d+)(?:/|$)"
)


class Step(NamedTuple):
    """One step of one anniversary."""

    due_on: date
    step: ReportStep

    @property
    def earlier(self) -> tuple[ReportStep, ...]:
        """The steps of the same anniversary before this one."""
        return STEPS[: STEPS.index(self.step)]

    @property
    def later(self) -> tuple[ReportStep, ...]:
        """The steps of the same anniversary after this one."""
        return STEPS[STEPS.index(self.step) + 1 :]


def step_on(published_on: date, day: date) -> Step | None:
    """Return the step that it is time for on a day; None before the first anniversary's."""
    due_on = asked_on(published_on, day)
    if due_on is None:
        return None
    if day < due_on:
        return Step(due_on, ReportStep.BEFORE)
    return Step(due_on, ReportStep.DUE if day < due_on + AFTER else ReportStep.AFTER)


def ask_for_reports(*, at: datetime) -> int:
    """Ask for the reports that are due; return how many commitments were asked about.

    At most MAX_PER_RUN; the next run continues. The task may run twice, at the same time as
    another, or be killed: a batch is asked wholly or not at all.
    """
    asked, last, words = 0, 0, texts_of(*KINDS.values())
    while asked < MAX_PER_RUN:
        pks = list(_askable().filter(pk__gt=last).values_list("pk", flat=True)[:READ_SIZE])
        if not pks:
            break
        last = pks[-1]
        due = [commitment.pk for commitment, _step in _due_among(pks, at)]
        due = due[: MAX_PER_RUN - asked]
        for start in range(0, len(due), BATCH_SIZE):
            asked += _ask(due[start : start + BATCH_SIZE], words, at)
    return asked


@transaction.atomic
def _ask(pks: Collection[int], words: TemplateSet, at: datetime) -> int:
    """Ask about some commitments, those that are still due once they are locked."""
    lock_rows(Commitment.objects.filter(pk__in=pks))
    due = _due_among(pks, at)
    if not due:
        return 0
    there = set(
        ReportRequest.objects.filter(commitment__in=pks).values_list("commitment", "due_on", "step")
    )
    requests, letters = [], []
    people = _focal_points([commitment.lead_id for commitment, _step in due])
    for commitment, step in due:
        requests += [
            ReportRequest(
                commitment=commitment,
                due_on=step.due_on,
                step=each,
                asked_at=at,
                is_missed=each != step.step,
            )
            for each in (*step.earlier, step.step)
            if (commitment.pk, step.due_on, each) not in there
        ]
        add_event(commitment, EventKind.REPORT_ASKED, by=None, at=at, note=str(step.due_on))
        letters += [
            _letter(commitment, person, step, words, at)
            for person in focal_points_to_mail(people[commitment.lead_id])
        ]
    ReportRequest.objects.bulk_create(requests)
    post_all(letters, at=at, may_repeat=False)
    return len(due)


def _letter(
    commitment: Commitment, person: FocalPoint, step: Step, words: TemplateSet, at: datetime
) -> Envelope:
    return letter_about(
        commitment,
        person,
        KINDS[step.step],
        topic=topic_of(commitment, REQUESTS, step.due_on, step.step),
        due_on=step.due_on,
        link=report_address,
        words=words,
        queue=Queue.BULK,
        expires_at=_expires_at(step, at),
    )


def _expires_at(step: Step, at: datetime) -> datetime:
    """Return when the mail of a step is out of date: when the next step begins.

    The last step can begin late; its mail is sent for 30 days.
    """
    if step.step == ReportStep.AFTER:
        return at + AFTER
    begins = step.due_on if step.step == ReportStep.BEFORE else step.due_on + AFTER
    return start_of_day(begins, GENEVA)


def _askable() -> CommitmentQuerySet:
    """Return the commitments whose lead can be asked: published, and the lead is admitted."""
    published = Commitment.objects.filter(status=CommitmentStatus.PUBLISHED)
    return published.filter(is_shown_as_admitted("lead__")).order_by("pk")


def _due_among(pks: Collection[int], at: datetime) -> list[tuple[Commitment, Step]]:
    """Return the commitments that are asked about now, each with its step, in three queries.

    A commitment is not asked about if a report for the date was sent, or if one waits with staff.
    """
    day = timezone.localdate(at)
    rows = list(_askable().filter(pk__in=pks).select_related("lead"))
    steps = {
        row.pk: step
        for row in rows
        if row.published_at and (step := step_on(timezone.localdate(row.published_at), day))
    }
    asked: dict[int, set[tuple[date, str]]] = defaultdict(set)
    for pk, due_on, name in ReportRequest.objects.filter(commitment__in=steps).values_list(
        "commitment", "due_on", "step"
    ):
        asked[pk].add((due_on, name))
    sent = set(
        Report.objects.filter(commitment__in=steps).sent().values_list("commitment", "due_on")
    )
    with_staff = set(
        Report.objects.filter(commitment__in=steps, status=ReportStatus.SENT).values_list(
            "commitment", flat=True
        )
    )
    return [
        (row, step)
        for row in rows
        if (step := steps.get(row.pk))
        and (row.pk, step.due_on) not in sent
        and row.pk not in with_staff
        and not any((step.due_on, each) in asked[row.pk] for each in (step.step, *step.later))
    ]


def _focal_points(leads: Iterable[int]) -> dict[int, list[FocalPoint]]:
    people: dict[int, list[FocalPoint]] = defaultdict(list)
    for person in FocalPoint.objects.filter(member__in=leads).select_related("member"):
        people[person.member_id].append(person)
    return people


def cancel_expired_requests(*, at: datetime) -> int:
    """Cancel waiting mail that asks for a report, if nobody has to be asked any more.

    That is: the report was sent, the commitment is no longer published, its lead no longer
    admitted, or the role has another holder. Returns how many messages were cancelled.
    """
    waiting = Message.objects.waiting().filter(
        topic__startswith=COMMITMENT_TOPIC, topic__contains=f"/{REQUESTS}/", cancel_reason=""
    )
    found = [
        (pk, recipient, match)
        for pk, topic, recipient in waiting.values_list("pk", "topic", "recipient")[:MAX_PER_RUN]
        if (match := TOPIC.match(topic))
    ]
    if not found:
        return 0
    references = {match["reference"] for _pk, _to, match in found}
    asked = set(
        _askable().filter(reference__in=references).values_list("reference", flat=True).distinct()
    )
    sent = {
        (reference, str(due_on))
        for reference, due_on in Report.objects.filter(commitment__reference__in=references)
        .sent()
        .values_list("commitment__reference", "due_on")
    }
    people = FocalPoint.objects.in_bulk({int(match["person"]) for _pk, _to, match in found})
    expired = [
        pk
        for pk, recipient, match in found
        if match["reference"] not in asked
        or (match["reference"], match["due_on"]) in sent
        or not _is_holder(people.get(int(match["person"])), recipient)
    ]
    return cancel_unsent(messages=Message.objects.filter(pk__in=expired), at=at) if expired else 0


def _is_holder(person: FocalPoint | None, recipient: str) -> bool:
    return person is not None and normalise_address(person.email) == normalise_address(recipient)


@dataclass(frozen=True)
class OverdueReport:
    """A commitment whose report is overdue, and when it was asked for."""

    commitment: Commitment
    due_on: date
    days: int
    asked_at: Sequence[datetime]

    @property
    def has_member(self) -> bool:
        """Whether the lead is still admitted. If not, the portal no longer asks."""
        return bool(self.commitment.lead.status == MemberStatus.ADMITTED)


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


def with_requests(found: Sequence[Commitment], *, at: datetime) -> list[OverdueReport]:
    """Return commitments of a page with the times at which their report was asked for."""
    asked: Mapping[tuple[int, date], list[datetime]] = defaultdict(list)
    requests = ReportRequest.objects.filter(commitment__in=found, is_missed=False)
    for request in requests.order_by("asked_at", "pk"):
        asked[request.commitment_id, request.due_on].append(request.asked_at)
    today = timezone.localdate(at)
    return [
        OverdueReport(
            each,
            due_on=each.next_report_on,
            days=(today - each.next_report_on).days,
            asked_at=asked[each.pk, each.next_report_on],
        )
        for each in found
        if each.next_report_on is not None
    ]
