"""A disk on which no file grows beyond a size, as one without room."""

import resource
from contextlib import contextmanager


@contextmanager
def room_for(size):
    """Let this process write no file larger than so many bytes: what goes beyond is an OSError.

    Python ignores the signal that would end the process. On SQLite nothing must be stored
    meanwhile: the tests' own database is larger.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
