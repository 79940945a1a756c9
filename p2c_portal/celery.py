"""The Celery app: its settings are the `CELERY_…` ones in settings.py."""

import logging.config
import os
import signal

from celery import Celery, signals
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2c_portal.settings")

app = Celery("p2c_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name: it needs the models, which are there when a worker starts, but not yet here.
app.steps["consumer"].add("outbox.services.worker_heartbeat:HeartbeatStep")


@signals.import_modules.connect
def import_the_transport(sender: Celery, **kwargs: object) -> None:
    """Import what speaks to the broker before anybody is told to stop.

    It would be imported when it is first used; beat, told to stop in the middle of that, is left
    with half a module and ends with an error.
    """
    sender.connection_for_write().get_transport_cls()


@signals.setup_logging.connect
def log_as_settings_say(**kwargs: object) -> None:
    """Log as web processes do; Celery's own handlers would not mask private links."""
    logging.config.dictConfig(settings.LOGGING)


@signals.worker_process_init.connect
def ignore_sigterm_in_pool(**kwargs: object) -> None:
    """Let a pool process finish its task when the worker is told to stop.

    Whoever stops a service signals all of its processes. Those that ended at once would be
    replaced by new ones, and the worker would wait for tasks that are gone.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
