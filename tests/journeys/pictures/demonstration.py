"""The demonstration for the pictures: loaded once a day for each state of the code, and kept."""

import fcntl
import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import override_settings
from django.utils.timezone import localdate, now

from accounts.models import User
from p2c_portal.demonstration.mail import deliver_due, without_tasks
from p2c_portal.management.commands.load_demonstration import Command
from tests.accounts.second_factor import give_app
from tests.emptying import kept

ROOT = Path(settings.BASE_DIR)
# The address of the portal in mails and on pages. Nothing answers there.
SITE_URL = "https://portal.example"


class Demonstration:
    """A database and its uploaded files, in a folder of VAR_DIR."""

    def __init__(self, folder):
        self.database = folder / "portal.sqlite3"
        self.files = folder / "files"

    def load(self):
        """Load the demonstration into the test database, keep a copy, and empty it again."""
        at = now()
        with override_settings(SITE_URL=SITE_URL, MEDIA_ROOT=str(self.files), UNDO_SECONDS=120):
            with without_tasks(), transaction.atomic():
                Command().load(password="not-used")
            deliver_due(at=at)
        for person in User.objects.filter(is_staff=True):
            give_app(person)
        with closing(sqlite3.connect(self.database)) as copy:
            connection.connection.backup(copy)
        kept.give_back()

    def copy_to(self, media_root):
        """Overwrite the test database with the copy, and copy the files to a folder."""
        with closing(sqlite3.connect(self.database)) as copy:
            connection.ensure_connection()
            copy.backup(connection.connection)
        ContentType.objects.clear_cache()
        shutil.copytree(self.files, media_root, dirs_exist_ok=True)


def load_once():
    """Return the demonstration of today, which the first process loads for all others."""
    folder = settings.VAR_DIR / f"pictures-{state_of_the_code()}-{localdate():%Y%m%d}"
    with (settings.VAR_DIR / "pictures.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            for old in settings.VAR_DIR.glob("pictures-*"):
                shutil.rmtree(old)
            unfinished = folder.with_name("pictures-unfinished")
            (unfinished / "files").mkdir(parents=True)
            Demonstration(unfinished).load()
            unfinished.rename(folder)
    return Demonstration(folder)


def state_of_the_code():
    """Return a short digest of all code and data from which the demonstration is made."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for app in apps.get_app_configs():
        if Path(app.path).parent == ROOT:
            for pattern in ("**/*.py", "**/data/**/*"):
                for file in sorted(Path(app.path).glob(pattern)):
                    if file.is_file():
                        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
