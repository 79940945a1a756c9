import csv

import frictionless.formats.csv  # noqa: F401  # For what it changes, see below.
import pytest
from django.db import transaction

from tests.commitments.open_data.hard_cases import store_hard_cases

# Python's default length of a cell. Importing frictionless raises it for the whole process, and
# the portal refuses longer cells.
csv.field_size_limit(131_072)


@pytest.fixture(scope="module")
def hard_cases(django_db_setup, django_db_blocker):
    """The hard cases, stored once for a module whose tests only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        store_hard_cases()
        yield
        transaction.set_rollback(True)
