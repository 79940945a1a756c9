"""Every URL while the database is unavailable: it says so, or does not need it."""

import logging

import pytest

from tests.outages import database_away
from tests.sweeps.addresses import Address, parameters_by_name, undrawn_pages

NAMES = sorted(parameters_by_name())
VISITORS = ("anonymous", "focal point", "superuser")


@pytest.fixture
def _unlogged():
    """Format no traceback for each of the many answers."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("_unlogged")
@pytest.mark.parametrize("name", NAMES)
def test_address_without_database_says_so_or_needs_none(name, visitors):
    address = Address(name)
    paths = {visitor: address.of(visitor, visitors) for visitor in VISITORS}
    for client in visitors.clients.values():
        client.raise_request_exception = False

    with database_away():
        answers = [visitors.clients[visitor].get(path) for visitor, path in paths.items()]
        # What is rendered after a POST is also rendered after a GET.
        with undrawn_pages():
            answers += [visitors.clients[visitor].post(path) for visitor, path in paths.items()]

    broken = [answer for answer in answers if answer.status_code >= 500]
    assert {answer.status_code for answer in broken} <= {503}
    # This must not sign anybody out.
    assert [dict(answer.cookies) for answer in broken if answer.cookies] == []
    assert name == "readyz" or {answer.get("Retry-After") for answer in broken} <= {"60"}
