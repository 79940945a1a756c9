"""The files that the portal writes: none beside its code if settings place them elsewhere."""

import json
from pathlib import Path

from django.conf import settings

from tests.p2c_portal.test_settings import HERE, run, values_of

ROOT = Path(settings.BASE_DIR)
# Runs commands, and prints the files in the code's folder that they open for writing, create or
# delete.
WATCHED = """
import json, os, sys
ROOT, written = os.getcwd() + os.sep, set()
WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
CHANGES = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate", "sqlite3.connect")
def watch(event, facts):
    if event in CHANGES or (event == "open" and (facts[2] or 0) & WRITE_FLAGS):
        path = os.fspath(facts[0]) if not isinstance(facts[0], int) else ""
        path = os.path.abspath(path.decode() if isinstance(path, bytes) else path)
        if path.startswith(ROOT):
            written.add(path.removeprefix(ROOT))
sys.addaudithook(watch)
from django.core.management import execute_from_command_line
for command in sys.argv[1:]:
    execute_from_command_line(["manage.py", *command.split()])
print(json.dumps(sorted(written)))
"""


def test_nothing_is_written_beside_the_code_where_the_places_are_set(tmp_path):
    commands = [
        "check --deploy",
        "collectstatic --no-input --no-post-process",
        "migrate outbox --verbosity 0",
        "sendtestemail ada@example.org",
    ]

    ended = run(
        "-c", WATCHED, *commands, **HERE, VAR_DIR=str(tmp_path), PYTHONDONTWRITEBYTECODE="1"
    )

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1]) == []


def test_places_are_in_the_folder_that_is_set_but_for_those_with_settings_of_their_own(tmp_path):
    names = ("STATIC_ROOT", "MEDIA_ROOT", "INSTALLATION_FILE", "EMAIL_FILE_PATH")

    assert values_of(*names, **HERE, VAR_DIR=str(tmp_path)) == [
        f"{tmp_path}/static",
        f"{tmp_path}/files",
        f"{tmp_path}/installation",
        f"{tmp_path}/mail",
    ]
    own = {name: f"{tmp_path}/own/{name}" for name in names[:3]}
    assert values_of(*names[:3], **HERE, VAR_DIR=str(tmp_path), **own) == list(own.values())


def test_portal_starts_where_its_folder_cannot_be_made_and_nothing_is_in_it(tmp_path):
    (tmp_path / "a-file").write_text("")
    elsewhere = {
        "DATABASE_URL": "sqlite://:memory:",
        "CELERY_BROKER_URL": "memory://",
        "EMAIL_URL": "smtp://127.0.0.1:25",
        "MEDIA_ROOT": f"{tmp_path}/files",
        "STATIC_ROOT": f"{tmp_path}/static",
    }

    ended = run("manage.py", "check", **HERE, **elsewhere, VAR_DIR=f"{tmp_path}/a-file/var")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "static").is_dir()
