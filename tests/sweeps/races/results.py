"""Two colleagues choose the result of the month, or its commitment is withdrawn meanwhile."""

from functools import partial

from commitments.models import CommitmentEvent, ResultOfTheMonth
from commitments.services.result_of_the_month import ResultConflict, choose_result, month_of
from commitments.services.withdrawal import withdraw_by_lead
from members.services.conflicts import WrongStatus
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    ReportFactory,
    ResultOfTheMonthFactory,
    TargetValueFactory,
    UserFactory,
)
from tests.sweeps.races.race import Race, own


def a_value():
    return TargetValueFactory(report=ReportFactory(status="published"))


def choosing(value, version=0):
    facts = {"target": value.target_id, "version": version, "by": UserFactory(), "at": NOON}
    return partial(choose_result, report=own(value.report), **facts)


def two_choose():
    first, second = a_value(), a_value()
    return (
        choosing(first),
        choosing(second),
        lambda: ResultOfTheMonth.objects.get().report == first.report,
    )


def two_replace():
    ResultOfTheMonthFactory(month=month_of(NOON))
    first, second = a_value(), a_value()
    return (
        choosing(first, version=1),
        choosing(second, version=1),
        lambda: ResultOfTheMonth.objects.get().report == first.report,
    )


def chosen_and_withdrawn():
    value = a_value()
    commitment = value.report.commitment
    lead = FocalPointFactory(member=commitment.lead)
    withdrawing = partial(withdraw_by_lead, own(commitment), reason="No funds.", by=lead, at=NOON)
    return withdrawing, choosing(value)


TABLE = ResultOfTheMonth._meta.db_table
RACES = {
    "choose the result of the month": Race(
        two_choose,
        f"after {TABLE}",
        (ResultOfTheMonth, ResultConflict),
        {ResultOfTheMonth: 1},
        needs_lock=False,
    ),
    "replace the result of the month": Race(two_replace, TABLE, (ResultOfTheMonth, ResultConflict)),
    "withdraw, and choose as result of the month": Race(
        chosen_and_withdrawn,
        "commitments_commitment",
        (CommitmentEvent, WrongStatus),
        {CommitmentEvent: 1, Message: 1},
    ),
}
