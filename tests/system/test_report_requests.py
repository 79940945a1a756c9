"""Reports are asked for once for each step, though workers are killed and the clock jumps."""

import random
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from commitments.models import (
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    CommitmentType,
    Novelty,
    ReportRequest,
    ReportStep,
)
from members.models import MemberStatus
from outbox.models import Message
from tests.factories import FocalPointFactory, FocusAreaFactory
from tests.portal import database_url, environment
from tests.processes import Process

pytestmark = [
    pytest.mark.patient,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="once is enough"),
]

PUBLISHED_AT = datetime(2024, 3, 1, 12, tzinfo=UTC)
DUE = datetime(2025, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
# Forward by weeks, backward, and forward over a whole step.
TIMES = [
    DUE - 30 * DAY,
    DUE + 12 * DAY,
    DUE - 20 * DAY,
    DUE + 40 * DAY,
    DUE,
    datetime(2026, 3, 5, 12, tzinfo=UTC),
    datetime(2026, 2, 5, 12, tzinfo=UTC),
]
LEADS = 25
# A worker that is started again begins with the first time again: for the other one the clock of
# its colleague goes back.
WORK = """
from datetime import datetime
from commitments.services.report_requests import ask_for_reports
for at in {times}:
    while ask_for_reports(at=datetime.fromisoformat(at)):
        pass
"""


def fill(number):
    """Store commitments that were published on the same day, of some leads."""
    area = FocusAreaFactory()
    leads = [
        FocalPointFactory(member__status=MemberStatus.ADMITTED, member__focus_area=area).member
        for _lead in range(LEADS)
    ]
    Commitment.objects.bulk_create(
        Commitment(
            reference=f"C-{index:06}",
            lead=leads[index % LEADS],
            status=CommitmentStatus.PUBLISHED,
            type=CommitmentType.PROGRAMMATIC,
            title="Digital skills",
            statement="We will train teachers.",
            language="en",
            focus_area=area,
            ends=date(2030, 1, 1),
            novelty=Novelty.NEW,
            publication_consent=True,
            created_at=PUBLISHED_AT,
            saved_at=PUBLISHED_AT,
            submitted_at=PUBLISHED_AT,
            published_at=PUBLISHED_AT,
        )
        for index in range(number)
    )


def ask_with_two_workers(given, folder, *, number, kills):
    """Run two workers until both are done; kill one of them some times while they ask."""
    work = WORK.format(times=[at.isoformat() for at in TIMES])
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", work]
    workers = [
        Process(f"worker-{name}", command, environment=given, folder=folder) for name in (1, 2)
    ]
    asked_in_all = number * 4
    with workers[0], workers[1]:
        for moment in sorted(random.sample(range(1, asked_in_all), kills)):
            while Message.objects.count() < moment:
                time.sleep(0.01)
            victim = random.choice(workers)  # noqa: S311
            victim.kill()
            victim.start()
        for worker in workers:
            assert worker.process.wait() == 0, worker.log.read_text()[-2000:]


def assert_each_asked_once(number, steps):
    """Check that each step has one row and one mail for each commitment, if it was not missed."""
    rows = Counter(
        ReportRequest.objects.values_list("due_on", "step", "is_missed").order_by().iterator()
    )
    assert rows == dict.fromkeys(steps, number)
    mailed = Counter(
        tuple(topic.split("/")[2:4]) for topic in Message.objects.values_list("topic", flat=True)
    )
    assert mailed == {
        (str(due_on), step): number for due_on, step, is_missed in steps if not is_missed
    }
    assert CommitmentEvent.objects.count() == Message.objects.count()


def ask_all(number, folder, *, kills):
    given = environment(database_url=database_url(), broker_url="memory://")
    fill(number)
    ask_with_two_workers(given, folder, number=number, kills=kills)
    first, second = DUE.date(), date(2026, 3, 1)
    assert_each_asked_once(
        number,
        [
            (first, ReportStep.BEFORE, False),
            (first, ReportStep.DUE, False),
            (first, ReportStep.AFTER, False),
            (second, ReportStep.BEFORE, True),
            (second, ReportStep.DUE, False),
        ],
    )


@pytest.mark.timeout(120)
def test_each_step_is_asked_once_though_workers_are_killed_and_the_clock_jumps(tmp_path):
    ask_all(250, tmp_path, kills=2)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_ten_thousand_are_asked_once_though_workers_are_killed_and_the_clock_jumps(tmp_path):
    ask_all(10_000, tmp_path, kills=12)
