"""The Celery app. Its settings are the `CELERY_…` settings in settings.py."""

import fcntl
import logging.config
import os
import signal
from typing import Final

from celery import Celery, Task, signals
from django.conf import settings
from django.core.management.base import BaseCommand, SystemCheckError
from django.db import close_old_connections

logger = logging.getLogger(__name__)

# A file in VAR_DIR that is locked while beat runs.
BEAT_LOCK_NAME: Final = "beat.lock"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2c_portal.settings")

app = Celery("p2c_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# By name, because it needs the models, which are loaded when a worker starts, but not yet here.
app.steps["consumer"].add("outbox.services.worker_heartbeat:HeartbeatStep")


@signals.import_modules.connect
def import_the_transport(sender: Celery, **kwargs: object) -> None:
    """Import the broker's transport early, before the process can receive a signal to stop.

    Celery imports it at first use. If beat is stopped in the middle of the import, the module is
    incomplete and beat ends with an error.
    """
    sender.connection_for_write().get_transport_cls()


@signals.worker_init.connect
def run_the_checks(**kwargs: object) -> None:
    """Refuse to start a worker if a system check fails, as the web server does.

    Celery runs the checks itself, but ignores their result.
    """
    try:
        BaseCommand().check()
    except SystemCheckError as refused:
        # Celery would only log another exception.
        raise SystemExit(str(refused)) from None


@signals.setup_logging.connect
def log_as_settings_say(**kwargs: object) -> None:
    """Use the same logging as web processes. Celery's own handlers would not mask private links."""
    logging.config.dictConfig(settings.LOGGING)


@signals.beat_init.connect
def wait_for_other_beat(**kwargs: object) -> None:
    """Wait while another beat uses this VAR_DIR, and take over when that process ends.

    If the lock file cannot be opened, Celery logs the error, and beat starts without it: two beats
    do the same work twice, but no harm.
    """
    # A descriptor, because it stays open, and so the lock is held, until the process ends.
    lock = os.open(settings.VAR_DIR / BEAT_LOCK_NAME, os.O_WRONLY | os.O_CREAT, mode=0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        logger.warning("Another beat runs in %s: waiting", settings.VAR_DIR)
        fcntl.flock(lock, fcntl.LOCK_EX)


@signals.task_prerun.connect
@signals.task_postrun.connect
def close_unusable_connections(sender: "Task[..., object]", **kwargs: object) -> None:
    """Close connections to the database that are broken or too old, as before and after a request.

    A task that is not run by a worker uses the connection of its caller.
    """
    if not sender.request.is_eager:
        close_old_connections()


@signals.worker_process_init.connect
def ignore_sigterm_in_pool(**kwargs: object) -> None:
    """Let a pool process finish its task when the worker is told to stop.

    Stopping a service sends the signal to all of its processes. If the pool processes ended at
    once, the worker would replace them, and wait for tasks that are lost.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
