import pytest

from tests.members.successors import a_member


@pytest.fixture
def both():
    return a_member()


@pytest.fixture
def member(both):
    return both[0]


@pytest.fixture
def person(both):
    return both[1]


@pytest.fixture
def alternate(both):
    return both[2]
