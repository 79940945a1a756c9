"""Beat's schedule, of which the file belongs to one beat at a time."""

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

# Seconds until a beat that waits looks again whether the one before it has ended.
LOCK_RETRY_SECONDS = 1.0
# Bytes that the schedule takes, and more.
ROOM = 64 * 1024


class LockedScheduler(PersistentScheduler):
    """A schedule that a second beat leaves alone, and goes on with once the first has ended.

    Two that open a new file at once would each take it for broken and remove it, and then could
    not write to what they have open. The lock ends with its process, however that ends.

    The file holds when beat started what: on a disk that becomes full, beat goes on without.
    """

    # Of Celery's scheduler, which says nothing of their types.
    schedule_filename: str
    _store: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lock: Any = None
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Open the file, or nothing yet: while a beat waits, a signal must find it able to end.

        Where that cannot be, beat says why and ends with 1.
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
        """Give the lock back."""
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
        """Lock the file, unless another beat has; the first time that one has, say so.

        Raises OSError where it cannot be written.
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
        # Where there is no room, it is seen here: the file itself would be taken for broken, and
        # removed.
        self._lock.write(" " * ROOM)
        self._lock.flush()
        self._lock.truncate(0)
        return True
