"""Counts requests and their durations, in files that the web processes of one server share.

Nothing here may break a request: if the disk is full or read-only, requests are not counted. The
space of the files is reserved, because prometheus_client maps them into memory: on a full disk, the
kernel would end each process that counts (SIGBUS). A process that replaces another uses its files,
because the library's own mode has a file for each process ID: after 1,000 restarts there are 2,004
files, and /metrics takes 1.8 s instead of 7 ms.
"""

import fcntl
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

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
FOLDER_PREFIX: Final = "p2c-metrics-"

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
    # It is missing if it could not be created.
    if Path(folder).is_dir():
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    return registry


def prepare_folder() -> None:
    """Create the folder for the counts of this web server, among the temporary files."""
    if not settings.METRICS_TOKEN:
        return
    try:
        folder = tempfile.mkdtemp(prefix=FOLDER_PREFIX)
        # systemd-tmpfiles deletes old temporary files, but none in a locked folder. The lock ends
        # with this process and those that it forks.
        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX)
    except OSError as trouble:
        logger.warning("Requests are not counted: no temporary folder (%s)", trouble)
        folder = os.devnull
    os.environ[FOLDER_VARIABLE] = folder


def remove_folder() -> None:
    """Remove the folder when the web server ends."""
    if folder := os.environ.pop(FOLDER_VARIABLE, ""):
        shutil.rmtree(folder, ignore_errors=True)


def share_counts(slot: int) -> None:
    """Keep the counts of this process in the files of a slot.

    A process that replaces one that died gets its slot, and continues its counts.
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
    """Reserve the disk space of a file, or raise OSError and leave no new file."""
    is_new = not file.exists()
    try:
        with file.open("ab") as opened:
            os.posix_fallocate(opened.fileno(), 0, FILE_SIZE)
    except OSError:
        if is_new:
            file.unlink(missing_ok=True)
        raise
