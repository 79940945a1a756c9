"""Every address is opened with its page drawn, so that each query runs on both databases.

`test_access` says who may open it.
"""

import pytest

from tests.sweeps.addresses import Address, parameters_by_name

# On SQLite in CI, test_answers.py draws each page.
pytestmark = pytest.mark.postgresql_in_ci
READERS = ("superuser", "focal point", "submitter", "anonymous")
# It says what the processes beside it do, and none runs here.
ALARMS = {"readyz"}


@pytest.mark.parametrize("name", sorted(parameters_by_name()))
def test_address_opens_for_who_may_read_it(name, visitors):
    address = Address(name)

    for visitor in READERS:
        response = visitors.client(visitor, name).get(address.of(visitor, visitors))
        if response.status_code == 200:
            break

    assert response.status_code < 500 or name in ALARMS
