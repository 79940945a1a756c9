from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps

from core.conflicts import NothingChanged, Refused
from members.services.private_links import PAGE_EXPIRES_AFTER
from privacy.models import MAX_DAYS, RETENTION_RULES, RetentionKind, RetentionPeriod
from privacy.seed import seed
from privacy.services.retention_periods import (
    change_retention_days,
    cutoff_of,
    deletion_day,
)
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db

LONG_AGO = NOON - timedelta(days=4000)
STAGES = (
    RetentionKind.DECLINED,
    RetentionKind.WITHDRAWN,
    RetentionKind.CLOSED,
    RetentionKind.SUSPECTED,
)


def period_of(kind, **facts):
    RetentionPeriod.objects.filter(kind=kind).update(**{"begins_at": LONG_AGO, **facts})
    return RetentionPeriod.objects.get(kind=kind)


def test_seed_creates_each_kind_once_and_never_overwrites_it():
    period_of(RetentionKind.MESSAGES, days=999)

    seed(apps.get_app_config("privacy"))

    days = dict(RetentionPeriod.objects.values_list("kind", "days"))
    first = {str(kind): rule.first_days for kind, rule in RETENTION_RULES.items()}
    assert days == {**first, RetentionKind.MESSAGES: 999}


def test_data_of_an_organisation_is_never_deleted_while_its_page_is_open():
    assert all(RETENTION_RULES[kind].min_days > PAGE_EXPIRES_AFTER.days for kind in STAGES)


def test_more_days_hold_at_once():
    period = period_of(RetentionKind.DRAFTS, days=100)

    change_retention_days(period=period, days=101, by=UserFactory(), at=NOON)

    period.refresh_from_db()
    assert (period.days_at(NOON), period.previous_days, period.previous_until) == (101, None, None)


def test_fewer_days_hold_after_seven_whole_days_in_geneva():
    period = period_of(RetentionKind.DRAFTS, days=100)
    manager = UserFactory(name="Grace Hopper")

    change_retention_days(period=period, days=40, by=manager, at=NOON)

    period.refresh_from_db()
    # Until midnight at the end of 1 November in Geneva, which is an hour east of UTC in winter.
    until = datetime(2021, 11, 1, 23, tzinfo=UTC)
    assert period.previous_until == until
    assert period.days_at(until - timedelta(seconds=1)) == 100
    assert period.days_at(until) == 40
    assert period.history.latest().history_by_name == "Grace Hopper"


def test_a_second_change_during_the_notice_period_begins_it_again():
    period = period_of(RetentionKind.DRAFTS, days=100)
    manager = UserFactory()
    change_retention_days(period=period, days=40, by=manager, at=NOON)

    change_retention_days(period=period, days=50, by=manager, at=NOON + timedelta(days=6))

    assert period.days_at(NOON + timedelta(days=8)) == 100
    assert period.days_at(NOON + timedelta(days=14)) == 50


@pytest.mark.parametrize(
    ("days", "refusal", "words"),
    [
        (29, Refused, "from 30 to 7300"),
        (MAX_DAYS + 1, Refused, "from 30 to 7300"),
        (365, NothingChanged, "There are no changes"),
    ],
)
def test_days_out_of_bounds_and_the_same_days_are_refused(days, refusal, words):
    period = period_of(RetentionKind.DRAFTS)

    with pytest.raises(refusal, match=words):
        change_retention_days(period=period, days=days, by=UserFactory(), at=NOON)

    period.refresh_from_db()
    assert (period.days, period.history.count()) == (365, 0)


def test_the_limit_is_midnight_in_geneva():
    period = period_of(RetentionKind.DRAFTS, days=30)

    # 23:59 in Geneva on 25 October, and a minute later.
    before = datetime(2021, 10, 25, 21, 59, tzinfo=UTC)

    assert cutoff_of(period, before) == datetime(2021, 9, 24, 22, tzinfo=UTC)
    assert cutoff_of(period, before + timedelta(minutes=1)) == datetime(2021, 9, 25, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "day"),
    [
        ({"days": 30}, date(2021, 11, 1)),
        # Overdue, because the period was just shortened: not before the notice has ended.
        (
            {
                "days": 30,
                "previous_days": 90,
                "previous_until": datetime(2021, 11, 9, 23, tzinfo=UTC),
            },
            date(2021, 11, 10),
        ),
        ({"days": 30, "begins_at": datetime(2021, 12, 1, 12, tzinfo=UTC)}, date(2021, 12, 1)),
    ],
)
def test_day_of_deletion(facts, day):
    period = period_of(RetentionKind.DRAFTS, **facts)
    since = datetime(2021, 10, 1, 12, tzinfo=UTC)

    assert deletion_day(period, since, hold=None, at=NOON) == day


def test_what_is_overdue_is_deleted_today():
    period = period_of(RetentionKind.DRAFTS, days=30)

    assert deletion_day(period, LONG_AGO, hold=None, at=NOON) == NOON.date()
