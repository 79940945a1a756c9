"""A fresh Debian in a folder: a machine on which the written steps of a guide can be followed.

It has processes and a network of its own, so its services use the ports that the guide names. Only
commands that install packages are run in the network of this machine.
"""

import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.guide import ROOT

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
SBIN = "/usr/sbin:/sbin"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Keeps the namespaces, and waits for processes whose parent has ended, as an init does.
HOLD = (
    "ip link set lo up && mount --bind /dev dev && mount -t proc proc proc"
    " && mount -t tmpfs -o mode=1777 shared dev/shm"
    " && echo held && while :; do sleep 5; done"
)
# Packages would start their services themselves, without the init that they expect.
NO_SERVICES = "#!/bin/sh\nexit 101\n"
# Kept from one block to the next, as in one terminal.
STATE = "/root/.state"


def program(name):
    """Return the path of a program of this machine; None without it."""
    return shutil.which(name) or shutil.which(name, path=SBIN)


def debootstrap(folder):
    """Make a fresh Debian in a folder: the one of the container file, from a mirror of Debian."""
    command = program("debootstrap")
    if command is None:
        pytest.skip("debootstrap is not installed.")
    text = (ROOT / "deploy" / "Containerfile").read_text()
    [suite] = re.findall(r"^FROM debian:(\w+)-slim$", text, re.MULTILINE)
    subprocess.run(
        [command, "--variant=minbase", "--include=ca-certificates", suite, folder],
        check=True,
        capture_output=True,
    )
    # Pytest lets nobody else in, but users of the Debian need its root folder.
    folder.chmod(0o755)
    # So that this machine's network is reached: a container engine sets up the same.
    shutil.copy("/etc/resolv.conf", folder / "etc" / "resolv.conf")
    shutil.copy(CERTIFICATES, folder / CERTIFICATES.lstrip("/"))


class Machine:
    """A Debian with its own processes. Commands run as in one terminal of its root."""

    def __init__(self, folder, first_process):
        self.folder = folder
        self.first_process = first_process

    def command(self, *, network=False):
        """Return the command that starts a shell in this machine."""
        spaces = ["--mount", "--pid", "--ipc", *([] if network else ["--net"])]
        return [
            *(program("nsenter"), *spaces, "--target", str(self.first_process)),
            *(program("chroot"), str(self.folder), "/usr/bin/env", "-i", f"PATH={PATH}"),
            *("HOME=/root", f"PIP_CERT={CERTIFICATES}", "DEBIAN_FRONTEND=noninteractive", "bash"),
        ]

    def run(self, commands, *, network=False):
        """Run commands, and return their output. The test fails if one of them fails."""
        script = (
            f"set -euo pipefail; cd /root; [ ! -e {STATE} ] || . {STATE}\n"
            f"{commands}\n"
            f"{{ declare -p | grep -E '^declare -- [A-Z_]+='; echo cd $(pwd); }} > {STATE}"
        )
        done = subprocess.run(
            [*self.command(network=network), "-c", script],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
        return done.stdout

    def start(self, commands, log):
        """Start commands that go on until the machine stops, with a file for their log."""
        with (self.folder / log.lstrip("/")).open("a") as file:
            return subprocess.Popen(
                [*self.command(), "-c", commands],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )

    def write(self, path, text, mode=0o644):
        """Write a file of this machine."""
        file = self.folder / path.lstrip("/")
        file.write_text(text)
        file.chmod(mode)

    def read(self, path):
        """Return the text of a file of this machine."""
        return (self.folder / path.lstrip("/")).read_text()


@contextmanager
def machine(folder):
    """Run a machine from a folder with a fresh Debian. All its processes end with it."""
    spaces = ["--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child"]
    holder = subprocess.Popen(
        [program("unshare"), *spaces, "bash", "-c", HOLD],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PATH": f"{os.environ['PATH']}:{SBIN}"},
    )
    try:
        assert holder.stdout.readline() == "held\n"
        children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text()
        fresh = Machine(folder, int(children))
        fresh.write("/usr/sbin/policy-rc.d", NO_SERVICES, 0o755)
        yield fresh
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
