"""The web server: what it does with its log, and how many visitors it serves at once."""

import gc
from functools import partial
from itertools import count
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import ThreadWorker

from p2c_portal import request_metrics
from p2c_portal.call_stack import HAS_SLOW_CALLS, with_one_stack
from p2c_portal.log_formatters import FORMATTERS


class MaskingLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's own log, written as the portal's: as LOG_FORMAT says, and without secrets."""

    def setup(self, cfg: Config) -> None:
        """Mask in what gunicorn says of itself, and in its access log where one is asked for."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(FORMATTERS[settings.LOG_FORMAT]())


class DrainingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker that leaves nobody waiting at its socket when it stops.

    Gunicorn's own worker first finishes its requests, with the socket still open. New connections
    queue there meanwhile, and are reset when the process ends. The proxy may not repeat a form that
    it has sent on one of them. Here the queue is answered, and then new connections are refused, so
    that the proxy asks the other process.
    """

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  # As in gunicorn.
        """Accept connections or not; if the worker stops, close the socket once it is empty."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self.accept_queue(listener)
                listener.close()

    def accept_queue(self, listener: Any) -> None:
        """Accept all connections that wait at a socket."""
        accepted = -1
        while self.nr_conns > accepted:
            accepted = self.nr_conns
            self.accept(listener)


def on_starting(_server: Arbiter) -> None:
    """Check the settings, and load what Django leaves to the first request.

    The checks load the URLs. Without the checks, the web server would be the only process that
    starts with settings that the checks refuse.
    """
    BaseCommand().check()
    request_metrics.prepare_folder()


def when_ready(_server: Arbiter) -> None:
    """Keep what is loaded in memory that all processes share.

    The garbage collector would write to each object that it visits, so each process would get a
    copy of all of them.
    """
    gc.collect()
    gc.freeze()


def pre_fork(server: Arbiter, worker: Worker) -> None:
    """Give a new process the lowest number that no other process has."""
    taken = {other.slot for other in server.WORKERS.values()}
    worker.slot = next(slot for slot in count() if slot not in taken)


def post_fork(_server: Arbiter, worker: Worker) -> None:
    """Let the process keep its counts of requests in the files of its number."""
    request_metrics.share_counts(worker.slot)


def post_worker_init(worker: Worker) -> None:
    """Answer each request with all its calls in one piece of memory, where Python needs it."""
    if HAS_SLOW_CALLS:
        worker.wsgi = partial(with_one_stack, worker.wsgi)


def on_exit(_server: Arbiter) -> None:
    """Remove the counts of requests, because Prometheus takes a new server for a new count."""
    request_metrics.remove_folder()


logger_class = MaskingLogger
worker_class = DrainingWorker
workers = 2
threads = 4
# Nobody is let in before the portal is loaded, and a process that dies is replaced at once.
preload_app = True
# Nothing here is steered while it runs.
control_socket_disable = True
# A worker that hangs is replaced; no page of ours takes this long.
timeout = 30
# The address of a bulk action has the key of each member: the most that gunicorn accepts.
limit_request_line = 8190
