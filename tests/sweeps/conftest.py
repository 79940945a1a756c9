import pytest
from django.db import transaction

from tests.sweeps.addresses import Visitors, undrawn_pages


@pytest.fixture(scope="module")
def everybody(django_db_setup, django_db_blocker):
    """All visitors, stored once for the module. What each test writes is rolled back to this state.

    Only for modules whose tests do not depend on other rows, in any order.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield Visitors()
        transaction.set_rollback(True)


@pytest.fixture
def visitors(everybody):
    everybody.open_browsers()
    return everybody


@pytest.fixture
def undrawn():
    """Run views without rendering their templates, where only the status matters."""
    with undrawn_pages():
        yield
