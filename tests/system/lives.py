"""One portal after the other: a life at work, and those that are restored from its backups."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from django.utils.timezone import now

from focus_areas.models import FocusArea
from papers.models import PaperKind
from papers.services.file_types import validate_file
from papers.services.papers import add_paper
from tests.broker import broker_at
from tests.portal import database_at, environment, manage
from tests.processes import ROOT, program


def make_keys(folder):
    """Make the key of a safe and that of a machine, and write the public ones into a file."""
    public = ""
    for name in ("safe", "key"):
        subprocess.run(
            [program("age-keygen"), "--output", folder / name], check=True, capture_output=True
        )
        public += next(
            line.removeprefix("# public key: ") + "\n"
            for line in (folder / name).read_text().splitlines()
            if line.startswith("# public key: ")
        )
    (folder / "recipients").write_text(public)


class Portal:
    """One life of the portal: its database, its folder, and its environment.

    `folder` also has the keys of backups, so that each life opens those of the others.
    """

    def __init__(self, name, cluster, redis, mail_port, folder):
        self.url = cluster.url(name)
        self.folder = folder / name
        self.folder.mkdir()
        self.environment = environment(
            database_url=self.url,
            broker_url=redis.url(),
            mail_port=mail_port,
            CELERY_KEY_PREFIX=f"{name}:",
            VAR_DIR=str(self.folder),
            INSTALLATION_FILE=str(self.folder / "installation"),
        )

    @property
    def files(self):
        """The stored files, by name."""
        media = self.folder / "files"
        return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())

    @contextmanager
    def used(self, settings):
        """Let this process use the database, the broker and the files."""
        settings.MEDIA_ROOT = str(self.folder / "files")
        settings.ERASURES_FILE = str(self.folder / "erasures.jsonl")
        settings.SITE_URL = self.environment["SITE_URL"]
        broker = self.environment["CELERY_BROKER_URL"]
        prefix = self.environment["CELERY_KEY_PREFIX"]
        with database_at(self.url), broker_at(broker, global_keyprefix=prefix):
            yield

    def script(self, name, *arguments, **more):
        """Run a script of deploy/backup, and return the last line of its output."""
        done = subprocess.run(
            ["/bin/sh", str(ROOT / "deploy" / "backup" / name), *arguments],
            env={
                **self.environment,
                "PYTHON": sys.executable,
                "RECIPIENTS": str(self.folder.parent / "recipients"),
                "KEY": str(self.folder.parent / "key"),
                "PATH": f"{Path(program('pg_dump')).parent}:{os.environ['PATH']}",
                **more,
            },
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()[-1]

    def verify(self):
        return json.loads(manage("verify", "--json", environment=self.environment))


def paper(title):
    """Add a paper, and return it."""
    file = validate_file(f"{title}\n".encode(), typed_name="paper.txt")
    return add_paper(
        title=title,
        kind=PaperKind.OTHER,
        meeting=None,
        focus_area=FocusArea.objects.get(number=1),
        language="en",
        file=file,
        by=None,
        at=now(),
    )
