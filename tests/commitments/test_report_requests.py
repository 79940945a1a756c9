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
from commitments.services.conditions import update_condition
from commitments.services.report_reminders import remind
from commitments.services.report_requests import (
    Step,
    ask_for_reports,
    cancel_expired_requests,
    step_on,
)
from commitments.services.reports import ask_question, publish_report
from core.addresses import normalise_address
from core.dates import GENEVA, start_of_day
from members.models import ClosingReason, FocalPoint, MemberStatus
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
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    ReportFactory,
    SuppressedAddressFactory,
    UserFactory,
)
from tests.races import POSTGRESQL_ONLY, overtaken

BEFORE, DUE, AFTER, ALTERNATE, OTHERS = ReportStep
THIRTY = timedelta(days=30)
SECOND_DUE = date(2026, 3, 1)


@pytest.fixture
def commitment():
    return a_commitment()


def another_eoi(lead, *, status=MemberStatus.ADMITTED, **facts):
    """The focal point of another expression of interest of the same organisation."""
    member = MemberFactory(
        status=status, organisation_name=lead.organisation_name, country=lead.country, **facts
    )
    return FocalPointFactory(member=member)


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
        (date(2025, 4, 14), Step(FIRST_DUE, AFTER)),
        (date(2025, 4, 15), Step(FIRST_DUE, ALTERNATE)),
        (date(2025, 4, 29), Step(FIRST_DUE, ALTERNATE)),
        (date(2025, 4, 30), Step(FIRST_DUE, OTHERS)),
        (date(2026, 1, 29), Step(FIRST_DUE, OTHERS)),
        (date(2026, 1, 30), Step(date(2026, 3, 1), BEFORE)),
    ],
)
def test_each_day_has_one_step(day, expected):
    assert step_on(date(2024, 3, 1), day) == expected


def test_focal_point_is_asked_in_their_language_with_a_link_of_their_own(commitment):
    assert ask_for_reports(at=at(FIRST_DUE - THIRTY)) == 1

    message = Message.objects.get()
    assert message.recipient == reporter(commitment).email
    assert message.language == "fr"
    assert "sam. 1 mars" in message.subject
    assert "samedi 1er mars 2025" in message.body
    assert f"http://testserver{path_of(commitment, reporter(commitment))}" in text_of(message)
    assert f"/fr/my/commitments/{commitment.reference}/report/" in text_of(message)
    assert message.queue == Queue.BULK
    assert message.reference == commitment.lead.reference
    assert "/commitments/report/" not in message.body
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
    another_eoi(commitment.lead)
    for border in (-30, 0, 30, 45, 60, 335, 365):
        for day in (border - 1, border, border + 1):
            ask_for_reports(at=at(FIRST_DUE) + day * DAY)

    steps = [(FIRST_DUE, step) for step in ReportStep]
    assert asked() == [*steps, (SECOND_DUE, BEFORE), (SECOND_DUE, DUE)]
    assert missed() == []
    assert kinds() == ["report-request"] * 7
    expiry = list(Message.objects.order_by("pk").values_list("expires_at", flat=True)[:5])
    assert expiry == [
        start_of_day(FIRST_DUE, GENEVA),
        start_of_day(FIRST_DUE + THIRTY, GENEVA),
        start_of_day(FIRST_DUE + 45 * DAY, GENEVA),
        start_of_day(FIRST_DUE + 60 * DAY, GENEVA),
        at(FIRST_DUE + 90 * DAY),
    ]


@pytest.fixture
def alternate(commitment):
    return commitment.lead.focal_points.get(is_alternate=True)


def recipients_from(first, *days):
    """To whom each run writes, on some days after the first anniversary."""
    found = []
    for day in days:
        before = set(Message.objects.values_list("pk", flat=True))
        ask_for_reports(at=at(first) + day * DAY)
        new = Message.objects.exclude(pk__in=before).order_by("pk")
        found.append(list(new.values_list("recipient", flat=True)))
    return found


