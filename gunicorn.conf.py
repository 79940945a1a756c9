"""The web server: what it does with its log, and how many visitors it serves at once."""

from itertools import count

from django.conf import settings
from django.core.management.base import BaseCommand
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from p2c_portal import request_metrics
from p2c_portal.log_formatters import FORMATTERS


class MaskingLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's own log, written as the portal's: as LOG_FORMAT says, and without secrets."""

    def setup(self, cfg: Config) -> None:
        """Mask in what gunicorn says of itself, and in its access log where one is asked for."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(FORMATTERS[settings.LOG_FORMAT]())


def on_starting(_server: Arbiter) -> None:
    """Check the settings, and load what Django leaves to the first request.

    The checks load the URLs. Without the checks, the web server would be the only process that
    starts with settings that the checks refuse.
    """
    BaseCommand().check()
    request_metrics.prepare_folder()


def pre_fork(server: Arbiter, worker: Worker) -> None:
    """Give a new process the lowest number that no other process has."""
    taken = {other.slot for other in server.WORKERS.values()}
    worker.slot = next(slot for slot in count() if slot not in taken)


def post_fork(_server: Arbiter, worker: Worker) -> None:
    """Let the process keep its counts of requests in the files of its number."""
    request_metrics.share_counts(worker.slot)


def on_exit(_server: Arbiter) -> None:
    """Remove the counts of requests, because Prometheus takes a new server for a new count."""
    request_metrics.remove_folder()


logger_class = MaskingLogger
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
