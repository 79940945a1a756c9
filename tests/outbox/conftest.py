import pytest

from outbox.queueing import breaker


@pytest.fixture(autouse=True)
def _broker_trusted_again():
    """Keep one test's failing broker out of the next."""
    breaker.reset()
    yield
    breaker.reset()
