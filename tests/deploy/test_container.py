"""The steps of the container file, one by one, in a fresh Debian: no container engine is needed."""

import json
import os
import re
import shlex
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings

from tests.deploy.fresh_debian import CERTIFICATES, debootstrap, program
from tests.mail_server import free_port
from tests.processes import eventually

ROOT = Path(settings.BASE_DIR)
FILE = ROOT / "deploy" / "Containerfile"
INSTRUCTION = re.compile(r"^([A-Z]+) (.*)$", re.MULTILINE)
UP_WITHIN = 60
DOWN_WITHIN = 30

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.geteuid() != 0, reason="Only root can change the root folder."),
]


class FreshDebian:
    """A Debian in a folder, in which commands run as in a container that is being built."""

    def __init__(self, folder):
        self.folder = folder
        self.cwd = "/"
        self.user = "root"
        self.variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PIP_CERT": CERTIFICATES}

    def command(self, words):
        """Return a command that runs words in this Debian, as its user."""
        inside = f"cd {shlex.quote(self.cwd)} && exec {shlex.join(words)}"
        who = ["--userspec", f"{self.user}:{self.user}"] if self.user != "root" else []
        return [program("chroot"), *who, str(self.folder), "/bin/sh", "-c", inside]

    def run(self, *words, **more):
        """Run words to their end, and return their output. Raises CalledProcessError."""
        return subprocess.run(
            self.command(words),
            env={**self.variables, **more},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def start(self, *words, **more):
        """Start words as a process that goes on."""
        return subprocess.Popen(
            self.command(words),
            env={**self.variables, **more},
            stdout=subprocess.DEVNULL,
        )

    def copy(self, source, target):
        """Copy a file or the whole project, as git has it, to a path of this Debian."""
        there = self.folder / self.cwd.lstrip("/") / target
        if source == ".":
            archive = subprocess.run(
                [program("git"), "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True
            )
            subprocess.run([program("tar"), "x", "-C", there], input=archive.stdout, check=True)
        else:
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, there)

    def follow(self, instruction, words):
        """Do what one instruction of the container file says; return what it declares."""
        if instruction == "RUN":
            self.run("/bin/sh", "-c", words)
        elif instruction == "COPY":
            self.copy(*words.split())
        elif instruction == "WORKDIR":
            self.cwd = words
            (self.folder / words.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif instruction == "ENV":
            given = dict(each.split("=", 1) for each in shlex.split(words))
            self.variables |= {
                name: value.replace("$REVISION", "") for name, value in given.items()
            }
        elif instruction == "USER":
            self.user = words
        elif instruction in ("CMD", "HEALTHCHECK"):
            return json.loads(words[words.index("[") :])
        else:
            assert instruction in ("FROM", "ARG", "VOLUME", "EXPOSE"), instruction
        return None


@pytest.fixture(scope="module")
def debian(tmp_path_factory):
    folder = tmp_path_factory.mktemp("debian")
    debootstrap(folder)
    for name in ("proc", "dev"):
        subprocess.run([program("mount"), "--bind", f"/{name}", folder / name], check=True)
    try:
        yield FreshDebian(folder)
    finally:
        for name in ("proc", "dev"):
            subprocess.run([program("umount"), "--lazy", folder / name], check=True)
            assert not (folder / name).is_mount()
        shutil.rmtree(folder)


def answer_of(url):
    """Return the answer of the health check; None without one."""
    with suppress(URLError, OSError), urlopen(url, timeout=5) as answer:  # noqa: S310
        return json.loads(answer.read())
    return None


def test_portal_is_built_migrates_serves_restarts_and_stops_without_rights(debian):
    declared = {}
    for instruction, words in INSTRUCTION.findall(FILE.read_text()):
        declared[instruction] = debian.follow(instruction, words)
    port = free_port()
    url = f"http://127.0.0.1:{port}/healthz"
    given = {
        "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-only-for-tests",
        "SITE_URL": f"http://127.0.0.1:{port}",
    }
    serve = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in declared["CMD"]]
    check = [word.replace(":8000", f":{port}") for word in declared["HEALTHCHECK"]]

    debian.run("python", "manage.py", "migrate", **given)
    answers, owners = [], set()
    for _start in range(2):
        with debian.start(*serve, **given) as running:
            try:
                assert eventually(lambda: answer_of(url), within=UP_WITHIN)
                answers.append(answer_of(url)["status"])
                debian.run(*check)
                owners.add(Path(f"/proc/{running.pid}").stat().st_uid)
            finally:
                running.terminate()
            assert running.wait(DOWN_WITHIN) == 0

    assert answers == ["alive", "alive"]
    assert owners == {990}
    # The user can write to its own folder alone.
    # It may not even look into some folders, so the command fails.
    look = "find /opt /etc /usr -writable -not -type l 2>/dev/null || true"
    writable = debian.run("/bin/sh", "-c", look)
    assert writable == ""
