"""What `make reset` refuses. tests/system/test_run_portal.py has it reset a demonstration."""

import fcntl
import socket
from contextlib import closing

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from p2c_portal.demonstration.staff import ADMINISTRATOR
from p2c_portal.management.commands import load_demonstration
from p2c_portal.management.commands.reset_demonstration import delete_data
from tests.factories import UserFactory

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="The command refuses any other database before the rest"
)


@pytest.fixture
def listener():
    """A program that listens where SITE_URL says, once a test calls listen()."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener


@pytest.fixture(autouse=True)
def var(settings, tmp_path, monkeypatch, listener):
    """The demonstration's folder: files in all places, and a database of another name.

    The rows are in the test database, whose connection is open already.
    """
    var = tmp_path / "var"
    files = (
        "portal.sqlite3",
        "portal.sqlite3-wal",
        "files/papers/a.pdf",
        "mail/a.log",
        "broker.sqlite3",
        "erasures.jsonl",
    )
    for name in files:
        (var / name).parent.mkdir(parents=True, exist_ok=True)
        (var / name).write_text(name)
    (var / "sign-ins.txt").write_text("Sign in as staff with the password first\n")
    settings.VAR_DIR = var
    settings.SITE_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings.EMBEDDED_BROKER_FILE = str(var / "broker.sqlite3")
    settings.MEDIA_ROOT = str(var / "files")
    settings.EMAIL_FILE_PATH = str(var / "mail")
    settings.ERASURES_FILE = str(var / "erasures.jsonl")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(var / "portal.sqlite3"))
    monkeypatch.setattr(load_demonstration, "SIGN_INS", var / "sign-ins.txt")
    UserFactory(email=ADMINISTRATOR[0])
    return var


def texts(folder):
    """Return what is in each file but the locks, which are empty."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".lock"]
    return {str(file.relative_to(folder)): file.read_text() for file in files}


def refuse(var, reason):
    """Have a reset refused for this reason, and nothing deleted."""
    before = texts(var.parent)

    with pytest.raises(CommandError, match=reason):
        call_command("reset_demonstration")

    assert texts(var.parent) == before
    assert len(before) >= 6


@pytest.mark.parametrize("name", ["run_portal.lock", "beat.lock"])
def test_reset_refuses_while_the_portal_or_its_beat_runs(var, name):
    with (var / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)

        refuse(var, "The portal is running")


def test_reset_refuses_while_a_program_answers_at_its_address(var, listener):
    listener.listen()

    refuse(var, "A program answers at http://127.0.0.1")


def test_reset_refuses_a_portal_on_the_public_network(var, settings):
    settings.SITE_URL = "https://p2c.example"

    refuse(var, "for one machine")


def test_reset_refuses_a_database_outside_the_folder(var, monkeypatch):
    elsewhere = var.parent / "elsewhere.sqlite3"
    elsewhere.write_text("")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(elsewhere))

    refuse(var, r"the settings name .*/elsewhere\.sqlite3\.")


def test_reset_refuses_a_database_on_a_server(var, monkeypatch):
    monkeypatch.setattr(connection, "vendor", "postgresql")

    refuse(var, "DATABASE_URL is not a file")


@pytest.mark.parametrize("place", ["..", "."])
def test_reset_refuses_uploaded_files_outside_the_folder(var, settings, place):
    settings.MEDIA_ROOT = str(var / place)

    refuse(var, f"the settings name {(var / place).resolve()}\\.")


def test_reset_refuses_a_link_out_of_the_folder(var):
    (var / "files").rename(var.parent / "papers-of-others")
    (var / "files").symlink_to(var.parent / "papers-of-others")

    refuse(var, r"the settings name .*/papers-of-others\.")


def test_reset_refuses_a_database_without_the_demonstration_staff(var, django_user_model):
    django_user_model.objects.update(email="ada@itu.example")

    refuse(var, "is not the demonstration")


def test_reset_refuses_a_database_without_tables(var):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user RENAME TO something_else")

    refuse(var, "is not the demonstration")


@pytest.mark.parametrize("missing", ["portal.sqlite3", "sign-ins.txt"])
def test_reset_refuses_a_folder_without_a_demonstration(var, missing):
    # Another file, so that as many are compared.
    (var / missing).rename(var / "kept")

    refuse(var, "is not the demonstration")


def test_reset_deletes_the_data_and_no_other_file(var, monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)
    others = {"static/portal.css": "", "portal.sqlite3.backup": "", "migrated.sqlite3": ""}
    for name, text in others.items():
        (var / name).parent.mkdir(exist_ok=True)
        (var / name).write_text(text)
    sign_ins = load_demonstration.SIGN_INS.read_text()

    delete_data()

    assert texts(var) == {**others, "sign-ins.txt": sign_ins}
