"""How much memory an export takes, in processes of its own."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.processes import ROOT

MEMBERS = 20_000
MAX_MEGABYTES = 60
FILL = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from benchmarks import population
population.mark_some = population.refresh_snapshots = lambda *_some, **_facts: None
population.write_members = lambda members: (
    population.store(population.Member, members),
    population.store(
        population.FocalPoint,
        [person for member in members for person in population.people_of(member)],
    ),
)
population.populate({MEMBERS})
"""
# The peak of the process itself: that of getrusage() includes the process that started it. An
# export of nothing loads everything that is loaded once.
EXPORT = rf"""
import django
django.setup()
import re
from pathlib import Path
from django.utils import timezone
from accounts.models import User
from core.spreadsheets import SpreadsheetFormat
from members.models import Member
from triage.spreadsheets.services.exports import export_members

def export(members):
    by, kind = User.objects.earliest("pk"), SpreadsheetFormat.XLSX
    record, file = export_members(members=members, kind=kind, filters="", by=by, at=timezone.now())
    with file:
        return record.row_count

def peak():
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

export(Member.objects.none())
before = peak()
assert export(Member.objects.all()) == {MEMBERS}
print(peak() - before)
"""


@pytest.mark.long
@pytest.mark.timeout(600)
def test_export_of_many_members_takes_little_memory(tmp_path):
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "p2c_portal.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "SITE_URL": "http://testserver",
        "READ_DOT_ENV": "false",
    }

    for code in (FILL, EXPORT):
        ended = subprocess.run(
            [sys.executable, "-c", code],
            check=False,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stderr

    assert float(ended.stdout) < MAX_MEGABYTES
