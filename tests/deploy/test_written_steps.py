"""The written steps of the operations guide, followed on two fresh Debians.

On the first one the portal is installed, filled and saved. On the second one it is installed and
restored, and its mail released. Both have no systemd: tests/deploy/systemctl.py starts by hand what
the units would start. Everything else is done as the pages say, word for word.
"""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.deploy.fresh_debian import debootstrap, machine, program
from tests.deploy.guide import GUIDE, ROOT, blocks
from tests.processes import eventually

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(os.geteuid() != 0, reason="Only root can change the root folder."),
]

RESTORED_WITHIN = 15 * 60
READY_WITHIN = 180
MAIL = "/var/lib/p2c/mail"
# What a person replaces in the commands by names of their own. The demonstration is for this host.
OWN_NAMES = {
    "portal.example": "localhost",
    "EMAIL_URL=smtp+tls://name:password@mail.example:587": f"EMAIL_URL=filemail:///{MAIL}",
}
# The packages start these where there is an init. While they were installed, the port was taken.
AS_PACKAGES_DO = "pg_conftool 17 main set port 5432; systemctl start postgresql redis-server"


@pytest.fixture
def folders(tmp_path):
    """Two fresh Debians in folders, with the stand-in for systemctl."""
    made = [tmp_path / "first", tmp_path / "second"]
    made[0].mkdir()
    debootstrap(made[0])
    stand_in = made[0] / "usr" / "local" / "bin" / "systemctl"
    shutil.copy(Path(__file__).with_name("systemctl.py"), stand_in)
    stand_in.chmod(0o755)
    subprocess.run([program("cp"), "--archive", *made], check=True)
    try:
        yield made
    finally:
        # Together they take gigabytes.
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)


def pack_release(folders):
    """Do what the first step of install.md says, and copy the file. Return the release's name."""
    [block] = [block for block in blocks(GUIDE / "install.md") if "checkout" in block.marks]
    before = set(ROOT.glob("p2c-portal-*.tar.gz"))
    subprocess.run([program("bash"), "-euc", block.commands], cwd=ROOT, check=True)
    [packed] = set(ROOT.glob("p2c-portal-*.tar.gz")) - before
    for folder in folders:
        shutil.copy(packed, folder / "root")
    packed.unlink()
    return re.search(r"p2c-portal-(\w+)\.tar", packed.name)[1]


def message_ids(folder):
    """Return the identifiers of all mails that a machine has sent."""
    mails = "".join(path.read_text() for path in (folder / MAIL.lstrip("/")).glob("*.log"))
    return set(re.findall(r"^Message-ID: (\S+)", mails, re.MULTILINE))


class Operator:
    """Follows the pages of the guide on a machine, and writes down how long each block takes."""

    def __init__(self, there, own_names):
        self.there = there
        self.own_names = OWN_NAMES | own_names
        self.times = []

    def follow(self, page, *steps):
        """Follow the steps of a page, or some of them, and return what the commands print.

        Nobody is there to answer questions, and there is no journal. Examples are followed where
        the machine has all their names.
        """
        printed = ""
        for block in blocks(GUIDE / page):
            is_asked = not steps or block.step.partition(".")[0] in steps
            is_known = "example" not in block.marks or any(
                name in block.commands for name in self.own_names
            )
            if not is_asked or not is_known or "root" not in block.marks or "asks" in block.marks:
                continue
            if "journalctl" in block.commands:
                continue
            commands = block.commands
            for name, own in self.own_names.items():
                commands = commands.replace(name, own)
            started = time.monotonic()
            printed += self.there.run(commands, network="network" in block.marks)
            if "apt-get install" in commands:
                self.there.run(AS_PACKAGES_DO)
            self.times.append((time.monotonic() - started, page, block.step))
        return printed

    def rows(self, table):
        """Return the number of rows of a table."""
        sql = f"SELECT count(*) FROM {table}"  # noqa: S608
        psql = "runuser --user postgres -- psql --tuples-only --no-align p2c --command"
        return int(self.there.run(f'{psql} "{sql}"'))

    def checks(self):
        """Return what /readyz says about each part."""
        token = "$(sed --quiet 's/^READYZ_TOKEN=//p' /etc/p2c/environment)"
        ask = f'curl --silent --header "Authorization: Bearer {token}"'
        told = json.loads(self.there.run(f"{ask} http://127.0.0.1:8000/readyz"))["checks"]
        return {name: check["ok"] for name, check in told.items()}


