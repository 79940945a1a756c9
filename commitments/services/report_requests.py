"""Asks leads for reports by mail: 30 days before and on each anniversary, then 30, 45 and 60 after.

The first three steps go to the focal point. If nobody answers, the alternate is asked, and then the
other contacts of the organisation. Who cannot be reached is passed over (report_recipients.py). If
the mail of the present step comes back, the next person is asked at once.

Nothing is scheduled in advance: the task computes from the day which step it is time for. A step
lasts until the next one, so on each day it is time for one step of one anniversary. If the portal
did not run during a whole step, that step is stored as missed, and only the present one is asked:
nobody gets three mails in a row, and nobody is told that others did not answer who were not asked.
Each step of each anniversary has one row, which is written in the transaction of its mail. A step
before one that was asked is never asked, so nothing is repeated if the clock goes back.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction
from django.utils import timezone

from commitments.models import (
    Commitment,
    CommitmentEvent,
    EventKind,
    Report,
    ReportRequest,
    ReportStatus,
    ReportStep,
)
from commitments.services.events import add_event
from commitments.services.report_recipients import (
    ALL_KINDS,
    KINDS,
    Contacts,
    askable,
    contacts_of,
    letter_to,
)
from commitments.services.report_types import REQUEST_ALTERNATE, REQUEST_OTHERS
from commitments.services.reports import REQUESTS, asked_on
from commitments.services.topics import COMMITMENT_TOPIC, topic_of
from core.addresses import normalise_address
from core.conflicts import lock_rows
from core.dates import GENEVA, start_of_day
from members.models import FocalPoint
from members.services.letters.composing import segment_of
from outbox.models import Message, Queue
from outbox.services.letters import texts_of
from outbox.services.queue import Envelope, cancel_unsent, post_all
from outbox.services.template_rendering import TemplateSet

# How many days after an anniversary each step after the first one begins, in their order.
BEGINS_AFTER: Final = {
    ReportStep.DUE: timedelta(0),
    ReportStep.AFTER: timedelta(days=30),
    ReportStep.ALTERNATE: timedelta(days=45),
    ReportStep.OTHERS: timedelta(days=60),
}
STEPS: Final = (ReportStep.BEFORE, *BEGINS_AFTER)
# Which of the contacts a step is for: the first, the next or the last. Nobody is left out, so after
# an interruption a step is for an earlier one.
LEVELS: Final = {ReportStep.ALTERNATE: 1, ReportStep.OTHERS: 2}
# How long the mail of the last step is sent, which can begin late.
LAST_LETTER_FOR: Final = timedelta(days=30)
# The portal does not ask so soon after a colleague has reminded, nor a colleague after anybody.
PAUSE: Final = timedelta(days=7)
# How many commitments are read at once, are asked in a transaction, and are asked in a run.
READ_SIZE, BATCH_SIZE, MAX_PER_RUN = 500, 50, 1000
TOPIC: Final = re.compile(
    rf"{COMMITMENT_TOPIC}(?P<reference>[^/]+)/{REQUESTS}/(?P<due_on>[\d-]+)/(?P<step>[^/]+)"
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


class Request(NamedTuple):
    """A commitment that is asked about now, for a step, and the letters to write: their kinds."""

    commitment: Commitment
    step: Step
    contacts: Contacts
    letters: Sequence[tuple[FocalPoint, str]]


def step_on(published_on: date, day: date) -> Step | None:
    """Return the step that it is time for on a day; None before the first anniversary's."""
    due_on = asked_on(published_on, day)
    if due_on is None:
        return None
    begun = [step for step, delay in BEGINS_AFTER.items() if due_on + delay <= day]
    return Step(due_on, begun[-1] if begun else ReportStep.BEFORE)


def ask_for_reports(*, at: datetime) -> int:
    """Ask for the reports that are due; return how many commitments were asked about.

    At most MAX_PER_RUN; the next run continues. The task may run twice, at the same time as
    another, or be killed: a batch is asked wholly or not at all.
    """
    asked, last, words = 0, 0, texts_of(*ALL_KINDS)
    while asked < MAX_PER_RUN:
        pks = list(askable().filter(pk__gt=last).values_list("pk", flat=True)[:READ_SIZE])
        if not pks:
            break
        last = pks[-1]
        due = [request.commitment.pk for request in _due_among(pks, at)]
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
    for request in due:
        commitment, step = request.commitment, request.step
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
        letters += _letters(request, words, at)
    ReportRequest.objects.bulk_create(requests)
    post_all(letters, at=at, may_repeat=False)
    return len(due)


def _letters(request: Request, words: TemplateSet, at: datetime) -> list[Envelope]:
    return [
        letter_to(
            request.commitment,
            person,
            kind,
            topic=topic_of(request.commitment, REQUESTS, *request.step),
            due_on=request.step.due_on,
            expires_at=_expires_at(request.step, at),
            focal_point=request.contacts.primary if kind == REQUEST_ALTERNATE else None,
            words=words,
            queue=Queue.BULK,
        )
        for person, kind in request.letters
    ]


