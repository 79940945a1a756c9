"""A process of its own with all that it starts, which is waited for and ended whatever happens."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# The longest that a process may take to come up or to end, in seconds.
UP_WITHIN = 60
DOWN_WITHIN = 30
# Where Debian keeps the programs of PostgreSQL.
POSTGRES_FOLDERS = "/usr/lib/postgresql"


class ProgramMissing(Exception):
    """A program that a server needs is not on this machine."""


class DidNotStart(Exception):
    """A process ended, or did not answer in time; says what it wrote."""


def eventually(happened, *, within):
    """Wait until something is so, at most so many seconds; false where it is not in time."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def program(name):
    """Find a program on this machine."""
    found = shutil.which(name)
    if found is None:
        versions = sorted(Path(POSTGRES_FOLDERS).glob(f"*/bin/{name}"), key=version_of)
        if not versions:
            raise ProgramMissing(name)
        found = str(versions[-1])
    return found


def version_of(path):
    """Return the version of a program of PostgreSQL, from the folder that it stands in."""
    name = path.parents[1].name
    return int(name) if name.isdecimal() else 0


class Process:
    """A process with all that it starts, which writes to a file of its own."""

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
        """The number of the process, which is also that of its group."""
        return self.process.pid

    @property
    def is_running(self):
        """Tell whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def start(self):
        """Start it, and wait until it answers, where it answers at all."""
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
        """Tell whether it has come up."""
        return True

    def stop(self, how=signal.SIGTERM):
        """Ask it to end, and end it by force where it does not."""
        if self.is_running:
            self.process.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=DOWN_WITHIN)
        self.kill()

    def kill(self):
        """End it at once, as a machine without power does, with all that it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()

    def children(self):
        """Return the numbers of the processes that it has started itself."""
        with contextlib.suppress(OSError):
            return list(
                map(int, Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())
            )
        return []
