"""A report is asked for once for each step of each anniversary, and no longer than needed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commitments.models import (
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    EventKind,
    ReportRequest,
    ReportStatus,
    ReportStep,
)
from commitments.services import report_requests
from commitments.services.report_requests import (
    Step,
    ask_for_reports,
    cancel_expired_requests,
    step_on,
)
from commitments.services.reports import ask_question, publish_report
from core.dates import GENEVA, start_of_day
from members.models import MemberStatus
from outbox.models import Message, MessageStatus, Queue
from tests.commitments.reporting import (
    DAY,
    FIRST_DUE,
    a_commitment,
    a_lead,
    at,
    kinds,
    path_of,
    reporter,
    sent,
    text_of,
)
from tests.factories import ReportFactory, UserFactory
from tests.races import POSTGRESQL_ONLY, overtaken

BEFORE, DUE, AFTER = ReportStep
THIRTY = timedelta(days=30)
SECOND_DUE = date(2026, 3, 1)


@pytest.fixture
def commitment():
    return a_commitment()


def asked():
    """The steps that were asked, without those that were missed."""
    rows = ReportRequest.objects.filter(is_missed=False).order_by("pk")
    return list(rows.values_list("due_on", "step"))


def missed():
    rows = ReportRequest.objects.filter(is_missed=True).order_by("pk")
    return list(rows.values_list("due_on", "step"))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 3, 1), None),
        (date(2025, 1, 29), None),
        (date(2025, 1, 30), Step(FIRST_DUE, BEFORE)),
        (date(2025, 2, 28), Step(FIRST_DUE, BEFORE)),
        (date(2025, 3, 1), Step(FIRST_DUE, DUE)),
        (date(2025, 3, 30), Step(FIRST_DUE, DUE)),
        (date(2025, 3, 31), Step(FIRST_DUE, AFTER)),
        (date(2026, 1, 29), Step(FIRST_DUE, AFTER)),
        (date(2026, 1, 30), Step(date(2026, 3, 1), BEFORE)),
    ],
)
def test_each_day_has_one_step(day, expected):
    assert step_on(date(2024, 3, 1), day) == expected


def test_all_focal_points_are_asked_in_their_language_with_a_link_of_their_own(commitment):
    assert ask_for_reports(at=at(FIRST_DUE - THIRTY)) == 1

    french, english = Message.objects.order_by("pk")
    assert (french.language, english.language) == ("fr", "en")
    assert "sam. 1 mars" in french.subject
    assert "samedi 1er mars 2025" in french.body
    assert english.subject == "Report due Sat 1 Mar: Digital skills for 1,000 teachers"
    assert "Saturday 1 March 2025" in english.body
    first, second = commitment.lead.focal_points.order_by("is_alternate")
    assert f"http://testserver{path_of(commitment, first)}" in text_of(french)
    assert f"http://testserver{path_of(commitment, second)}" in text_of(english)
    assert f"/en/my/commitments/{commitment.reference}/report/" in text_of(english)
    assert french.queue == Queue.BULK
    assert french.reference == commitment.lead.reference
    assert "/commitments/report/" not in french.body
    event = commitment.events.get()
    assert (event.kind, event.is_shared, event.note) == (
        EventKind.REPORT_ASKED,
        True,
        "2025-03-01",
    )


def test_focal_points_with_the_same_address_get_one_mail():
    lead = a_lead()
    lead.focal_points.update(email="Office@example.org")
    a_commitment(lead=lead)

    ask_for_reports(at=at(FIRST_DUE))

    assert Message.objects.get().recipient == "Office@example.org"


def test_each_step_is_asked_once_on_its_day_and_mail_expires_with_the_next(commitment):
    for border in (-30, 0, 30, 335, 365, 395):
        for day in (border - 1, border, border + 1):
            ask_for_reports(at=at(FIRST_DUE) + day * DAY)

    assert asked() == [(due_on, step) for due_on in (FIRST_DUE, SECOND_DUE) for step in ReportStep]
    assert missed() == []
    assert kinds() == ["report-request"] * 12
    expiry = list(Message.objects.order_by("pk").values_list("expires_at", flat=True)[:6:2])
    assert expiry == [
        start_of_day(FIRST_DUE, GENEVA),
        start_of_day(FIRST_DUE + THIRTY, GENEVA),
        at(FIRST_DUE + 2 * THIRTY),
    ]


def test_day_is_that_of_geneva():
    a_commitment()

    assert ask_for_reports(at=datetime(2025, 1, 29, 22, 59, tzinfo=UTC)) == 0
    assert ask_for_reports(at=datetime(2025, 1, 29, 23, 0, tzinfo=UTC)) == 1


@pytest.mark.parametrize(
    ("days", "expected", "left_out"),
    [
        # After a long interruption, only the present step is asked.
        ([date(2026, 4, 15)], [(SECOND_DUE, AFTER)], [(SECOND_DUE, BEFORE), (SECOND_DUE, DUE)]),
        # The clock goes back: nothing is asked before what was asked.
        (
            [FIRST_DUE + day * DAY for day in (30, 0, -30, 29, 300)],
            [(FIRST_DUE, AFTER)],
            [(FIRST_DUE, BEFORE), (FIRST_DUE, DUE)],
        ),
        # The clock was a year ahead: the dates between are still asked for.
        (
            [SECOND_DUE, FIRST_DUE],
            [(SECOND_DUE, DUE), (FIRST_DUE, DUE)],
            [(SECOND_DUE, BEFORE), (FIRST_DUE, BEFORE)],
        ),
    ],
)
def test_clock_that_jumps_asks_for_no_step_twice_or_too_late(commitment, days, expected, left_out):
    for day in days:
        ask_for_reports(at=at(day))

    assert (asked(), missed()) == (expected, left_out)
    assert len(kinds()) == 2 * len(expected)


@pytest.mark.parametrize("status", ReportStatus)
def test_nobody_is_asked_for_a_report_that_was_sent(status, commitment):
    ReportFactory(commitment=commitment, due_on=FIRST_DUE, status=status, question="Why?")

    assert ask_for_reports(at=at(FIRST_DUE)) == (status == ReportStatus.DRAFT)


def test_nobody_is_asked_while_an_earlier_report_waits_with_staff(commitment):
    report = sent(commitment)
    next_year = at(date(2026, 3, 1))

    waiting = ask_for_reports(at=next_year)
    ask_question(report=report, question="Why?", by=UserFactory(), at=next_year)
    with_question = ask_for_reports(at=next_year)

    assert (waiting, with_question) == (0, 1)


def test_nobody_is_asked_about_what_is_not_published_now():
    a_commitment(status=CommitmentStatus.ENDED)

    assert ask_for_reports(at=at(FIRST_DUE)) == 0


def test_nobody_is_asked_about_the_commitment_of_a_former_member(commitment):
    lead = commitment.lead
    lead.status, lead.focus_area, lead.granted_role = MemberStatus.DECLINED, None, ""
    lead.save()

    assert ask_for_reports(at=at(FIRST_DUE)) == 0


def test_run_is_bounded_and_the_next_one_continues(monkeypatch):
    lead = a_lead()
    for _each in range(5):
        a_commitment(lead=lead, targets=0)
    monkeypatch.setattr(report_requests, "READ_SIZE", 2)
    monkeypatch.setattr(report_requests, "BATCH_SIZE", 1)
    monkeypatch.setattr(report_requests, "MAX_PER_RUN", 3)

    assert [ask_for_reports(at=at(FIRST_DUE)) for _run in range(3)] == [3, 2, 0]
    assert Message.objects.count() == 10


def test_run_that_asks_nobody_reads_as_much_for_nine_as_for_three():
    lead = a_lead()

    def queries(number):
        for _each in range(number):
            a_commitment(lead=lead, targets=0)
        ask_for_reports(at=at(FIRST_DUE))
        with CaptureQueriesContext(connection) as counted:
            ask_for_reports(at=at(FIRST_DUE))
        return len(counted)

    assert queries(3) == queries(6) <= 7


def test_waiting_mail_is_cancelled_once_nobody_has_to_be_asked():
    commitment, other = a_commitment(), a_commitment()
    ask_for_reports(at=at(FIRST_DUE))

    sent(commitment)

    waiting = Message.objects.filter(topic__contains="/report-request/").order_by("pk")
    assert list(waiting.values_list("status", flat=True)) == [
        MessageStatus.CANCELLED,
        MessageStatus.CANCELLED,
        MessageStatus.QUEUED,
        MessageStatus.QUEUED,
    ]
    assert cancel_expired_requests(at=at(FIRST_DUE)) == 0
    Commitment.objects.filter(pk=other.pk).update(status=CommitmentStatus.ENDED)
    assert cancel_expired_requests(at=at(FIRST_DUE)) == 2


def test_waiting_mail_to_somebody_who_left_is_cancelled(commitment):
    ask_for_reports(at=at(FIRST_DUE))
    person = reporter(commitment)
    person.email = "successor@example.org"
    person.save()

    assert cancel_expired_requests(at=at(FIRST_DUE)) == 1


def test_requests_end_once_the_report_is_published_and_begin_again_the_next_year(commitment):
    ask_for_reports(at=at(FIRST_DUE - THIRTY))
    publish_report(report=sent(commitment), by=UserFactory(), at=at(FIRST_DUE))

    for day in (0, 30, 334, 335, 365):
        ask_for_reports(at=at(FIRST_DUE) + day * DAY)

    assert asked() == [(FIRST_DUE, BEFORE), (SECOND_DUE, BEFORE), (SECOND_DUE, DUE)]


class TestRaces:
    pytestmark = POSTGRESQL_ONLY

    def test_two_workers_ask_once(self):
        a_commitment()

        outcomes = overtaken(
            lambda: ask_for_reports(at=at(FIRST_DUE)),
            lambda: ask_for_reports(at=at(FIRST_DUE)),
            at="commitments_reportrequest",
        )

        assert outcomes == (1, 0)
        assert Message.objects.count() == 2
        assert CommitmentEvent.objects.count() == 1

    def test_report_that_is_sent_while_it_is_asked_for_cancels_the_mail(self):
        commitment = a_commitment()

        outcomes = overtaken(
            lambda: ask_for_reports(at=at(FIRST_DUE)),
            lambda: sent(type(commitment).objects.get(pk=commitment.pk)),
            at="commitments_reportrequest",
        )

        assert outcomes[0] == 1
        requests = Message.objects.filter(topic__contains="/report-request/")
        assert set(requests.values_list("status", flat=True)) == {MessageStatus.CANCELLED}