def test_written_steps_restore_the_coalition_on_a_second_machine(folders, capsys):
    first, second = folders
    release = pack_release(folders)
    tables = ("members_member", "papers_paperversion", "commitments_commitment")
    with machine(first) as there:
        operator = Operator(there, {"1a2b3c4": release})
        installed = operator.follow("install.md")
        there.run("p2c-manage load_demonstration")
        verified = operator.follow("backup.md", "Each night", "Know that it works")
        before = {table: operator.rows(table) for table in tables}
        secret = there.run("grep ^SECRET_KEY= /etc/p2c/environment")
        sent = message_ids(first)
        times = operator.times
    [backup] = (first / "var" / "backups" / "p2c").iterdir()
    shutil.copytree(backup, second / "var" / "backups" / "p2c" / backup.name)

    with machine(second) as there:
        operator = Operator(there, {"1a2b3c4": release, "p2c-20261128T021500Z": backup.name})
        started = time.monotonic()
        operator.follow("install.md", "2", "3", "4")
        restored = operator.follow("restore.md", "2", "3", "4")
        operator.follow("install.md", "7", "8")
        held = operator.checks()
        refused = there.run("p2c-manage sendtestemail ada@example.org 2>&1 || echo refused")
        released = operator.follow("restore.md", "6")
        answers = operator.follow("install.md", "10")
        seconds = time.monotonic() - started
        there.run("p2c-manage sendtestemail ada@example.org")
        after = {table: operator.rows(table) for table in tables}
        same_secret = there.run("grep ^SECRET_KEY= /etc/p2c/environment")
        sent_again = message_ids(second) & sent
        are_sent = len(message_ids(second))

        # The same machine is looked after: a release comes and goes, and all secrets change.
        there.run(f"cp /root/p2c-portal-{release}.tar.gz /root/p2c-portal-next.tar.gz")
        keeper = Operator(there, {"1a2b3c4": "next", "0f9e8d7": release, "0a1b2c3": "next"})
        upgraded = keeper.follow("upgrade.md", "Upgrade")
        keeper.follow("upgrade.md", "Roll back")
        keeper.follow("secrets.md")
        keeper.follow("secrets.md", "")
        keeper.follow("watch.md")
        rotated = there.run("grep ^SECRET_KEY= /etc/p2c/environment")
        is_ready = eventually(lambda: set(keeper.checks().values()) == {True}, within=READY_WITHIN)
        revision = there.run("curl --silent http://127.0.0.1:8001/healthz")
        there.run("systemctl stop p2c.target")

    with capsys.disabled():
        print(f"\nA fresh Debian to the restored coalition: {seconds:.0f} s")  # noqa: T201
        for took, page, step in times + operator.times + keeper.times:
            print(f"{took:7.1f} s  {page}: {step}")  # noqa: T201
    assert release in installed
    assert "faults" not in verified + restored
    assert (after, same_secret) == (before, secret)
    assert (held["mail_held"], held["database"]) == (False, True)
    assert refused.endswith("refused\n")
    assert "Email is released." in released
    assert '"status": "ready"' in answers
    # The sample went out, and nothing that the first machine had sent.
    assert are_sent > 0
    assert len(sent) > 0
    assert sent_again == set()
    assert seconds < RESTORED_WITHIN
    assert '"revision": "next"' in upgraded
    assert f'"revision": "{release}"' in revision
    assert rotated != secret
    assert is_ready
