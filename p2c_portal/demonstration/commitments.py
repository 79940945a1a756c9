"""The commitments of the demonstration: made, published and reported on with the real services.

Their days are those of the file, because they are what it tests: they do not move with today. What
happens after now, such as the announcement of an approved one, is left to the portal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from commitments.models import (
    Acknowledgement,
    Commitment,
    CommitmentStatus,
    HostAnswer,
    NotCounted,
    PartnerAnswer,
)
from commitments.services import conditions, decisions, hosts, publication, reports
from commitments.services.drafts import begin_draft
from commitments.services.given_sums import digest_of, sums_of
from commitments.services.money import set_counting
from commitments.services.partners import answer_invitation
from commitments.services.rates import MAX_RATE_ROWS, check_rates, import_rates
from commitments.services.report_reminders import remind
from commitments.services.report_requests import BEGINS_AFTER, ask_for_reports
from commitments.services.result_of_the_month import choosable_values, choose_result
from commitments.services.second_person import is_request
from commitments.services.submission import submit
from core.dates import GENEVA
from core.spreadsheet_parsing import parse_spreadsheet
from members.models import FocalPoint, Member, MemberStatus
from p2c_portal.demonstration.arriving import focal_point_of
from p2c_portal.demonstration.commitment_rows import (
    DECLINED,
    LANGUAGES,
    PATH,
    Row,
    content_of_row,
    read_rows,
)
from p2c_portal.demonstration.mail import mark_as_sent

RATES: Final = PATH.with_name("demonstration_rates.csv")
SENT_BEFORE: Final = timedelta(days=9)
# A commitment that waits for its announcement was sent so long before.
ANNOUNCED_AFTER: Final = timedelta(days=230)
PARTNERS_ANSWER_AFTER, HOSTS_ANSWER_AFTER = timedelta(days=2), timedelta(days=20)
READ_AFTER: Final = timedelta(days=3)
# Until the letters of a decision, which can no longer be undone.
DELIVERED_AFTER: Final = timedelta(minutes=5)
QUESTION: Final = "Please name the towns, so that the register can show where you will work."
DUPLICATE: Final = "This was entered twice. The other commitment has the same fibre and clinics."
EVENT: Final = "Partner2Connect Digital Development Roundtable"
# What every third host says; the others have not answered yet.
HOST_ANSWERS: Final = {0: HostAnswer.SUPPORTS, 1: HostAnswer.KNOWS}
# Withdrawn so long after their last report, or after their publication.
WITHDRAWN_AFTER: Final = timedelta(days=14)
# One whose report is overdue: each of its reminders is sent, and one more by a colleague lately.
REMINDED, REMINDED_BEFORE = "P2C-D-013", timedelta(days=8)
ALL_STEPS_WITHIN: Final = timedelta(days=90)
RESULT_OF_THE_MONTH: Final = "P2C-D-042"
# One that its lead has just sent, and can still correct.
JUST_SENT_BEFORE: Final = timedelta(hours=2)


def load_commitments(
    *, officer: User, manager: User, actions: Mapping[str, Sequence[str]], at: datetime
) -> dict[str, Commitment]:
    """Load rates, then all commitments in the order of their publication, as staff took them.

    Returns them by their IDs in the file.

    `actions` has the keys of the actions of the Action Framework that some of them serve.
    """
    _import_rates(manager, at)
    members = {
        member.organisation_name: member
        for member in Member.objects.filter(status=MemberStatus.ADMITTED).order_by("-pk")
    }
    loaded: dict[str, Commitment] = {}
    for row in sorted(read_rows(), key=lambda row: (row.published_on, row.id)):
        served = actions.get(row.id, ())
        loaded[row.id] = _load(row, served, members, loaded, officer, manager, at=at)
    for row in read_rows():
        _end(row, loaded, officer)
    conditions.update_conditions(at=at)
    # A copy of the file may have only some of its rows.
    if REMINDED in loaded:
        _remind(loaded[REMINDED], officer, at=at)
    if RESULT_OF_THE_MONTH in loaded:
        _choose_result(loaded[RESULT_OF_THE_MONTH], manager, at=at)
    ask_for_reports(at=at)
    return loaded


def _import_rates(manager: User, at: datetime) -> None:
    table = parse_spreadsheet(RATES.read_bytes(), max_rows=MAX_RATE_ROWS)
    rows = [checked.row for checked in check_rates(table) if checked.row is not None]
    # Some currencies lost more than a quarter of their value in a month.
    import_rates(rows, seen={}, by=manager, at=at, is_difference_confirmed=True)


def _load(
    row: Row,
    actions: Sequence[str],
    members: dict[str, Member],
    loaded: dict[str, Commitment],
    officer: User,
    manager: User,
    *,
    at: datetime,
) -> Commitment:
    """Make a commitment, and publish it and its last report if they were published."""
    lead = focal_point_of(members[row.lead])
    published_at = _time_of(row.published_on)
    is_just_sent = row.state == CommitmentStatus.SUBMITTED
    sent_at = at - JUST_SENT_BEFORE if is_just_sent else _sent_at(row)
    commitment = _submit(row, actions, lead, members, loaded, at=sent_at)
    match row.state:
        case "submitted":
            pass
        case "second_person":
            # Without the rule, one person would publish it.
            if settings.COMMITMENT_SECOND_PERSON_ABOVE:
                publication.publish(commitment, by=officer, at=published_at)
        case "information_requested":
            decisions.ask_for_information(
                commitment, question=QUESTION, by=officer, at=published_at
            )
            mark_as_sent(at=published_at + DELIVERED_AFTER)
        case "embargoed":
            facts: dict[str, Any] = {
                "announce_at": published_at,
                "event": EVENT,
                "at": sent_at + READ_AFTER,
            }
            if is_request(decisions.approve(commitment, by=officer, **facts)):
                decisions.approve(commitment, by=manager, **facts)
            mark_as_sent(at=sent_at + READ_AFTER + DELIVERED_AFTER)
        case _:
            made = publication.publish(commitment, by=officer, at=published_at)
            if is_request(made):
                publication.publish(commitment, by=manager, at=published_at)
            mark_as_sent(at=published_at + DELIVERED_AFTER)
            _count(row, commitment, loaded, officer)
            _ask_hosts(commitment, at=published_at + timedelta(hours=1))
            _report(row, commitment, lead, officer)
    return commitment


def _submit(
    row: Row,
    actions: Sequence[str],
    lead: FocalPoint,
    members: dict[str, Member],
    loaded: dict[str, Commitment],
    *,
    at: datetime,
) -> Commitment:
    commitment = begin_draft(
        submission_key=uuid5(NAMESPACE_URL, row.id), by=lead, at=at - timedelta(days=1)
    )
    references = {key: earlier.reference for key, earlier in loaded.items()}
    submit(
        commitment,
        replace(content_of_row(row, members, references), actions=tuple(actions)),
        by=lead,
        at=at,
        confirmed_similar=references.values(),
    )
    answered_at = at + PARTNERS_ANSWER_AFTER if row.partners else at
    named = {partner.name: partner for partner in row.named_partners}
    invited = commitment.partners.filter(answer=PartnerAnswer.INVITED, member__isnull=False)
    for partner in invited.select_related("member").order_by("pk"):
        if not named[partner.name].has_answered:
            continue
        answer_invitation(
            partner=partner,
            confirms=named[partner.name].remark != DECLINED,
            name=str(focal_point_of(members[partner.name])),
            seen=digest_of(sums_of(partner)),
            at=answered_at,
        )
    mark_as_sent(at=answered_at + DELIVERED_AFTER)
    commitment.refresh_from_db()
    return commitment


def _count(row: Row, commitment: Commitment, loaded: dict[str, Commitment], officer: User) -> None:
    """Say that the money of a commitment counts in another one."""
    if not (row.is_duplicate or row.is_part):
        return
    [amount] = commitment.amounts.select_related("commitment")
    set_counting(
        amount,
        not_counted=NotCounted.JOINT if row.is_part else NotCounted.DUPLICATE,
        counted_in=loaded[row.related_to],
        by=officer,
        at=_time_of(row.published_on) + timedelta(hours=2),
        note="" if row.is_part else DUPLICATE,
    )
    commitment.refresh_from_db()


def _ask_hosts(commitment: Commitment, *, at: datetime) -> None:
    """Ask the members of the host countries. Two of three have answered."""
    hosts.ask_hosts(commitment, at=at)
    mark_as_sent(at=at + DELIVERED_AFTER)
    asked = Acknowledgement.objects.filter(commitment=commitment).select_related("member")
    for acknowledgement in asked.order_by("pk"):
        answer = HOST_ANSWERS.get(acknowledgement.pk % 3)
        if answer is not None:
            hosts.answer_as_host(
                acknowledgement=acknowledgement,
                answer=answer,
                note="",
                by=focal_point_of(acknowledgement.member),
                at=at + HOSTS_ANSWER_AFTER,
            )


def _report(row: Row, commitment: Commitment, lead: FocalPoint, officer: User) -> None:
    """Send and publish the reports of a commitment: the last one, and what is known before."""
    if row.earlier_report is not None:
        day, value = row.earlier_report
        [target] = commitment.targets.all()
        stated = [reports.ReportedValue(target=target.pk, on=day, value=value)]
        _publish_report(commitment, reports.ReportContent(values=stated), day, lead, officer)
    if row.reported_on is not None:
        content = _report_content(row, commitment, row.reported_on)
        _publish_report(commitment, content, row.reported_on, lead, officer)


def _publish_report(
    commitment: Commitment,
    content: reports.ReportContent,
    day: date,
    lead: FocalPoint,
    officer: User,
) -> None:
    at = _time_of(day)
    report = reports.send(commitment=commitment, content=content, by=lead, version=0, at=at)
    mark_as_sent(at=at + DELIVERED_AFTER)
    reports.publish_report(report=report, by=officer, at=at + timedelta(hours=4))
    mark_as_sent(at=at + timedelta(hours=4) + DELIVERED_AFTER)
    commitment.refresh_from_db()


def _report_content(row: Row, commitment: Commitment, on: date) -> reports.ReportContent:
    [target] = commitment.targets.all()
    value: dict[str, Any] = (
        {"reached": row.progress_value == "yes"}
        if target.is_yes_no
        else {"value": Decimal(row.progress_value or 0)}
    )
    stated = [reports.ReportedValue(target=target.pk, on=on, **value)]
    return reports.ReportContent(
        values=stated if row.progress_value else (),
        narrative=row.progress_note,
        behind_reason=row.behind_reason,
        language=LANGUAGES.get(row.language, row.language),
        paid=Decimal(row.paid) if row.paid else None,
        paid_currency=row.currency if row.paid else "",
        paid_until=on if row.paid else None,
        is_last=row.state == "ended",
    )


def _remind(commitment: Commitment, officer: User, *, at: datetime) -> None:
    """Send all reminders of an overdue report, as the portal and a colleague have sent them."""
    commitment.refresh_from_db(fields=["next_report_on"])
    due_on = commitment.next_report_on
    if due_on is None or due_on + ALL_STEPS_WITHIN > timezone.localdate(at):
        return
    for delay in BEGINS_AFTER.values():
        asked_at = _time_of(due_on) + delay
        ask_for_reports(at=asked_at)
        mark_as_sent(at=asked_at + DELIVERED_AFTER)
    remind(commitment=commitment, by=officer, at=at - REMINDED_BEFORE)
    mark_as_sent(at=at - REMINDED_BEFORE + DELIVERED_AFTER)


def _choose_result(commitment: Commitment, manager: User, *, at: datetime) -> None:
    """Choose the last report of a commitment as the result of the month."""
    report = commitment.reports.latest("sent_at")
    value = choosable_values(report).get()
    choose_result(report=report, target=value.target_id, version=0, by=manager, at=at)


def _end(row: Row, loaded: dict[str, Commitment], officer: User) -> None:
    """Withdraw a commitment, or replace it by another one, once all are there."""
    commitment = loaded[row.id]
    if row.state == "withdrawn":
        last = row.reported_on or row.published_on
        decisions.withdraw(
            commitment,
            reason=row.progress_note or DUPLICATE,
            by=officer,
            at=_time_of(last) + WITHDRAWN_AFTER,
        )
        mark_as_sent(at=_time_of(last) + WITHDRAWN_AFTER + DELIVERED_AFTER)
    elif row.state == CommitmentStatus.SUPERSEDED:
        other = loaded[row.related_to]
        replaced_at = _time_of(
            next(each for each in read_rows() if each.id == row.related_to).published_on
        )
        decisions.supersede(commitment, other=other, by=officer, at=replaced_at)
        mark_as_sent(at=replaced_at + DELIVERED_AFTER)


def _sent_at(row: Row) -> datetime:
    """Return when a commitment was sent. One that waits was sent long before its day."""
    is_announced = row.state == "embargoed"
    return _time_of(row.published_on) - (ANNOUNCED_AFTER if is_announced else SENT_BEFORE)


def _time_of(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=ZoneInfo(GENEVA))
