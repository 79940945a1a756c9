from datetime import timedelta

import pytest
from django.utils.timezone import now

from outbox.models import BEAT, Queue
from tests.factories import CallFactory, FocusAreaFactory, HeartbeatFactory


@pytest.fixture
def _open_call():
    FocusAreaFactory()
    CallFactory(opens_at=now() - timedelta(days=1), closes_at=now() + timedelta(days=1))


@pytest.fixture
def _all_alive():
    """Record a heartbeat of every process three seconds ago."""
    at = now() - timedelta(seconds=3)
    HeartbeatFactory(name=BEAT, at=at)
    for queue in Queue:
        HeartbeatFactory(name=f"{queue}@host", queue=queue, at=at)
