import pytest

from accounts.services import login_throttling
from tests.accounts.second_factor import with_password
from tests.factories import UserFactory


@pytest.fixture
def officer():
    return with_password(email="ada@example.org", is_superuser=True)


@pytest.fixture
def member(db):
    return UserFactory(email="wanjiku@example.org", name="Wanjiku Kamau", is_staff=False)


@pytest.fixture
def limited(monkeypatch):
    """Lower a rate limit, so that the test of the limit takes less time."""

    def limit(name, **numbers):
        if "steps" in numbers:
            numbers["steps"] = tuple(login_throttling.Step(*step) for step in numbers["steps"])
        limits = getattr(login_throttling, name)._replace(**numbers)
        monkeypatch.setattr(login_throttling, name, limits)

    return limit
