"""`make run` and `make reset` in a copy of the code.

One command starts and ends all processes, and the demonstration can be loaded again.
"""

import csv
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection

from p2c_portal.demonstration.texts import OTHER_NAMES
from tests.mail_server import free_port
from tests.processes import PATIENCE

pytestmark = [
    pytest.mark.patient,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="the defaults of one machine, whatever is named here"
    ),
]

ROOT = Path(settings.BASE_DIR)
FOLDERS = (
    "core",
    "privacy",
    "accounts",
    "commitments",
    "opportunities",
    "framework",
    "mailings",
    "participation",
    "docs",
    "focus_areas",
    "handbook",
    "inbox",
    "locale",
    "meetings",
    "members",
    "eoi",
    "triage",
    "outbox",
    "papers",
    "p2c_portal",
    "static",
    "templates",
)
FILES = ("Procfile", "gunicorn.conf.py", "manage.py")
# The first commitments of the file, which refer to no other.
COMMITMENTS = 5
# A variable in the environment of every process that the command started.
MARK = "P2C_PORTAL_TEST_RUN"
# What each load of the demonstration makes in the same way: references and hashes differ.
ROWS = {
    "members": "SELECT organisation_name, status, version FROM members_member ORDER BY 1, 2, 3",
    "users": "SELECT email, name, password = 'changed' FROM accounts_user ORDER BY 1",
    "papers": "SELECT title, kind FROM papers_paper ORDER BY 1, 2",
}


# Shared by all tests, because loading the demonstration takes long. The first test starts with an
# empty folder, each later one with what the previous one left.
@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy")
    for folder in FOLDERS:
        if (ROOT / folder).exists():
            shutil.copytree(ROOT / folder, copy / folder)
    for file in FILES:
        shutil.copy(ROOT / file, copy / file)
    commitments = copy / "commitments" / "data" / "demonstration_commitments.csv"
    leave(commitments, lambda number, row: number < COMMITMENTS)
    made_by = {name for row in rows_of(commitments) for name in organisations_of(row)}
    # A quarter, those that another one is similar to, and those that make commitments.
    kept = made_by | set(OTHER_NAMES)
    leave(
        copy / "members" / "data" / "organisations.csv",
        lambda number, row: number % 4 == 0 or row["name"] in kept,
    )
    return copy


def rows_of(file):
    """Return the rows of a CSV file by the names of its columns."""
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def leave(file, is_kept):
    """Leave some rows of a CSV file, so that the demonstration loads sooner."""
    rows = rows_of(file)
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(row for number, row in enumerate(rows) if is_kept(number, row))


def organisations_of(row):
    """Return the names of the lead and of the partners of a commitment."""
    return [row["lead"], *(each.partition(":")[0].strip() for each in row["partners"].split(";"))]


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def portal(copy, port):
    forget_signs_of_life(copy / "var")
    with (copy / "output").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_portal"],
            cwd=copy,
            env={**environment(port), MARK: str(copy)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    yield process
    for pid in processes_of(copy):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait(timeout=10)


def environment(port):
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SECRET_KEY": "only-for-this-test-2f9e7c0d51b84a36-and-for-nothing-else",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
    }


def manage(copy, *command):
    """Run a command of manage.py in the copy, whose portal may be on another port."""
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=copy,
        env=environment(port=9),
        capture_output=True,
        text=True,
        check=False,
    )


def forget_signs_of_life(var):
    """Delete the heartbeats, so that no process of the next run counts as alive because of them."""
    if (var / "portal.sqlite3").exists():
        with closing(sqlite3.connect(var / "portal.sqlite3")) as database, database:
            database.execute("DELETE FROM outbox_heartbeat")


def demonstration(var):
    """Return rows, the number of uploaded files, and the text that says how to sign in."""
    with closing(sqlite3.connect(var / "portal.sqlite3")) as database:
        rows = {name: database.execute(query).fetchall() for name, query in ROWS.items()}
    return {
        **rows,
        "files": len(list((var / "files" / "papers").iterdir())),
        "sign-ins": (var / "demonstration-sign-ins.txt").read_text(),
    }


def processes_of(copy):
    """Return the processes with the mark of one run."""
    mark = f"{MARK}={copy}\0".encode()
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mark in environment.read_bytes():
                found.append(int(environment.parent.name))
    return found


def wait_for(happened, seconds):
    """Wait until a condition is true, or fail."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return
        time.sleep(0.2)
    pytest.fail(f"{happened.__name__} did not come true in {seconds} seconds")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes in /proc")
@pytest.mark.parametrize(
    "ending",
    [signal.SIGINT, pytest.param(signal.SIGHUP, marks=pytest.mark.long)],
    ids=lambda ending: ending.name,
)
def test_portal_comes_up_by_one_command_and_leaves_nothing_behind(portal, copy, port, ending):
    def output():
        return (copy / "output").read_text()

    def home_is_there():
        with suppress(URLError, ConnectionError):
            return urlopen(f"http://127.0.0.1:{port}/en/").status == 200

    def all_processes_work():
        with suppress(URLError, ConnectionError):
            return urlopen(f"http://127.0.0.1:{port}/readyz").status == 200

    def a_mail_is_accepted():
        return any((copy / "var" / "mail").glob("*"))

    def nothing_is_left():
        return processes_of(copy) == []

    wait_for(home_is_there, seconds=300)
    wait_for(a_mail_is_accepted, seconds=PATIENCE)
    # A process that is still starting may not handle the signal yet.
    wait_for(all_processes_work, seconds=PATIENCE)
    [password] = re.findall(r"with the password (\S+)", output())
    # The second time on another port, so no URL is the same.
    assert set(re.findall(r"http://127\.0\.0\.1:\d+/\S*", output().split("Ctrl-C")[0])) == {
        f"http://127.0.0.1:{port}{path}"
        for path in (
            "/",
            "/en/expression-of-interest/",
            "/admin/",
            "/admin/meetings/meeting/",
            "/accounts/sign-in/code/",
            "/readyz",
        )
    }
    assert "sofia.keller@p2c.example" in output()
    assert password in (copy / "var" / "demonstration-sign-ins.txt").read_text()
    assert "The portal is running" in manage(copy, "reset_demonstration").stderr
    assert all_processes_work()

    os.killpg(portal.pid, ending)

    wait_for(nothing_is_left, seconds=PATIENCE)
    assert "SIGKILL" not in output()
    assert "Traceback" not in output()


@pytest.mark.long
def test_reset_loads_the_demonstration_as_at_first(copy):
    var = copy / "var"
    if not (var / "demonstration-sign-ins.txt").exists():
        manage(copy, "migrate")
        manage(copy, "load_demonstration")
    before = demonstration(var)
    with closing(sqlite3.connect(var / "portal.sqlite3")) as database, database:
        database.execute("UPDATE members_member SET organisation_name = 'Changed', version = 9")
        database.execute("UPDATE accounts_user SET name = 'Changed', password = 'changed'")
        database.execute("UPDATE papers_paper SET title = 'Changed'")
    (var / "files" / "papers" / "added").write_text("")
    (var / "mail" / "added.log").write_text("")

    reset = manage(copy, "reset_demonstration")

    assert (reset.returncode, reset.stderr) == (0, "")
    assert demonstration(var) == before
    assert len(before["members"]) > 75
    assert not (var / "mail" / "added.log").exists()
