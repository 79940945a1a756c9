"""A Celery bootstep that writes the heartbeats of a worker, one for each queue."""

import logging
from typing import Any

from celery import bootsteps
from celery.worker.consumer.tasks import Tasks
from django.db import Error, connections
from django.utils import timezone

from outbox.services import worker_health

logger = logging.getLogger(__name__)


class HeartbeatStep(bootsteps.StartStopStep):
    """Writes heartbeats while the worker is connected to its broker.

    This is not a task: in a backlog, a task would run late, and a busy worker would count as dead.
    """

    requires = (Tasks,)

    def __init__(self, consumer: Any, **options: object) -> None:
        self.timer: Any = None
        super().__init__(consumer, **options)

    def start(self, consumer: Any) -> None:
        self.show(consumer)
        self.timer = consumer.timer.call_repeatedly(
            worker_health.HEARTBEAT_INTERVAL.total_seconds(), self.show, (consumer,)
        )

    def stop(self, consumer: Any) -> None:
        if self.timer:
            self.timer.cancel()

    shutdown = stop

    def show(self, consumer: Any) -> None:
        """Write the heartbeats, or skip them if the database is not available."""
        at = timezone.now()
        queues = sorted(consumer.app.amqp.queues.consume_from)
        try:
            worker_health.show_worker_alive(name=consumer.hostname, queues=queues, at=at)
            worker_health.delete_stale_heartbeats(at=at)
        except Error as trouble:
            logger.warning("The heartbeat was not written: %s", type(trouble).__name__)
        finally:
            # Pool processes that start later must not share this connection.
            connections.close_all()
