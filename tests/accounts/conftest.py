"""Who comes to the sign-in."""

import pytest

from tests.accounts.codes import worker
from tests.accounts.second_factor import with_password


@pytest.fixture
def officer():
    return with_password(email="ada@example.org", is_superuser=True)


@pytest.fixture
def sent_codes(monkeypatch):
    return worker(monkeypatch)
