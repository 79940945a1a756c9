"""The same EOI compared by two workers at once, in real transactions: told once."""

from datetime import timedelta

from outbox.models import Message
from tests.factories import NOON
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks
from tests.triage.duplicates.test_repeat_expressions import an_eoi
from triage.duplicates.services.repeat_expressions import notify_of_repeat_expression

pytestmark = POSTGRESQL_ONLY


def compared_twice():
    an_eoi(submitted_at=NOON - timedelta(hours=1), compared_at=NOON)
    later = an_eoi(submitted_at=NOON)
    return overtaken(
        lambda: notify_of_repeat_expression(later.pk, at=NOON),
        lambda: notify_of_repeat_expression(later.pk, at=NOON),
        at="triage_fingerprintedmember",
    )


def test_one_of_two_workers_compares():
    outcomes = compared_twice()

    assert sorted(outcomes) == [False, True]
    assert Message.objects.count() == 1


def test_without_the_lock_both_would():
    with without_locks():
        outcomes = compared_twice()

    assert outcomes == (True, True)
