"""Deletes the demonstration of `make run` and loads it again: `make reset`."""

import fcntl
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from accounts.models import User
from p2c_portal.celery import BEAT_LOCK_NAME
from p2c_portal.demonstration.staff import ADMINISTRATOR, OFFICERS
from p2c_portal.management.commands import load_demonstration
from p2c_portal.management.commands.run_portal import LOCK_NAME

# What SQLite adds to the name of a database for the files beside it.
SQLITE_SUFFIXES = ("-wal", "-shm", "-journal")


class Command(BaseCommand):
    """Restores the demonstration: its data, files and sign-ins as at first."""

    help = (
        "Deletes the demonstration with all changes to it, and loads it again with the same "
        "sign-ins. Refuses while the portal runs, and refuses other data than the demonstration "
        "and files outside VAR_DIR. Example: manage.py reset_demonstration"
    )

    def handle(self, **options: object) -> None:
        """Delete and load all data.

        Raises CommandError, and deletes nothing, if the portal runs, is not local or sends
        e-mail, or if its data is not the demonstration in VAR_DIR.
        """
        load_demonstration.check_is_for_demonstration()
        check_places()
        with stopped_portal():
            password = find_password()
            delete_data()
            self.stdout.write(f"Deleted the demonstration in {settings.VAR_DIR}; loading it again")
            call_command("migrate", verbosity=0)
            call_command("load_demonstration", password=password)
        self.stdout.write(f"The sign-ins are as before: {load_demonstration.SIGN_INS}")


def data_places() -> list[Path]:
    """Return the files and folders of the portal's data, first the database."""
    places = (
        connection.settings_dict["NAME"],
        settings.EMBEDDED_BROKER_FILE,
        settings.MEDIA_ROOT,
        getattr(settings, "EMAIL_FILE_PATH", ""),
        settings.ERASURES_FILE,
    )
    return [Path(place).resolve() for place in places if place]


def check_places() -> None:
    """Raise CommandError if some data is not in VAR_DIR: others may use it."""
    if connection.vendor != "sqlite":
        raise CommandError("DATABASE_URL is not a file of SQLite. Nothing was deleted.")
    for place in data_places():
        if settings.VAR_DIR.resolve() not in place.parents:
            raise CommandError(
                f"The demonstration has all its data in {settings.VAR_DIR}, but the settings name "
                f"{place}. Nothing was deleted."
            )


@contextmanager
def stopped_portal() -> Iterator[None]:
    """Make `run_portal` and beat wait until the block ends.

    Raises CommandError if the portal runs: from `run_portal`, with beat, or on SITE_URL.
    """
    running = CommandError("The portal is running. Stop it with Ctrl-C. Nothing was deleted.")
    with ExitStack() as held:
        for name in (LOCK_NAME, BEAT_LOCK_NAME):
            lock = held.enter_context((settings.VAR_DIR / name).open("a"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise running from None
        if is_listening(settings.SITE_URL):
            raise CommandError(
                f"A program answers at {settings.SITE_URL}. Stop it if it is the portal; "
                "otherwise give another port: PORT=8010 make reset. Nothing was deleted."
            )
        yield


def is_listening(url: str) -> bool:
    """Return whether a program accepts connections at the host and port of a URL."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port or 8000), timeout=1).close()
    except OSError:
        return False
    return True


def find_password() -> str:
    """Return the staff password with which the demonstration was loaded.

    Raises CommandError if the database is not the demonstration.
    """
    database, sign_ins = data_places()[0], load_demonstration.SIGN_INS
    staff = [email for email, _name in (ADMINISTRATOR, *OFFICERS)]
    try:
        found = (
            database.exists()
            and sign_ins.exists()
            and User.objects.filter(email__in=staff).exists()
            and load_demonstration.PASSWORD.search(sign_ins.read_text(encoding="utf-8"))
        )
    except DatabaseError:
        found = None
    if not found:
        raise CommandError(
            f"{database} is not the demonstration, which make run loads into an empty portal. "
            "Nothing was deleted."
        )
    return found[1]


def delete_data() -> None:
    """Delete the database, the broker, uploaded files and mails."""
    connection.close()
    for place in data_places():
        if place.is_dir():
            shutil.rmtree(place)
        for file in (place, *(Path(f"{place}{suffix}") for suffix in SQLITE_SUFFIXES)):
            file.unlink(missing_ok=True)