def _expires_at(step: Step, at: datetime) -> datetime:
    """Return when the mail of a step is out of date: when the next step begins."""
    if not step.later:
        return at + LAST_LETTER_FOR
    return start_of_day(step.due_on + BEGINS_AFTER[step.later[0]], GENEVA)


def _due_among(pks: Collection[int], at: datetime) -> list[Request]:
    """Return what is asked about some commitments now, in at most eleven queries.

    A commitment is not asked about if a report for the date was sent, or if one waits with staff.
    A step that was asked is asked again only if its mail came back and somebody else is left.
    """
    day = timezone.localdate(at)
    rows = list(askable().filter(pk__in=pks).select_related("lead"))
    steps = {
        row.pk: step
        for row in rows
        if row.published_at and (step := step_on(timezone.localdate(row.published_at), day))
    }
    asked: dict[int, dict[tuple[date, str], bool]] = defaultdict(dict)
    for pk, due_on, name, is_missed in ReportRequest.objects.filter(
        commitment__in=steps
    ).values_list("commitment", "due_on", "step", "is_missed"):
        asked[pk][due_on, name] = is_missed
    sent = set(
        Report.objects.filter(commitment__in=steps).sent().values_list("commitment", "due_on")
    )
    resting = _with_staff(steps) | _reminded(steps, at)
    open_rows = [
        row
        for row in rows
        if (step := steps.get(row.pk))
        and (row.pk, step.due_on) not in sent
        and row.pk not in resting
        and not any((step.due_on, each) in asked[row.pk] for each in step.later)
    ]
    contacts = contacts_of({row.lead_id for row in open_rows}) if open_rows else {}
    there, failed = _mail_about(
        [topic for row in open_rows for topic in _topics(row, steps[row.pk], contacts[row.lead_id])]
    )
    due = []
    for row in open_rows:
        step, known = steps[row.pk], contacts[row.lead_id]
        unreached = {each.pk for each in known.people if _topic(row, step, each) in failed}
        if (step.due_on, step.step) in asked[row.pk] and not unreached:
            continue
        reachable = known.without(unreached)
        earlier = [each for each in step.earlier if asked[row.pk].get((step.due_on, each)) is False]
        letters = [
            (person, kind)
            for person, kind in _recipients(reachable, step.step, earlier)
            if not any(
                _topic(row, Step(step.due_on, each), person) in there
                for each in (STEPS if kind == REQUEST_OTHERS else (step.step,))
            )
        ]
        if letters:
            due.append(Request(row, step, reachable, letters))
    return due


def _with_staff(pks: Collection[int]) -> set[int]:
    waiting = Report.objects.filter(commitment__in=pks, status=ReportStatus.SENT)
    return set(waiting.values_list("commitment", flat=True))


def _reminded(pks: Collection[int], at: datetime) -> set[int]:
    """Return the commitments that a colleague has reminded of their report in the last days."""
    events = CommitmentEvent.objects.filter(
        commitment__in=pks, kind=EventKind.REPORT_ASKED, at__gt=at - PAUSE
    )
    return set(events.exclude(by_user=None).values_list("commitment", flat=True))


def _recipients(
    contacts: Contacts, step: ReportStep, earlier: Sequence[ReportStep]
) -> list[tuple[FocalPoint, str]]:
    """Return to whom a step writes after some earlier ones, with the kinds of the letters.

    Nobody, if all that can be reached were asked before.
    """
    level = -1
    for each in (*earlier, step):
        level = min(level + 1, LEVELS.get(each, 0))
    if level >= len(contacts.levels):
        return []
    kind = REQUEST_ALTERNATE if level else KINDS[step]
    return [
        (person, REQUEST_OTHERS if contacts.is_other(person) else kind)
        for person in contacts.levels[level]
    ]


def _topic(commitment: Commitment, step: Step, person: FocalPoint) -> str:
    return f"{topic_of(commitment, REQUESTS, *step)}/{segment_of(person)}"


def _topics(commitment: Commitment, step: Step, contacts: Contacts) -> list[str]:
    """Return the topics of mail that decide who is asked: that of the step, and to others."""
    return [
        *(_topic(commitment, step, person) for person in contacts.people),
        *(
            _topic(commitment, Step(step.due_on, each), person)
            for person in contacts.others
            for each in STEPS
        ),
    ]


def _mail_about(topics: Collection[str]) -> tuple[set[str], set[str]]:
    """Return which of some topics have mail, and which have mail that did not arrive."""
    mail = Message.objects.filter(topic__in=topics)
    if not topics or not (there := set(mail.values_list("topic", flat=True))):
        return set(), set()
    return there, set(mail.undelivered().values_list("topic", flat=True))


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
        askable().filter(reference__in=references).values_list("reference", flat=True).distinct()
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
