import pytest

from tests.commitments.writing import a_lead
from tests.participation.people import signed_in_as
from tests.triage.staff import officer, signed_in


@pytest.fixture
def person():
    """A focal point of a member that can lead a commitment."""
    return a_lead()


@pytest.fixture
def mine(person):
    """The browser of this focal point."""
    return signed_in_as(person)


@pytest.fixture
def browser():
    """The browser of an officer."""
    return signed_in(officer())
