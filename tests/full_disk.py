"""A full disk, simulated by a limit on the size of files."""

import resource
from contextlib import contextmanager


@contextmanager
def room_for(size):
    """Limit the size of files that this process writes: beyond it, writing raises OSError.

    Python ignores the signal that would end the process. On SQLite, nothing may be stored
    meanwhile, because the test database is larger.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
