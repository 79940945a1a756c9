"""Who comes to the sign-in."""

import pytest

from tests.accounts.codes import worker
from tests.accounts.second_factor import with_password
from tests.factories import UserFactory


@pytest.fixture
def officer():
    return with_password(email="ada@example.org", is_superuser=True)


@pytest.fixture
def sent_codes(monkeypatch):
    return worker(monkeypatch)


@pytest.fixture
def member(db):
    return UserFactory(email="wanjiku@example.org", name="Wanjiku Kamau", is_staff=False)
