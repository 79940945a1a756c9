"""A fresh Debian in a folder: a machine on which the written steps of a guide can be followed.

It has a systemd, processes and a network of its own, so its services use the ports that the guide
names. Only commands that install packages are run in the network of this machine.
"""

import ctypes
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import eventually

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
SBIN = "/usr/sbin:/sbin"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SUITE = "trixie"
# What the variant minbase leaves out, and a machine has.
PACKAGES = "ca-certificates,dbus,iproute2,systemd-sysv"
DEVICES = "null zero full random urandom tty"
# Starts systemd as the first process of the namespaces, with the folder as the root.
BOOT = f"""
set -e
mount --make-rprivate /
mount --bind . .
cd "$PWD"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for device in {DEVICES}; do touch dev/$device; mount --bind /dev/$device dev/$device; done
ln -s pts/ptmx dev/ptmx
mkdir -p old
pivot_root . old
umount --lazy /old
# Units get their credentials by a mount that is made elsewhere.
mount --make-rshared /
exec env -i container=test PATH={PATH} /lib/systemd/systemd
"""
SPACES = ("mount", "net", "pid", "ipc", "uts", "cgroup")
UP_WITHIN = 60
# Kept from one block to the next, as in one terminal.
STATE = "/root/.state"


def program(name):
    """Return the path of a program of this machine; None without it."""
    return shutil.which(name) or shutil.which(name, path=SBIN)


def debootstrap(folder):
    """Make a fresh Debian in a folder: the one that install.md is for, from a mirror."""
    command = program("debootstrap")
    if command is None:
        pytest.skip("debootstrap is not installed.")
    subprocess.run(
        [command, "--variant=minbase", f"--include={PACKAGES}", SUITE, folder],
        check=True,
        capture_output=True,
    )
    # Pytest lets nobody else in, but users of the Debian need its root folder.
    folder.chmod(0o755)
    # So that this machine's network is reached.
    shutil.copy("/etc/resolv.conf", folder / "etc" / "resolv.conf")
    shutil.copy(CERTIFICATES, folder / CERTIFICATES.lstrip("/"))


class Machine:
    """A Debian with its own processes. Commands run as in one terminal of its root."""

    def __init__(self, folder, first_process):
        self.folder = folder
        self.first_process = first_process

    def command(self, *, network=False):
        """Return the command that starts a shell in this machine."""
        spaces = [f"--{name}" for name in SPACES if name != "net" or not network]
        return [
            *(program("nsenter"), *spaces, "--target", str(self.first_process)),
            *("/usr/bin/env", "-i", f"PATH={PATH}"),
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
        assert done.returncode == 0, "\n".join(
            (commands, done.stdout[-3000:], done.stderr[-6000:], self.journal())
        )
        return done.stdout

    def journal(self):
        """Return the last lines of the journal."""
        asked = [*self.command(), "-c", "journalctl --no-pager --lines 80 --output cat"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout

    @contextmanager
    def network(self):
        """Let this process use the network of this machine in the context."""
        call = ctypes.CDLL(None).setns
        ours, theirs = (
            Path(f"/proc/{process}/ns/net") for process in ("thread-self", self.first_process)
        )
        with ours.open() as own, theirs.open() as there:
            assert call(there.fileno(), 0) == 0
            try:
                yield
            finally:
                assert call(own.fileno(), 0) == 0

    def is_up(self):
        """Return whether systemd has started what it starts."""
        asked = [*self.command(), "-c", "systemctl is-system-running"]
        told = subprocess.run(asked, capture_output=True, text=True, check=False)
        # Degraded, because no machine in a machine loads modules of the kernel.
        return told.stdout.strip() in ("running", "degraded")

    def start(self, commands, log):
        """Start commands that go on until the machine stops, with a file for their log."""
        with (self.folder / log.lstrip("/")).open("a") as file:
            return subprocess.Popen(
                [*self.command(), "-c", commands],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )

    def write(self, path, text):
        """Write a file of this machine, also below /run, which is in its memory."""
        self.run(f"cat > {path} <<'END'\n{text.rstrip()}\nEND")

    def read(self, path):
        """Return the text of a file of this machine."""
        return (self.folder / path.lstrip("/")).read_text()


@contextmanager
def own_cgroup(name):
    """Make a cgroup for the processes that this one starts in the context."""
    found = subprocess.run(
        [program("findmnt"), "--noheadings", "--types", "cgroup2", "--output", "TARGET"],
        check=True,
        capture_output=True,
        text=True,
    )
    top = Path(found.stdout.split()[0])
    own = top / name
    own.mkdir()
    (own / "cgroup.procs").write_text(str(os.getpid()))
    try:
        yield own
    finally:
        (top / "cgroup.procs").write_text(str(os.getpid()))


@contextmanager
def machine(folder):
    """Run a machine from a folder with a fresh Debian. All its processes end with it."""
    spaces = [f"--{name}" for name in SPACES]
    with own_cgroup(f"p2c-{folder.name}-{os.getpid()}") as cgroup:
        holder = subprocess.Popen(
            [program("unshare"), *spaces, "--fork", "--kill-child", "bash", "-c", BOOT],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PATH": f"{os.environ['PATH']}:{SBIN}"},
        )
    try:
        first = Path(f"/proc/{holder.pid}/task/{holder.pid}/children")
        assert eventually(first.read_text, within=UP_WITHIN)
        fresh = Machine(folder, int(first.read_text()))
        assert eventually(fresh.is_up, within=UP_WITHIN)
        yield fresh
    finally:
        holder.kill()
        holder.wait()
        remove(cgroup)


def remove(cgroup):
    """Remove a cgroup with those in it, once their processes have ended."""
    folders = [Path(path) for path, _folders, _files in os.walk(cgroup, topdown=False)]
    processes = [folder / "cgroup.procs" for folder in folders]
    assert eventually(lambda: not any(each.read_text() for each in processes), within=UP_WITHIN)
    for folder in folders:
        folder.rmdir()
