"""A worker with a wrong clock."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from outbox.models import BEAT, Heartbeat, Message
from tests.broker import broker_at
from tests.portal import beat, worker
from tests.processes import PATIENCE, eventually
from tests.system.conftest import unless_missing
from tests.system.mail import all_sent, fill

pytestmark = [
    pytest.mark.patient,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="once is enough"),
]

AN_HOUR = timedelta(hours=1)


def test_worker_whose_clock_is_an_hour_ahead_throws_nothing_away_and_is_seen(
    own_redis, own_sink, given, tmp_path, client
):
    fill(20)
    with unless_missing():
        ahead = worker(given, tmp_path, clock="+1h")
    in_the_future = Heartbeat.objects.filter(at__gt=now() + AN_HOUR / 2)

    with beat(given, tmp_path), ahead, broker_at(own_redis.url()):
        assert all_sent(within=PATIENCE)
        # Tasks from beat are not discarded either.
        assert eventually(lambda: in_the_future.filter(name=BEAT).exists(), within=PATIENCE)
        answer = client.get("/readyz")

    checks = answer.json()["checks"]
    assert answer.status_code == 503
    assert [name for name, check in checks.items() if not check["ok"]] == ["clocks"]
    assert abs(checks["clocks"]["ahead"] - AN_HOUR.total_seconds()) < 60
    assert len(own_sink.arrived) == Message.objects.count() == 20
