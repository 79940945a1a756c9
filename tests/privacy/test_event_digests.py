"""The digests of events: made once a day has ended, and a change of an event or digest is found."""

from datetime import timedelta

import pytest

from accounts.models import EventDigest, SignInEvent
from privacy.models import DataExport, RetentionKind, RetentionPeriod
from privacy.services.event_digests import (
    EVENT_TABLES,
    changed_digests,
    days_without_digest,
    make_digests,
)
from privacy.services.retention_periods import change_retention_days
from tests.factories import (
    DataExportFactory,
    ReadingEventFactory,
    SignInEventFactory,
    UserFactory,
)
from tests.factories.noon import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

DAY = timedelta(days=1)
SIGN_IN = "accounts.SignInEvent"
DAY_OF_NOON = NOON.date()


def found(at):
    return list(changed_digests(at=at))


@pytest.fixture
def three_days():
    """Three days with sign-ins, readings and exports, and their digests. Return the time after."""
    for number in range(3):
        SignInEventFactory(at=NOON + number * DAY)
        ReadingEventFactory(at=NOON + number * DAY, record_pk=number + 1)
        DataExportFactory(at=NOON + number * DAY)
    make_digests(at=NOON + 3 * DAY)
    return NOON + 3 * DAY


def test_digests_count_the_events_of_each_day_that_has_ended():
    SignInEventFactory(at=NOON)
    SignInEventFactory(at=NOON + timedelta(hours=1))
    SignInEventFactory(at=NOON + 2 * DAY)

    make_digests(at=NOON + 3 * DAY)
    make_digests(at=NOON + 3 * DAY)

    digests = EventDigest.objects.order_by("day").values_list("table", "day", "number")
    assert list(digests) == [
        (SIGN_IN, DAY_OF_NOON, 2),
        (SIGN_IN, DAY_OF_NOON + DAY, 0),
        (SIGN_IN, DAY_OF_NOON + 2 * DAY, 1),
    ]
    assert found(NOON + 3 * DAY) == []


def test_digests_wait_until_late_events_are_stored():
    SignInEventFactory(at=NOON)
    midnight = NOON.replace(hour=0) + DAY

    make_digests(at=midnight + timedelta(minutes=59))

    assert list(EventDigest.objects.all()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda event: SignInEvent.objects.filter(pk=event.pk).update(network="abc"), "changed"),
        (lambda event: event.delete(), "0 events instead of 1"),
        (lambda event: SignInEventFactory(at=event.at), "2 events instead of 1"),
    ],
)
def test_changed_digests_name_the_day_of_a_changed_event(three_days, change, said):
    change(SignInEvent.objects.order_by("pk")[1])

    [trouble] = found(three_days)

    assert trouble.startswith(f"{SIGN_IN} {DAY_OF_NOON + DAY}: ")
    assert trouble.endswith(said)


@pytest.mark.parametrize(
    "change",
    [
        lambda digests: digests.update(number=2),
        lambda digests: digests.update(sha256="0" * 64),
        lambda digests: digests.update(seal="0" * 64),
        lambda digests: digests.update(day=DAY_OF_NOON - DAY),
    ],
)
def test_changed_digests_name_the_day_of_a_changed_digest(three_days, change):
    latest = DAY_OF_NOON + 2 * DAY
    change(EventDigest.objects.filter(table=SIGN_IN, day=latest))

    assert len(found(three_days)) == 1


def test_changed_digests_name_the_day_after_a_deleted_digest(three_days):
    EventDigest.objects.filter(table=SIGN_IN, day=DAY_OF_NOON + DAY).delete()

    assert found(three_days) == [
        f"{SIGN_IN} {DAY_OF_NOON + 2 * DAY}: its digest was changed, or the one before is missing"
    ]


def test_an_erasure_changes_no_digest(three_days):
    DataExport.objects.update(address="[erased]", by_name="[erased]")

    assert found(three_days) == []


def test_retention_changes_no_digest(three_days):
    later = NOON + timedelta(days=366)
    SignInEvent.objects.filter(at__lt=NOON + DAY).delete()
    make_digests(at=later)

    assert found(later - DAY) == [f"{SIGN_IN} {DAY_OF_NOON}: 0 events instead of 1"]
    assert found(later + DAY) == []


def test_events_that_a_shorter_period_deleted_are_not_missed(three_days):
    later = NOON + timedelta(days=200)
    period = RetentionPeriod.objects.get(kind=RetentionKind.SIGN_IN_EVENTS)
    change_retention_days(period=period, days=100, by=UserFactory(), at=NOON)
    SignInEvent.objects.all().delete()

    change_retention_days(period=period, days=1000, by=UserFactory(), at=later)

    assert found(later + DAY) == []


def test_a_new_key_vouches_for_what_a_forgotten_one_sealed(three_days, settings):
    settings.SECRET_KEY = "another-key-another-key-another-key"
    SignInEventFactory(at=three_days)
    make_digests(at=three_days + DAY)
    sign_ins = EventDigest.objects.filter(table=SIGN_IN)

    assert [trouble for trouble in found(three_days + DAY) if SIGN_IN in trouble] == []
    sign_ins.filter(day=DAY_OF_NOON).update(number=7)
    assert [trouble for trouble in found(three_days + DAY) if SIGN_IN in trouble] == [
        f"{SIGN_IN} {DAY_OF_NOON}: its digest was changed, or the one before is missing"
    ]


def test_a_former_key_still_vouches(three_days, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-another-key-another-key"

    assert found(three_days) == []


def test_days_without_digest_tell_that_the_task_is_behind(three_days):
    ReadingEventFactory(at=three_days, record_pk=4)

    assert list(days_without_digest(at=three_days + DAY)) == []
    assert list(days_without_digest(at=three_days + 3 * DAY)) == [
        f"accounts.ReadingEvent: no digests since {three_days.date()}"
    ]


def test_each_column_of_an_event_is_in_the_digest_or_erasable():
    for table in EVENT_TABLES:
        columns = {field.attname for field in table.model._meta.concrete_fields}

        assert {*table.columns, *table.erasable} == columns


def test_digests_are_stored_once_in_two_runs_of_one_hundred_days():
    SignInEventFactory(at=NOON)

    make_digests(at=NOON + 150 * DAY)
    first = EventDigest.objects.count()
    make_digests(at=NOON + 150 * DAY)

    assert (first, EventDigest.objects.count()) == (100, 150)
    assert found(NOON + 150 * DAY) == []
