import pytest

from tests.triage.staff import officer as triage_officer
from tests.triage.staff import signed_in


@pytest.fixture
def desk():
    """A client in which a triage officer is signed in."""
    return signed_in(triage_officer())
