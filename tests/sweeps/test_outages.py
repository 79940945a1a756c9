"""Every address while the database is away: it says so, or needs none, and never breaks."""

import pytest

from tests.outages import database_away
from tests.sweeps.addresses import Address, parameters_by_name, undrawn_pages

pytestmark = pytest.mark.sqlite_only

NAMES = sorted(parameters_by_name())
VISITORS = ("anonymous", "focal point", "superuser")


@pytest.mark.parametrize("name", NAMES)
def test_address_without_database_says_so_or_needs_none(name, visitors):
    address = Address(name)
    paths = {visitor: address.of(visitor, visitors) for visitor in VISITORS}
    for client in visitors.clients.values():
        client.raise_request_exception = False

    with database_away():
        answers = [visitors.clients[visitor].get(path) for visitor, path in paths.items()]
        # What is drawn after a POST is drawn after a GET too.
        with undrawn_pages():
            answers += [visitors.clients[visitor].post(path) for visitor, path in paths.items()]

    broken = [answer for answer in answers if answer.status_code >= 500]
    assert {answer.status_code for answer in broken} <= {503}
    # Nobody is signed out by it.
    assert [dict(answer.cookies) for answer in broken if answer.cookies] == []
    assert name == "readyz" or {answer.get("Retry-After") for answer in broken} <= {"60"}