def came_back(recipient, **facts):
    """Let the latest mail to an address come back, or fail."""
    latest = Message.objects.filter(recipient=recipient).order_by("-pk").first()
    facts = facts or {"status": MessageStatus.SENT, "sent_at": NOON, "bounced_at": NOON}
    Message.objects.filter(pk=latest.pk).update(
        **{**facts, "private_links": ""} if facts["status"] == MessageStatus.SENT else facts
    )


def test_alternate_and_then_other_contacts_are_asked_before_silence(commitment, alternate):
    other = another_eoi(commitment.lead)
    another_eoi(commitment.lead, status=MemberStatus.PENDING)
    first = reporter(commitment)

    found = recipients_from(FIRST_DUE, -30, 0, 30, 45, 60, 100, 300)

    assert found == [
        *[[first.email]] * 3,
        [alternate.email],
        [other.email],
        [],
        [],
    ]
    to_alternate, to_other = Message.objects.order_by("pk")[3:]
    assert to_alternate.subject == "Report still missing: Digital skills for 1,000 teachers"
    assert f"We asked {first}, the focal point of" in text_of(to_alternate)
    assert f"http://testserver{path_of(commitment, alternate)}" in text_of(to_alternate)
    assert to_other.subject == "Who reports now: Digital skills for 1,000 teachers"
    assert to_other.reference == other.member.reference
    assert f"/en/commitments/{commitment.reference}/" in text_of(to_other)
    assert "/my/commitments/" not in text_of(to_other)
    assert to_other.private_links == ""


def test_other_contacts_are_those_of_a_duplicate_that_was_closed_too(commitment):
    lead = commitment.lead
    lead.focal_points.filter(is_alternate=True).delete()
    duplicate = MemberFactory(
        status=MemberStatus.CLOSED,
        closing_reason=ClosingReason.DUPLICATE,
        duplicate_of=lead,
        organisation_name="Known by another name",
    )
    other = FocalPointFactory(member=duplicate)
    # The same person, and people of others.
    FocalPointFactory(member=another_eoi(lead).member, is_alternate=True, email=other.email)
    FocalPointFactory(member__status=MemberStatus.ADMITTED)

    ask_for_reports(at=at(FIRST_DUE))
    found = recipients_from(FIRST_DUE, 45)

    named = FocalPoint.objects.filter(member__organisation_name=lead.organisation_name)
    assert set(found[0]) == {
        other.email,
        *named.exclude(member=lead).filter(is_alternate=False).values_list("email", flat=True),
    }


def test_without_other_contacts_the_portal_falls_silent_after_the_alternate(commitment, alternate):
    found = recipients_from(FIRST_DUE, 30, 45, 60, 300)

    assert found == [[reporter(commitment).email], [alternate.email], [], []]
    assert asked() == [(FIRST_DUE, AFTER), (FIRST_DUE, ALTERNATE)]


def test_suppressed_focal_point_is_passed_over(commitment, alternate):
    other = another_eoi(commitment.lead)
    SuppressedAddressFactory(address=normalise_address(reporter(commitment).email))

    found = recipients_from(FIRST_DUE, -30, 30, 45, 60)

    assert found == [[alternate.email], [alternate.email], [other.email], []]
    assert "the focal point of" not in text_of(Message.objects.order_by("pk")[1])


def test_lifted_suppression_is_none(commitment):
    SuppressedAddressFactory(
        address=normalise_address(reporter(commitment).email),
        lifted_at=NOON,
        lifted_by=UserFactory(),
        lifted_by_name="Ada",
    )

    assert recipients_from(FIRST_DUE, 0) == [[reporter(commitment).email]]


def test_nobody_is_asked_if_no_address_can_be_reached(commitment):
    for person in commitment.lead.focal_points.all():
        SuppressedAddressFactory(address=normalise_address(person.email))

    assert recipients_from(FIRST_DUE, 0, 60) == [[], []]
    assert not ReportRequest.objects.exists()


