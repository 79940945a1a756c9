"""Follows the pages of the operations guide on a machine, as a person would."""

import json
import re
import shutil
import subprocess
import time

from tests.deploy.fresh_debian import program
from tests.deploy.guide import GUIDE, ROOT, blocks

MAIL = "/var/lib/p2c/mail"
# In the page, and replaced by that of the test.
EXAMPLE_KEY = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
# What a person replaces in the commands by names of their own. The demonstration is for this host.
OWN_NAMES = {
    "portal.example": "localhost",
    "EMAIL_URL=smtp+tls://name:password@mail.example:587": f"EMAIL_URL=filemail:///{MAIL}",
}
# While PostgreSQL was installed, in the network of this machine, the port may have been taken.
OWN_PORT = "pg_conftool 17 main set port 5432; systemctl restart postgresql"


def pack_release(*folders):
    """Do what the first step of install.md says, and copy the file. Return the release's name."""
    [block] = [block for block in blocks(GUIDE / "install.md") if "checkout" in block.marks]
    before = set(ROOT.glob("p2c-portal-*.tar.gz"))
    subprocess.run([program("bash"), "-euc", block.commands], cwd=ROOT, check=True)
    [packed] = set(ROOT.glob("p2c-portal-*.tar.gz")) - before
    for folder in folders:
        shutil.copy(packed, folder / "root")
    packed.unlink()
    return re.search(r"p2c-portal-(\w+)\.tar", packed.name)[1]


def key_of_the_safe():
    """Return a private key for backups, and its public one."""
    made = subprocess.run([program("age-keygen")], check=True, capture_output=True, text=True)
    return made.stdout, re.search(r"^# public key: (\w+)$", made.stdout, re.MULTILINE)[1]


class Operator:
    """Follows the pages of the guide on a machine, and writes down how long each block takes."""

    def __init__(self, there, own_names):
        self.there = there
        self.own_names = OWN_NAMES | own_names
        self.times = []

    def follow(self, page, *steps):
        """Follow the steps of a page, or some of them, and return what the commands print.

        Nobody is there to answer questions, and a search in the journal fails if it finds nothing.
        Examples are followed where the machine has all their names.
        """
        printed = ""
        for block in blocks(GUIDE / page):
            is_asked = not steps or block.step.partition(".")[0] in steps
            is_known = "example" not in block.marks or any(
                name in block.commands for name in self.own_names
            )
            is_here = "root" in block.marks and "asks" not in block.marks
            if not (is_asked and is_known and is_here) or "journalctl" in block.commands:
                continue
            commands = block.commands
            for name, own in self.own_names.items():
                commands = commands.replace(name, own)
            started = time.monotonic()
            printed += self.there.run(commands, network="network" in block.marks)
            if " postgresql " in commands:
                self.there.run(OWN_PORT)
            self.times.append((time.monotonic() - started, page, block.step))
        return printed

    @property
    def seconds(self):
        """How long all commands took together."""
        return sum(took for took, _page, _step in self.times)

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
