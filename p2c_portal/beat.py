"""Celery beat's scheduler, with a lock so that only one beat process uses its file."""

import dbm
import fcntl
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler

logger = logging.getLogger(__name__)

# Seconds until a waiting beat process tries again to get the lock.
LOCK_RETRY_SECONDS = 1.0
# In bytes: more than the size of the schedule's file.
ROOM = 64 * 1024


class LockedScheduler(PersistentScheduler):
    """A scheduler that waits while another beat process runs, and takes over when that one ends.

    If two processes opened a new file at the same time, each would consider it broken and remove
    it, and then could not write to its open file. The lock ends with its process in any case.

    The file stores when each task was last started. If the disk becomes full, beat continues
    without writing it.
    """

    # Attributes of Celery's scheduler, which does not declare their types.
    schedule_filename: str
    _store: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lock: Any = None
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Open the file if no other beat has it. Do not wait here, so that signals can end beat.

        If the file cannot be written, log the reason and exit with status 1.
        """
        try:
            if self._has_locked():
                super().setup_schedule()
        except dbm.error as trouble:
            logger.critical(
                "Beat does not start: it cannot write its file %s (%s). Give it a folder that it "
                "may write to, with room, or name another one in CELERY_BEAT_SCHEDULE_FILENAME.",
                self.schedule_filename,
                trouble,
            )
            self._let_go()
            sys.exit(1)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if self._store is None:
            if not self._has_locked():
                return LOCK_RETRY_SECONDS
            super().setup_schedule()
        return float(super().tick(*args, **kwargs))

    def sync(self) -> None:
        with self._said_where_it_is_not_written():
            super().sync()

    def close(self) -> None:
        with self._said_where_it_is_not_written():
            super().close()
        self._let_go()

    def _let_go(self) -> None:
        """Release the lock."""
        with suppress(OSError):
            if self._lock is not None:
                self._lock.close()

    @contextmanager
    def _said_where_it_is_not_written(self) -> Iterator[None]:
        try:
            yield
        except dbm.error as trouble:
            logger.error(
                "Beat goes on, but cannot write its file %s (%s): started anew, it would do what "
                "is due at regular times once more",
                self.schedule_filename,
                trouble,
            )

    def _has_locked(self) -> bool:
        """Return whether this process has locked the file. Log only the first failure.

        Raises OSError if the lock file cannot be written.
        """
        is_first_time = self._lock is None
        if is_first_time:
            self._lock = Path(f"{self.schedule_filename}.lock").open("w")  # noqa: SIM115 # Held.
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if is_first_time:
                logger.warning("Another beat runs on %s: waiting", self.schedule_filename)
            return False
        # This fails if the disk is full. Otherwise Celery would consider the schedule's file broken
        # and remove it.
        self._lock.write(" " * ROOM)
        self._lock.flush()
        self._lock.truncate(0)
        return True
