"""Copies test databases from one that was migrated, while the migrations stay the same.

In a copy, `migrate` runs again with all seeds, so what other code writes is never out of date.
"""

import fcntl
import hashlib
import shutil
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
# Any number that is not used for another lock on the server.
LOCK = 20211018


def create_test_db(as_django_does, **options):
    """Create the test database: the first one by migrating, each later one as a copy of it."""
    target = connection.creation._get_test_db_name()
    with kept_copies() as kept:
        if not kept.has(state_of_the_migrations()):
            as_django_does(**options)
            connection.close()
            kept.keep(target, state_of_the_migrations())
            return target
        kept.copy_to(target, state_of_the_migrations())
    return as_django_does(**{**options, "keepdb": True})


@cache
def state_of_the_migrations():
    """Return a short digest of the migrations, and of the seeds."""
    files = [ROOT / "requirements" / "run.txt"]
    for app in apps.get_app_configs():
        if Path(app.path).parent == ROOT:
            for pattern in ("migrations/*.py", "**/seed.py", "data/**/*"):
                files += sorted(each for each in Path(app.path).glob(pattern) if each.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def kept_copies():
    """Open the stored copies, by one process at a time."""
    if connection.vendor == "sqlite":
        with (settings.VAR_DIR / "migrated.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield KeptFiles()
    else:
        with connection._nodb_cursor() as cursor:
            # Held until the connection ends.
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            yield KeptDatabases(cursor)


class KeptFiles:
    """Copies as SQLite files, among the files that the portal writes."""

    def file(self, state):
        return settings.VAR_DIR / f"migrated-{state}.sqlite3"

    def has(self, state):
        return self.file(state).exists()

    def copy_to(self, target, state):
        shutil.copyfile(self.file(state), target)

    def keep(self, target, state):
        for old in settings.VAR_DIR.glob("migrated-*.sqlite3"):
            old.unlink()
        unfinished = self.file(state).with_suffix(".new")
        shutil.copyfile(target, unfinished)
        unfinished.rename(self.file(state))


class KeptDatabases:
    """Copies as databases beside the one in DATABASE_URL, with its name as their prefix."""

    def __init__(self, cursor):
        self.cursor = cursor
        self.prefix = f"{settings.DATABASES['default']['NAME']}_migrated_"

    def has(self, state):
        return self.prefix + state in self.names()

    def names(self):
        self.cursor.execute("SELECT datname FROM pg_database")
        return [name for (name,) in self.cursor.fetchall() if name.startswith(self.prefix)]

    def copy_to(self, target, state):
        self.copy(self.prefix + state, target)
        self.quicken(target)

    def keep(self, target, state):
        for old in self.names():
            self.cursor.execute(f'DROP DATABASE "{old}"')
        self.copy(target, self.prefix + state)
        self.quicken(target)

    def copy(self, source, target):
        self.cursor.execute(f'DROP DATABASE IF EXISTS "{target}"')
        self.cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def quicken(self, target):
        """Do not wait for the disk at each commit: what a test wrote need not survive a crash."""
        self.cursor.execute(f'ALTER DATABASE "{target}" SET synchronous_commit = off')
