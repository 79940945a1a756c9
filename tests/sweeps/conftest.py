import pytest
from django.db import transaction

from tests.sweeps.addresses import Visitors


@pytest.fixture(scope="module")
def everybody(django_db_setup, django_db_blocker):
    """Everybody who may come, stored once: what each test writes is rolled back to here.

    For files in which no other test would mind their rows, in whatever order they run.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield Visitors()
        transaction.set_rollback(True)


@pytest.fixture
def visitors(everybody):
    everybody.open_browsers()
    return everybody
