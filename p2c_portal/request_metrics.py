"""Counts requests and their durations, in files that the web processes of one server share.

Nothing here may break a request: if the disk is full or read-only, requests are not counted.
"""

import fcntl
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

logger = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponseBase]

# In seconds.
BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
# In place of the name of a view.
STATIC_FILE: Final = "static"
NO_VIEW: Final = "none"
# The variable in which prometheus_client looks for the folder of the files.
FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
# In bytes, of each file. Twice what all views need, so that the library never enlarges a file.
FILE_SIZE: Final = 2 * 1024 * 1024
KINDS_OF_FILE: Final = ("counter", "histogram")
FOLDER_PREFIX: Final = "web-"
LOCK_FILE: Final = "lock"
# The lock of the folder, open as long as this process and those that it forks.
_held: list[IO[str]] = []

# The counts of this process, if it shares none.
own_registry = CollectorRegistry()
REQUESTS: Final = Counter(
    "p2c_requests",
    "Requests by method, name of the view and class of the status.",
    ["method", "view", "status"],
    registry=own_registry,
)
SECONDS: Final = Histogram(
    "p2c_request_seconds",
    "Duration of requests by name of the view.",
    ["view"],
    buckets=BUCKETS,
    registry=own_registry,
)


def count_requests(get_response: Answer) -> Answer:
    """Return a middleware that counts requests. It is not used if nobody may read the counts."""
    if not settings.METRICS_TOKEN:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        try:
            _count(request, response, time.perf_counter() - began)
        except Exception as trouble:  # noqa: BLE001 # A visitor must not notice.
            logger.warning("A request was not counted: %s", type(trouble).__name__)
        return response

    return middleware


def _count(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    view = name_of_view(request)
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(method, view, f"{response.status_code // 100}xx").inc()
    SECONDS.labels(view).observe(seconds)


def name_of_view(request: HttpRequest) -> str:
    """Return the name of the view of a request. Never its path, which may contain a key."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or NO_VIEW
    return STATIC_FILE if request.path.startswith(settings.STATIC_URL) else NO_VIEW


def counts_of_requests() -> CollectorRegistry:
    """Return the registry with the counts of all processes that share a folder with this one."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return own_registry
    registry = CollectorRegistry()
    # It is missing if the disk is read-only.
    if Path(folder).is_dir():
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    return registry


def prepare_folder() -> None:
    """Create the folder for the counts of this web server, and remove those of ended servers.

    Several servers may share VAR_DIR. Each keeps a file in its folder locked while one of its
    processes lives.
    """
    if not settings.METRICS_TOKEN:
        return
    parent = Path(settings.VAR_DIR) / "metrics"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        # No other server looks at a folder before its file is locked.
        with (parent / LOCK_FILE).open("w") as one_at_a_time:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            for other in parent.glob(f"{FOLDER_PREFIX}*"):
                _remove_if_left_behind(other)
            folder = tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent)
            os.environ[FOLDER_VARIABLE] = folder
            _held.append(_locked(Path(folder)))
    except OSError as trouble:
        logger.warning("Requests are not counted: %s cannot be written (%s)", parent, trouble)
        os.environ.setdefault(FOLDER_VARIABLE, str(parent / "missing"))


def remove_folder() -> None:
    """Remove the folder when the web server ends."""
    if folder := os.environ.pop(FOLDER_VARIABLE, ""):
        shutil.rmtree(folder, ignore_errors=True)


def share_counts(slot: int) -> None:
    """Keep the counts of this process in the files of a slot.

    A process that replaces one that died gets its slot, and continues its counts. So the number of
    files does not grow.
    """
    if folder := os.environ.get(FOLDER_VARIABLE):
        try:
            for kind in KINDS_OF_FILE:
                _reserve(Path(folder) / f"{kind}_{slot}.db")
        except OSError as trouble:
            logger.warning("Requests are not counted: no room in %s (%s)", folder, trouble)
        else:
            values.ValueClass = values.MultiProcessValue(lambda: slot)  # type: ignore[no-untyped-call]


def _reserve(file: Path) -> None:
    """Reserve the disk space of a file.

    The library maps the file into memory. If the disk became full, writing to a part without disk
    space would kill the process.
    """
    is_new = not file.exists()
    try:
        with file.open("ab") as opened:
            os.posix_fallocate(opened.fileno(), 0, FILE_SIZE)
    except OSError:
        if is_new:
            file.unlink(missing_ok=True)
        raise


def _remove_if_left_behind(folder: Path) -> None:
    """Remove the folder of a web server if none of its processes lives."""
    try:
        lock = _locked(folder)
    except BlockingIOError:
        return
    lock.close()
    shutil.rmtree(folder, ignore_errors=True)


def _locked(folder: Path) -> IO[str]:
    """Return the lock file of a folder, which is locked until it is closed.

    Raises BlockingIOError if another process has locked it.
    """
    lock = (folder / LOCK_FILE).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise
    return lock