@pytest.mark.parametrize(
    "facts", [{}, {"status": MessageStatus.FAILED, "server_response": "550 5.1.1"}]
)
def test_mail_that_comes_back_is_followed_by_one_to_the_next_at_once(commitment, alternate, facts):
    other = another_eoi(commitment.lead)
    ask_for_reports(at=at(FIRST_DUE))

    before = recipients_from(FIRST_DUE, 1)
    came_back(reporter(commitment).email, **facts)
    to_alternate = recipients_from(FIRST_DUE, 1, 1)
    came_back(alternate.email, **facts)
    to_others = recipients_from(FIRST_DUE, 2, 2, 30)

    assert before == [[]]
    assert to_alternate == [[alternate.email], []]
    assert to_others == [[other.email], [], [reporter(commitment).email]]
    assert asked() == [(FIRST_DUE, DUE), (FIRST_DUE, AFTER)]


def test_others_are_asked_once_for_a_date(commitment):
    other = another_eoi(commitment.lead)
    for person in commitment.lead.focal_points.all():
        SuppressedAddressFactory(address=normalise_address(person.email))

    found = recipients_from(FIRST_DUE, -30, 0, 30, 45, 60, 365)

    assert found == [[other.email], [], [], [], [], [other.email]]


def test_mail_that_was_deleted_since_is_not_sent_again(commitment):
    ask_for_reports(at=at(FIRST_DUE))
    Message.objects.all().delete()

    assert recipients_from(FIRST_DUE, 1) == [[]]


def test_portal_waits_for_a_week_after_a_colleague_has_reminded(commitment):
    remind_at = at(FIRST_DUE + 29 * DAY)
    ask_for_reports(at=at(FIRST_DUE))
    update_condition(commitment, at=remind_at)
    remind(commitment=commitment, by=UserFactory(), at=remind_at)

    assert recipients_from(FIRST_DUE, 30, 35, 36) == [[], [], [reporter(commitment).email]]


def test_day_is_that_of_geneva():
    a_commitment()

    assert ask_for_reports(at=datetime(2025, 1, 29, 22, 59, tzinfo=UTC)) == 0
    assert ask_for_reports(at=datetime(2025, 1, 29, 23, 0, tzinfo=UTC)) == 1


@pytest.mark.parametrize(
    ("days", "expected", "left_out"),
    [
        # After a long interruption, only the present step is asked.
        ([date(2026, 4, 14)], [(SECOND_DUE, AFTER)], [(SECOND_DUE, BEFORE), (SECOND_DUE, DUE)]),
        (
            [date(2026, 9, 1)],
            [(SECOND_DUE, OTHERS)],
            [(SECOND_DUE, step) for step in (BEFORE, DUE, AFTER, ALTERNATE)],
        ),
        # The clock goes back: nothing is asked before what was asked.
        (
            [FIRST_DUE + day * DAY for day in (30, 0, -30, 29, 44)],
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
    recipients = set(Message.objects.values_list("recipient", flat=True))
    assert recipients == {reporter(commitment).email}
    assert len(kinds()) == len(expected)


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
    assert Message.objects.count() == 5


def test_run_that_asks_nobody_reads_as_much_for_nine_as_for_three():
    lead = a_lead()

    def queries(number):
        for _each in range(number):
            a_commitment(lead=lead, targets=0)
        ask_for_reports(at=at(FIRST_DUE))
        with CaptureQueriesContext(connection) as counted:
            ask_for_reports(at=at(FIRST_DUE))
        return len(counted)

    assert queries(3) == queries(6) <= 14


def test_waiting_mail_is_cancelled_once_nobody_has_to_be_asked():
    commitment, other = a_commitment(), a_commitment()
    ask_for_reports(at=at(FIRST_DUE))

    sent(commitment)

    waiting = Message.objects.filter(topic__contains="/report-request/").order_by("pk")
    assert list(waiting.values_list("status", flat=True)) == [
        MessageStatus.CANCELLED,
        MessageStatus.QUEUED,
    ]
    assert cancel_expired_requests(at=at(FIRST_DUE)) == 0
    Commitment.objects.filter(pk=other.pk).update(status=CommitmentStatus.ENDED)
    assert cancel_expired_requests(at=at(FIRST_DUE)) == 1


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
        assert Message.objects.count() == 1
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
