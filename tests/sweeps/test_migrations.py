import os
import subprocess
import sys
from collections import defaultdict

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tests.sweeps.test_models import APPS

BACK_AND_FORTH = f"""
import django
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
tables = set(connection.introspection.table_names())
for app in {APPS}:
    call_command("migrate", app, "zero", verbosity=0)
left = [
    name
    for name in connection.introspection.table_names()
    if name.startswith(tuple(f"{{app}}_" for app in {APPS}))
]
assert left == [], left
call_command("migrate", verbosity=0)
assert set(connection.introspection.table_names()) == tables
"""


def test_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_of_each_app_are_numbered_without_gaps():
    numbers = defaultdict(list)
    for app, name in sorted(MigrationLoader(None).disk_migrations):
        if app in APPS:
            numbers[app].append(int(name[:4]))

    assert numbers == {app: list(range(1, len(found) + 1)) for app, found in numbers.items()}
    assert set(numbers) == set(APPS)


# On SQLite, whatever database the other tests use: all migrations ran when it was created.
@pytest.mark.long
@pytest.mark.timeout(300)
def test_migrations_can_be_taken_back_and_run_again(tmp_path):
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "DJANGO_SETTINGS_MODULE": "p2c_portal.settings",
    }

    ended = subprocess.run(
        [sys.executable, "-c", BACK_AND_FORTH],
        check=False,
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert (ended.returncode, ended.stderr) == (0, "")
