"""The written steps of the operations guide, followed on two fresh Debians.

On the first one the portal is installed, filled and saved. On the second one it is installed and
restored, and its mail released. Both have no systemd: tests/deploy/systemctl.py starts by hand what
the units would start. Everything else is done as the pages say, word for word.
"""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.deploy.fresh_debian import debootstrap, machine, program
from tests.deploy.guide import GUIDE, ROOT, blocks

pytestmark = [
    pytest.mark.long,
    pytest.mark.sqlite_only,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(os.geteuid() != 0, reason="Only root can change the root folder."),
]

RESTORED_WITHIN = 15 * 60
MAIL = "/var/lib/p2c/mail"
# What a person replaces in the commands by names of their own. The demonstration is for this host.
OWN_NAMES = {
    "portal.example": "localhost",
    "EMAIL_URL=smtp+tls://name:password@mail.example:587": f"EMAIL_URL=filemail:///{MAIL}",
}
# The packages start these where there is an init. While they were installed, the port was taken.
AS_PACKAGES_DO = "pg_conftool 17 main set port 5432; systemctl start postgresql redis-server"


def make_machine_ready(folder):
    """Make a fresh Debian in a folder, with the stand-in for systemctl."""
    folder.mkdir()
    debootstrap(folder)
    stand_in = folder / "usr" / "local" / "bin" / "systemctl"
    shutil.copy(Path(__file__).with_name("systemctl.py"), stand_in)
    stand_in.chmod(0o755)


def pack_release(folder):
    """Do what the first step of install.md says, and copy the file. Return the name of the release."""
    [block] = [block for block in blocks(GUIDE / "install.md") if "checkout" in block.marks]
    subprocess.run([program("bash"), "-euc", block.commands], cwd=ROOT, check=True)
    [packed] = ROOT.glob("p2c-portal-*.tar.gz")
    shutil.move(packed, folder / "root")
    return re.search(r"p2c-portal-(\w+)\.tar", packed.name)[1]


def follow(there, page, release, steps=None):
    """Follow the steps of a page, or only some of them. Nobody is there to answer questions."""
    for block in blocks(GUIDE / page):
        if "root" not in block.marks or block.marks & {"asks", "example"}:
            continue
        if steps is not None and block.step not in steps:
            continue
        commands = block.commands.replace("1a2b3c4", release)
        for name, own in OWN_NAMES.items():
            commands = commands.replace(name, own)
        started = time.monotonic()
        there.run(commands, network="network" in block.marks)
        if "postgresql" in commands and "apt-get install" in commands:
            there.run(AS_PACKAGES_DO)
        first = commands.splitlines()[0]
        print(f"{time.monotonic() - started:6.1f} s  {page}: {first[:80]}", flush=True)


def answer(there, sql):
    """Return what the database answers."""
    return there.run(
        f'runuser --user postgres -- psql --tuples-only --no-align p2c --command "{sql}"'
    )
