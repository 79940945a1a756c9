"""A process with its children, which is always ended at the end of the context."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# The maximum time for a process to start or to end, in seconds.
UP_WITHIN = 120
DOWN_WITHIN = 60
# How long to wait for what takes a few seconds, on a slow machine that also does other work.
PATIENCE = 120
# Where Debian installs the programs of PostgreSQL.
POSTGRES_FOLDERS = "/usr/lib/postgresql"
# Where it installs servers, which is not in the path of everybody.
SBIN = "/usr/sbin:/sbin"


class ProgramMissing(Exception):
    """A program that a server needs is not installed."""


class DidNotStart(Exception):
    """A process ended, or did not answer in time. The message contains its output."""


def eventually(happened, *, within):
    """Wait until a condition is true, at most some seconds. Return whether it became true."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def program(name):
    """Return the path of a program."""
    found = shutil.which(name) or shutil.which(name, path=SBIN)
    if found is None:
        versions = sorted(Path(POSTGRES_FOLDERS).glob(f"*/bin/{name}"), key=version_of)
        if not versions:
            raise ProgramMissing(name)
        found = str(versions[-1])
    return found


def version_of(path):
    """Return the version of a PostgreSQL program from the folder that it is in."""
    name = path.parents[1].name
    return int(name) if name.isdecimal() else 0


class Process:
    """A process with its children, which writes its output to its own file."""

    def __init__(self, name, command, *, environment, folder, user=None):
        self.name = name
        self.command = command
        self.environment = environment
        self.log = Path(folder) / f"{name}.log"
        self.user = user
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def pid(self):
        """The process ID, which is also the ID of its process group."""
        return self.process.pid

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def start(self):
        """Start it, and wait until it answers, if it is a server."""
        if self.is_running:
            raise DidNotStart(f"{self.name} is running already")
        as_user = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=ROOT if self.user is None else "/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_user,
            )
        if not eventually(lambda: self.answers() or not self.is_running, within=UP_WITHIN):
            self.kill()
        if not self.is_running:
            raise DidNotStart(f"{self.name} wrote:\n{self.log.read_text()[-4000:]}")

    def answers(self):
        """Return whether it has started completely."""
        return True

    def stop(self, how=signal.SIGTERM):
        """Ask it to end, and kill it if it does not."""
        if self.is_running:
            self.process.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=DOWN_WITHIN)
        self.kill()

    def kill(self):
        """Kill it with its children immediately, as in a power cut."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()

    def children(self):
        """Return the process IDs of its direct children."""
        with contextlib.suppress(OSError):
            return list(
                map(int, Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())
            )
        return []
