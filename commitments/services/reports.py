"""Reports of the lead: saved as they are typed, sent, asked about, and published.

A report is for the anniversary that is asked for. If none is, it is an additional one, for the day
on which it is sent, so that the next anniversary is still asked for. A commitment has at most one
report that is not published, so two people who report at once work on the same one, and one report
for each day. Every function locks the commitment first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import (
    Commitment,
    CommitmentStatus,
    EventKind,
    Report,
    ReportStatus,
    Target,
    TargetValue,
    day_of,
)
from commitments.services import money
from commitments.services.conditions import anniversaries_before, update_condition
from commitments.services.events import add_event, lock_commitment, save_with_event
from commitments.services.figures import refresh_figures_after_commit
from commitments.services.private_pages import report_address
from commitments.services.report_letters import letter_about
from commitments.services.report_types import PUBLISHED, QUESTION, RECEIVED
from commitments.services.topics import topic_of
from core.autosave import Draft, Outcome, Page, as_json, autosave, draft_in
from core.conflicts import Conflict, NothingChanged, Refused, lock
from core.dates import GENEVA, format_datetime
from core.history import MAX_NAME_LENGTH
from members.models import FocalPoint
from members.services.participants import focal_points_to_mail
from outbox.services.queue import cancel, post_all
from outbox.services.rendering import escape_inline, escape_paragraphs

# A report is asked for from so many days before its anniversary on.
ASKED_BEFORE: Final = timedelta(days=30)
# Staff read these, and can publish them.
WAITING: Final = (ReportStatus.SENT, ReportStatus.QUESTION_ASKED)
# The segments of topics of mail that asks for a report.
REQUESTS: Final = "report-request"
QUESTIONS: Final = "report-question"

Typed = Mapping[str, str]


@dataclass(frozen=True)
class ReportedValue:
    """What a report states about one target: a number, or whether it is reached, on a day."""

    target: int
    on: date
    value: Decimal | None = None
    reached: bool | None = None


@dataclass(frozen=True)
class ReportContent:
    """All that the lead states in a report. `links` has an address on each line."""

    values: Sequence[ReportedValue] = ()
    narrative: str = ""
    obstacles: str = ""
    behind_reason: str = ""
    links: str = ""
    language: str = ""
    paid: Decimal | None = None
    paid_currency: str = ""
    paid_until: date | None = None
    is_last: bool = False


COLUMNS: Final = (
    "narrative",
    "obstacles",
    "behind_reason",
    "links",
    "language",
    "paid",
    "paid_currency",
    "paid_until",
    "is_last",
)


class ReportConflict(Conflict):
    """Somebody saved, sent or published the report after the page was opened."""

    def __init__(self, report: Report | None) -> None:
        self.report = report
        name = (report.sent_by_name if report and report.sent_at else "") or (
            report.saved_by_name if report else ""
        )
        super().__init__(
            _(
                "%(name)s changed this report on %(when)s, after you opened it. What you typed is "
                "not saved."
            )
            % {
                "name": name or _("Somebody"),
                "when": format_datetime(report.saved_at, GENEVA) if report else "–",
            }
        )


class AlreadyPublished(ReportConflict):
    """Staff published the report after the page was opened. The next one would be another."""

    def __init__(self) -> None:
        self.report = None
        Conflict.__init__(
            self,
            _(
                "This report was published after you opened it. If you send what you typed, it is "
                "a new report."
            ),
        )


class AlreadySent(NothingChanged):
    """Exactly this report was sent before."""

    def __init__(self) -> None:
        Refused.__init__(self, _("This report was already sent."))


def due_on_of(commitment: Commitment, *, day: date) -> date:
    """Return for which day a report is written: the anniversary that is asked for, or this day."""
    if commitment.published_at is None:
        raise ValueError("The commitment is not published.")
    asked = asked_on(timezone.localdate(commitment.published_at), day)
    if asked is None or commitment.reports.published().filter(due_on__gte=asked).exists():
        return day
    return asked


def asked_on(published_on: date, day: date) -> date | None:
    """Return the anniversary for which reports are asked on a day; None before the first."""
    # From ASKED_BEFORE an anniversary on, that is: including those on the last of these days.
    years = anniversaries_before(day + ASKED_BEFORE + timedelta(days=1), published_on)
    return day_of(years, published_on) if years else None


def open_report(commitment: Commitment, *, at: datetime) -> Report | None:
    """Return the report that the lead can write now: a stored one, or a new one that is not stored.

    None if a report for this day is published. A draft that was not sent becomes one for the
    present date.
    """
    report = commitment.reports.open().first()
    if report is not None and report.status != ReportStatus.DRAFT:
        return report
    due_on = due_on_of(commitment, day=timezone.localdate(at))
    if commitment.reports.published().filter(due_on=due_on).exists():
        return None
    if report is None:
        # Version 0 is that of a report which nobody has saved yet.
        return Report(commitment=commitment, due_on=due_on, saved_at=at, version=0)
    report.due_on = due_on
    return report


class SavedReport(NamedTuple):
    """A report that was saved as it was typed, or beside the text of another page."""

    report: Report
    is_other_version: bool = False


@transaction.atomic
def save_draft(
    *, commitment: Commitment, typed: Typed, by: FocalPoint, page: Page, at: datetime
) -> SavedReport:
    """Keep the fields of a form as they were typed, also wrong ones; nothing is sent.

    `core.autosave` says what becomes of the text if another page saved another one.

    Raises WrongStatus, Refused (once_a_day), ThirdVersion, and ReportConflict if the report was
    sent meanwhile.
    """
    report = _locked_report(commitment, at)
    typed = dict(typed)
    if report.typed:
        before = draft_in(report)
        draft, outcome = autosave(before, typed, page=page, at=at)
        if draft == before:
            return SavedReport(report)
    else:
        _check_version(report, page.version)
        draft = Draft(typed, report.version + 1, page.name, at)
        outcome = Outcome.SAVED
    report.typed, report.version = as_json(draft), draft.version
    if outcome is Outcome.SAVED:
        report.saved_at, report.saved_by_name = draft.saved_at, str(by)[:MAX_NAME_LENGTH]
    report.save()
    return SavedReport(report, outcome is Outcome.KEPT_BESIDE)


@transaction.atomic
def send(
    *,
    commitment: Commitment,
    content: ReportContent,
    by: FocalPoint,
    version: int,
    at: datetime,
) -> Report:
    """Send a report to staff, or its correction until it is published; send receipts by mail.

    Raises WrongStatus, AlreadySent, ReportConflict, and Refused (once_a_day) or (targets_changed).
    """
    lock_commitment(commitment, CommitmentStatus.PUBLISHED)
    latest = commitment.reports.sent().order_by("-sent_at", "-pk").first()
    if latest is not None and latest.version != version and content_of(latest) == content:
        raise AlreadySent
    report = _locked_report(commitment, at)
    _check_version(report, version)
    if not {each.target for each in content.values} <= _current_targets(commitment):
        raise Refused(
            _("The targets of the commitment have changed since you opened this page."),
            code="targets_changed",
        )

    for name in COLUMNS:
        setattr(report, name, getattr(content, name))
    report.status, report.sent_at, report.typed = ReportStatus.SENT, at, {}
    report.sent_by, report.sent_by_name = by, str(by)[:MAX_NAME_LENGTH]
    _save(report, by=by, at=at)
    report.values.all().delete()
    TargetValue.objects.bulk_create(
        TargetValue(
            report=report, target_id=each.target, value=each.value, reached=each.reached, on=each.on
        )
        for each in content.values
    )
    event = add_event(commitment, EventKind.REPORT_SENT, by=by, at=at)
    for waiting in (REQUESTS, QUESTIONS):
        cancel(topic=topic_of(commitment, waiting), at=at)
    update_condition(commitment, at=at)
    _mail(
        commitment, RECEIVED, {"by": escape_inline(str(by))}, report=report, event=event.pk, at=at
    )
    return report


@transaction.atomic
def ask_question(
    *, report: Report, question: str, by: User, version: int | None = None, at: datetime
) -> Report:
    """Ask the lead a question about a sent report, by mail with the link to the report.

    Raises WrongStatus, Refused (report_status) and ReportConflict.
    """
    commitment = _lock_both(report, ReportStatus.SENT, version=version)
    report.question = question
    report.status = ReportStatus.QUESTION_ASKED
    report.version += 1
    report.save(update_fields=["question", "status", "version"])
    event = add_event(commitment, EventKind.REPORT_QUESTION, by=by, at=at, note=question)
    values = {"question": escape_paragraphs(question)}
    _mail(commitment, QUESTION, values, report=report, event=event.pk, at=at)
    return report


@transaction.atomic
def publish_report(*, report: Report, by: User, version: int | None = None, at: datetime) -> Report:
    """Publish a sent report, also one with an open question, and thank the lead by mail.

    A last report ends the commitment. What the lead typed and has not sent is dropped.

    Raises WrongStatus, Refused (report_status) and ReportConflict.
    """
    commitment = _lock_both(report, *WAITING, version=version)
    report.status, report.published_at, report.typed = ReportStatus.PUBLISHED, at, {}
    report.version += 1
    report.save(update_fields=["status", "published_at", "typed", "version"])
    event = add_event(commitment, EventKind.REPORT_PUBLISHED, by=by, at=at)
    money.record_paid(report, at=at)
    if report.is_last:
        commitment.status, commitment.ended_at = CommitmentStatus.ENDED, at
        save_with_event(commitment, EventKind.ENDED, "status", "ended_at", by=by, at=at)
    cancel(topic=topic_of(commitment, QUESTIONS), at=at)
    update_condition(commitment, at=at)
    refresh_figures_after_commit(at=at)
    _mail(commitment, PUBLISHED, {}, report=report, event=event.pk, at=at)
    return report


def content_of(report: Report) -> ReportContent:
    """Return what a sent report states."""
    return ReportContent(
        values=tuple(
            ReportedValue(each.target_id, each.on, each.value, each.reached)
            for each in report.values.order_by("target__position", "target")
        ),
        **{name: getattr(report, name) for name in COLUMNS},
    )


def last_published(commitment: Commitment) -> Report | None:
    """Return the latest published report, if there is one."""
    return commitment.reports.published().first()


def reported_targets(commitment: Commitment) -> list[Target]:
    """Return the targets that a report states values of, in their order."""
    return list(commitment.targets.filter(is_current=True).order_by("position", "pk"))


def _current_targets(commitment: Commitment) -> set[int]:
    return {each.pk for each in reported_targets(commitment)}


def _locked_report(commitment: Commitment, at: datetime) -> Report:
    lock_commitment(commitment, CommitmentStatus.PUBLISHED)
    report = open_report(commitment, at=at)
    if report is None:
        raise Refused(
            _("A report for today is published already. You can write the next one tomorrow."),
            code="once_a_day",
        )
    return report


def _check_version(report: Report, version: int) -> None:
    if report.version != version:
        raise ReportConflict(report) if report.pk else AlreadyPublished


def _save(report: Report, *, by: FocalPoint, at: datetime) -> None:
    report.saved_at, report.saved_by_name = at, str(by)[:MAX_NAME_LENGTH]
    report.version += 1
    report.save()


def _lock_both(report: Report, *statuses: ReportStatus, version: int | None) -> Commitment:
    """Lock the commitment of a report and the report, which must have one of some statuses."""
    commitment = report.commitment
    lock_commitment(commitment, CommitmentStatus.PUBLISHED)
    lock(report)
    report.commitment = commitment
    if report.status not in statuses:
        raise Refused(
            _("This is not possible: the status of the report is “%(status)s”.")
            % {"status": ReportStatus(report.status).label},
            code="report_status",
        )
    if version is not None and report.version != version:
        raise ReportConflict(report)
    return commitment


def _mail(
    commitment: Commitment,
    kind: str,
    values: Mapping[str, Any],
    *,
    report: Report,
    event: int,
    at: datetime,
) -> None:
    """Queue a message about a report to each focal point of the lead."""
    people = focal_points_to_mail(commitment.lead.focal_points.select_related("member"))
    topic = topic_of(commitment, kind.removeprefix("commitment_").replace("_", "-"), event)
    post_all(
        (
            letter_about(
                commitment,
                person,
                kind,
                values,
                topic=topic,
                due_on=report.due_on,
                link=report_address if kind != PUBLISHED else None,
            )
            for person in people
        ),
        at=at,
        may_repeat=False,
    )
