"""How a commitment stands follows from its targets, its reports and the day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commitments.models import (
    Commitment,
    CommitmentStatus,
    Condition,
    ReportStatus,
    Target,
    TargetValue,
    day_of,
)
from commitments.services import conditions
from commitments.services.conditions import (
    Facts,
    condition_of,
    condition_of_target,
    due_on_path,
    next_report_on,
    update_condition,
    update_conditions,
)
from tests.factories import CommitmentFactory, ReportFactory, TargetFactory, TargetValueFactory

PUBLISHED_ON = date(2024, 1, 1)
PUBLISHED_AT = datetime(2024, 1, 1, 12, tzinfo=UTC)
BY = date(2028, 1, 1)
# 1,461 days from 1 January 2024 to 1 January 2028.
HALF_WAY = date(2026, 1, 1)
DAY = timedelta(days=1)


def target(**facts):
    return Target(
        **{"indicator": "Schools", "unit": "schools", "value": 1461, "baseline": 0, "by": BY}
        | {key: Decimal(fact) if isinstance(fact, int) else fact for key, fact in facts.items()}
    )


def policy():
    return Target(indicator="Law", is_yes_no=True, by=BY)


def stated(value, on, **facts):
    return TargetValue(value=Decimal(value), on=on, **facts)


def said(reached, on):
    return TargetValue(reached=reached, on=on)


def standing(row, *values, day=HALF_WAY, **facts):
    return condition_of_target(row, values, day, published_on=PUBLISHED_ON, **facts)


def condition(row, *values, **facts):
    return standing(row, *values, **facts).condition


# The path asks for one school a day, and a tenth of the whole way is 146.1 schools.
@pytest.mark.parametrize(
    ("value", "on", "expected"),
    [
        (731, HALF_WAY, Condition.ON_COURSE),
        (584, HALF_WAY, Condition.ON_COURSE),
        (583, HALF_WAY, Condition.BEHIND),
        (0, PUBLISHED_ON, Condition.ON_COURSE),
        (0, PUBLISHED_ON + 147 * DAY, Condition.ON_COURSE),
        (0, PUBLISHED_ON + 148 * DAY, Condition.BEHIND),
        # Never less than at the start.
        (-1, PUBLISHED_ON, Condition.BEHIND),
        (1461, HALF_WAY, Condition.REACHED),
        (2000, HALF_WAY, Condition.REACHED),
        (1313, BY - DAY, Condition.ON_COURSE),
        (1312, BY - DAY, Condition.BEHIND),
        (1461, BY, Condition.REACHED),
        (1460, BY, Condition.NOT_REACHED),
        (1461, BY + DAY, Condition.REACHED_LATE),
        (1460, BY + DAY, Condition.NOT_REACHED),
    ],
)
def test_value_is_compared_with_the_path_on_its_own_day(value, on, expected):
    assert condition(target(), stated(value, on), day=on) == expected


FIRST, SECOND = date(2025, 6, 30), date(2027, 1, 31)
MILESTONES = [[str(FIRST), "200"], [str(SECOND), "900"]]


@pytest.mark.parametrize(
    ("value", "on", "expected"),
    [
        # Before the first milestone nothing is due.
        (0, FIRST - DAY, (Condition.ON_COURSE, None)),
        # A milestone binds values of its own day and later ones; reaching it exactly is enough.
        (199, FIRST, (Condition.BEHIND, Decimal(200))),
        (200, FIRST, (Condition.ON_COURSE, Decimal(200))),
        (200, SECOND - DAY, (Condition.ON_COURSE, Decimal(200))),
        (199, SECOND - DAY, (Condition.BEHIND, Decimal(200))),
        (899, SECOND, (Condition.BEHIND, Decimal(900))),
        (900, BY - DAY, (Condition.ON_COURSE, Decimal(900))),
        (1460, BY, (Condition.NOT_REACHED, Decimal(1461))),
        (1461, FIRST - DAY, (Condition.REACHED, None)),
    ],
)
def test_value_is_compared_with_the_last_milestone_of_its_day_or_before(value, on, expected):
    row = target(milestones=MILESTONES)

    assert standing(row, stated(value, on), day=on) == expected
    # The milestones that pass later change nothing.
    assert standing(row, stated(value, on), day=max(on, BY)) == expected


@pytest.mark.parametrize(("value", "expected"), [(70, Condition.ON_COURSE), (71, Condition.BEHIND)])
def test_milestone_of_a_falling_target_is_reached_from_above(value, expected):
    row = target(baseline=100, value=40, milestones=[[str(FIRST), "70"], [str(SECOND), "50.5"]])

    assert standing(row, stated(value, HALF_WAY)) == (expected, Decimal(70))
    assert standing(row, stated("50.5", SECOND), day=SECOND).condition == Condition.ON_COURSE


def test_commitment_does_not_fall_behind_only_because_time_passes():
    found = standing(target(), stated(731, HALF_WAY), day=BY)

    assert found == (Condition.ON_COURSE, Decimal(584))


@pytest.mark.parametrize(
    ("row", "values", "day", "expected"),
    [
        (target(), [], HALF_WAY, Condition.NO_VALUE),
        (target(), [], BY, Condition.NO_VALUE),
        (target(), [], BY + DAY, Condition.UNREPORTED),
        # A value of a later day.
        (target(), [stated(1461, BY)], HALF_WAY, Condition.NO_VALUE),
        # After its day, older values tell nothing about a target.
        (target(), [stated(1400, BY - DAY)], BY, Condition.ON_COURSE),
        (target(), [stated(1400, BY - DAY)], BY + DAY, Condition.UNREPORTED),
        (policy(), [], HALF_WAY, Condition.NO_VALUE),
        (policy(), [said(False, HALF_WAY)], HALF_WAY, Condition.ON_COURSE),
        (policy(), [said(True, HALF_WAY)], HALF_WAY, Condition.REACHED),
        (policy(), [said(True, BY)], BY, Condition.REACHED),
        (policy(), [said(False, BY)], BY, Condition.NOT_REACHED),
        (policy(), [said(True, BY + DAY)], BY + DAY, Condition.REACHED_LATE),
        (policy(), [said(False, HALF_WAY)], BY, Condition.ON_COURSE),
        (policy(), [said(False, HALF_WAY)], BY + DAY, Condition.UNREPORTED),
        (policy(), [said(True, HALF_WAY), said(False, BY - DAY)], BY - DAY, Condition.ON_COURSE),
    ],
)
def test_condition_of_a_target_follows_from_its_values_and_the_day(row, values, day, expected):
    found = standing(row, *values, day=day)

    assert found.condition == expected
    assert (found.due_by_now is None) == row.is_yes_no


def test_without_a_value_the_path_is_that_of_the_day():
    assert standing(target(), day=HALF_WAY).due_by_now == 584


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], Condition.UNREPORTED), ([stated(1400, HALF_WAY)], Condition.NOT_REACHED)],
)
def test_target_of_an_ended_commitment_is_reached_or_not(values, expected):
    assert condition(target(), *values, day=BY - DAY, has_ended=True) == expected


def test_latest_value_decides_so_progress_can_be_lost():
    row = target()
    reached, lost = stated(1461, HALF_WAY), stated(100, HALF_WAY + DAY)

    assert condition(row, reached, lost, day=BY) == Condition.BEHIND
    assert condition(row, lost, reached, day=HALF_WAY) == Condition.REACHED
    # Reached in time once, and again after its day: not late.
    again = stated(1461, BY + DAY)
    assert condition(row, reached, lost, again, day=BY + DAY) == Condition.REACHED


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (75, Condition.ON_COURSE),
        (76, Condition.ON_COURSE),
        (77, Condition.BEHIND),
        (120, Condition.BEHIND),
        (40, Condition.REACHED),
        (39, Condition.REACHED),
    ],
)
def test_falling_target_is_reached_from_above(value, expected):
    # Four tenths of the way from 100 to 40, rounded up to a whole number, towards the baseline.
    row = target(baseline=100, value=40)

    assert standing(row, stated(value, HALF_WAY)) == (expected, Decimal(76))


FROM_BEFORE = {"baseline": 100, "value": 200, "baseline_on": date(2020, 1, 1)}


@pytest.mark.parametrize(
    ("facts", "day", "due"),
    [
        # It starts on the day of the baseline.
        (FROM_BEFORE, PUBLISHED_ON, 150),
        (FROM_BEFORE, date(2019, 1, 1), 100),
        ({"baseline": 100, "value": 40}, BY + DAY, 40),
        # It has as many decimals as its ends.
        ({"baseline": None, "value": Decimal("2.5")}, HALF_WAY, Decimal("1.2")),
        ({"value": 1}, BY - DAY, 0),
        ({"value": 1}, BY, 1),
    ],
)
def test_path_goes_from_the_baseline_to_the_target(facts, day, due):
    assert due_on_path(target(**facts), day, published_on=PUBLISHED_ON) == due


def test_target_of_zero_without_a_baseline_is_reached_from_above():
    row = target(baseline=None, value=0)

    assert condition(row, stated(1, HALF_WAY)) == Condition.BEHIND
    assert condition(row, stated(0, HALF_WAY)) == Condition.REACHED


def test_target_whose_day_is_before_the_publication_is_due_at_once():
    row = target(by=PUBLISHED_ON - DAY)

    assert standing(row, day=PUBLISHED_ON).due_by_now == 1461


def facts(**more):
    return Facts(
        **{
            "status": CommitmentStatus.PUBLISHED,
            "published_on": PUBLISHED_ON,
            "targets": [target()],
        }
        | more
    )


def with_values(*values, **more):
    row = target()
    row.pk = 1
    return facts(
        targets=[row],
        values={1: values},
        **{
            "last_report_at": PUBLISHED_AT,
            "reported_on": HALF_WAY - DAY,
            "reported_for": HALF_WAY,
            **more,
        },
    )


REPORTED_LATELY = {"reported_on": BY - DAY, "reported_for": BY}
EARLY = target(by=PUBLISHED_ON + 30 * DAY)


@pytest.mark.parametrize(
    ("given_facts", "day", "expected"),
    [
        (facts(), PUBLISHED_ON, Condition.NO_REPORT),
        (facts(), date(2025, 1, 1), Condition.NO_REPORT),
        (facts(), date(2025, 1, 2), Condition.OVERDUE),
        (facts(), date(2025, 12, 31), Condition.OVERDUE),
        (facts(), date(2026, 1, 1), Condition.INACTIVE),
        # Sent, and not published yet.
        (
            facts(reported_on=date(2025, 1, 1), reported_for=date(2025, 1, 1)),
            date(2025, 1, 2),
            Condition.NO_REPORT,
        ),
        (with_values(stated(731, HALF_WAY)), HALF_WAY, Condition.ON_COURSE),
        (with_values(stated(1, HALF_WAY)), date(2027, 1, 1), Condition.BEHIND),
        (with_values(stated(1, HALF_WAY)), date(2027, 1, 2), Condition.OVERDUE),
        (with_values(stated(1, HALF_WAY)), day_of(2, HALF_WAY - DAY), Condition.INACTIVE),
        # What is reached stays reached, without further reports.
        (with_values(stated(1461, HALF_WAY)), date(2035, 1, 1), Condition.REACHED),
        (with_values(stated(1461, BY + DAY)), date(2035, 1, 1), Condition.REACHED_LATE),
        (
            with_values(stated(1, HALF_WAY), status=CommitmentStatus.ENDED),
            date(2035, 1, 1),
            Condition.NOT_REACHED,
        ),
        (facts(status=CommitmentStatus.ENDED), date(2035, 1, 1), Condition.UNREPORTED),
        # The day of the target has passed, with and without a published report.
        (with_values(stated(1, HALF_WAY), **REPORTED_LATELY), BY + DAY, Condition.UNREPORTED),
        (with_values(stated(1, HALF_WAY), **REPORTED_LATELY), BY, Condition.BEHIND),
        (with_values(stated(1, BY), **REPORTED_LATELY), BY + DAY, Condition.NOT_REACHED),
        (facts(targets=[EARLY]), EARLY.by + DAY, Condition.UNREPORTED),
        (facts(targets=[EARLY]), EARLY.by, Condition.NO_REPORT),
        # A report is published, and it has no value.
        (with_values(), HALF_WAY, Condition.NO_VALUE),
        (facts(status=CommitmentStatus.ENDED, targets=[]), date(2035, 1, 1), None),
        (facts(status=CommitmentStatus.WITHDRAWN), HALF_WAY, None),
        (facts(status=CommitmentStatus.SUPERSEDED), HALF_WAY, None),
        (facts(targets=[]), PUBLISHED_ON, Condition.NO_REPORT),
        (
            facts(targets=[], last_report_at=PUBLISHED_AT, reported_on=PUBLISHED_ON),
            PUBLISHED_ON,
            Condition.ON_COURSE,
        ),
    ],
)
def test_condition_of_a_commitment(given_facts, day, expected):
    assert condition_of(given_facts, day) == expected


def test_worst_target_decides():
    rows = [target(), target(), policy()]
    for number, row in enumerate(rows, start=1):
        row.pk = number
    known = {"reported_on": HALF_WAY, "reported_for": HALF_WAY, "last_report_at": PUBLISHED_AT}

    def found(*values):
        listed = {number: [each] for number, each in enumerate(values, start=1) if each}
        return condition_of(facts(targets=rows, values=listed, **known), HALF_WAY)

    reached, on_course, behind = (stated(value, HALF_WAY) for value in (1461, 731, 1))
    yes, no = said(True, HALF_WAY), said(False, HALF_WAY)
    assert found(reached, reached, yes) == Condition.REACHED
    assert found(reached, on_course, yes) == Condition.ON_COURSE
    assert found(reached, reached, no) == Condition.ON_COURSE
    assert found(on_course, behind, yes) == Condition.BEHIND
    assert found(on_course, None, yes) == Condition.NO_VALUE
    assert found(behind, None, yes) == Condition.BEHIND


@pytest.mark.parametrize(
    ("published_on", "day", "reported_for", "expected"),
    [
        (date(2024, 3, 1), date(2024, 3, 1), None, date(2025, 3, 1)),
        (date(2024, 3, 1), date(2025, 3, 1), None, date(2025, 3, 1)),
        (date(2024, 3, 1), date(2025, 3, 2), None, date(2025, 3, 1)),
        (date(2024, 3, 1), date(2025, 3, 2), date(2025, 3, 1), date(2026, 3, 1)),
        (date(2024, 3, 1), date(2024, 3, 2), date(2025, 3, 1), date(2026, 3, 1)),
        (date(2024, 3, 1), date(2030, 3, 2), None, date(2030, 3, 1)),
        (date(2024, 2, 29), date(2025, 2, 28), None, date(2025, 2, 28)),
        (date(2024, 2, 29), date(2028, 2, 28), date(2027, 2, 28), date(2028, 2, 29)),
        # A clock before the publication.
        (date(2024, 3, 1), date(2020, 3, 1), None, date(2025, 3, 1)),
    ],
)
def test_next_report_is_the_one_that_is_missing(published_on, day, reported_for, expected):
    assert next_report_on(published_on, day, reported_for=reported_for) == expected


def test_update_writes_what_follows_from_published_reports_alone():
    commitment = CommitmentFactory(status=CommitmentStatus.PUBLISHED, published_at=PUBLISHED_AT)
    row = TargetFactory(commitment=commitment, value=1461, by=BY)
    old = TargetFactory(commitment=commitment, is_current=False)
    sent_at = datetime(2025, 1, 1, 9, tzinfo=UTC)
    report = ReportFactory(
        commitment=commitment,
        due_on=date(2025, 1, 1),
        status=ReportStatus.SENT,
        sent_at=sent_at,
    )
    TargetValueFactory(report=report, target=row, value=366, on=date(2025, 1, 1))
    TargetValueFactory(report=report, target=old, value=0, on=date(2025, 1, 1))
    at = datetime(2025, 1, 2, 12, tzinfo=UTC)

    update_condition(commitment, at=at)
    before = commitment.condition, commitment.next_report_on, commitment.last_report_at
    report.status, report.published_at = ReportStatus.PUBLISHED, at
    report.save()
    update_condition(commitment, at=at)

    assert before == (Condition.NO_REPORT, date(2026, 1, 1), None)
    commitment.refresh_from_db()
    assert commitment.condition == Condition.ON_COURSE
    assert commitment.next_report_on == date(2026, 1, 1)
    assert commitment.last_report_at == sent_at
    assert commitment.version == 1
    assert commitment.history.count() == 1


def test_daily_task_changes_only_what_the_day_changes(monkeypatch):
    rows = CommitmentFactory.create_batch(
        4, status=CommitmentStatus.PUBLISHED, published_at=PUBLISHED_AT
    )
    draft = CommitmentFactory()
    monkeypatch.setattr(conditions, "BATCH_SIZE", 2)

    first = update_conditions(at=datetime(2025, 1, 1, 12, tzinfo=UTC))
    with CaptureQueriesContext(connection) as queries:
        again = update_conditions(at=datetime(2025, 1, 1, 22, tzinfo=UTC))
    monkeypatch.setattr(conditions, "MAX_PER_RUN", 1)
    late = datetime(2025, 1, 1, 23, tzinfo=UTC)
    later = [update_conditions(at=late) for _run in range(3)]

    assert (first, again) == (4, 0)
    assert [query for query in queries if query["sql"].startswith("UPDATE")] == []
    # The last batch is finished, so that a run always advances.
    assert later == [2, 2, 0]
    found = Commitment.objects.filter(pk__in=[row.pk for row in rows])
    assert set(found.values_list("condition", flat=True)) == {Condition.OVERDUE}
    draft.refresh_from_db()
    assert (draft.condition, draft.next_report_on) == ("", None)


def test_release_before_reads_a_condition_that_it_knows():
    commitment = CommitmentFactory(
        status=CommitmentStatus.PUBLISHED, published_at=datetime(2027, 12, 1, 12, tzinfo=UTC)
    )
    TargetFactory(commitment=commitment, by=BY)

    update_condition(commitment, at=datetime(2028, 2, 1, 12, tzinfo=UTC))

    commitment.refresh_from_db()
    assert commitment.present_condition == Condition.UNREPORTED
    assert commitment.condition == Condition.NO_REPORT


def test_migration_copies_conditions_and_says_what_has_ended_without_a_value():
    migration = import_module("commitments.migrations.0007_conditions_so_far")
    made = [
        CommitmentFactory(status=status, condition=condition, present_condition="")
        for status, condition in (
            (CommitmentStatus.PUBLISHED, Condition.BEHIND),
            (CommitmentStatus.PUBLISHED, Condition.NO_REPORT),
            (CommitmentStatus.ENDED, Condition.NO_REPORT),
            (CommitmentStatus.DRAFT, ""),
        )
    ]

    migration.copy_conditions(apps, None)
    migration.copy_conditions(apps, None)

    for commitment in made:
        commitment.refresh_from_db()
    assert [each.present_condition for each in made] == ["behind", "no_report", "unreported", ""]
