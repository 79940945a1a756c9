"""A real worker reports the error of a task by its place, with the identifier of the request."""

import json

import pytest
from django_guid import clear_guid, set_guid

from outbox.tasks import deliver
from tests.broker import broker_at
from tests.p2c_portal.test_error_reports import REQUEST_ID, SentryServer, private_in
from tests.portal import database_url, environment, worker
from tests.processes import PATIENCE, eventually

pytestmark = [
    pytest.mark.long,
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
]


def test_worker_reports_an_error_without_what_it_was_about(own_redis, tmp_path):
    server = SentryServer()
    given = environment(
        database_url=database_url(), broker_url=own_redis.url(), SENTRY_DSN=server.dsn
    )

    with worker(given, tmp_path, queues="mail", concurrency=1):
        set_guid(REQUEST_ID)
        with broker_at(own_redis.url()):
            # It is no key of a message, and the error repeats it.
            deliver.delay("Wanjiku Kamau <wanjiku@example.org>")
        clear_guid()
        assert eventually(lambda: server.envelopes, within=PATIENCE)
    server.close()

    [event] = [json.loads(envelope.splitlines()[2]) for envelope in server.envelopes]
    assert private_in(server) == []
    assert event["tags"] == {"request_id": REQUEST_ID}
    assert event["transaction"] == deliver.name
    assert event["exception"]["values"][-1]["type"] == "ValueError"
