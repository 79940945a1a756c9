"""The drill: an encrypted backup goes to another place, is proved, and comes back from there."""

import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from django.db import connection
from django.utils.timezone import now

from members.models import FocalPoint, Member, MemberStatus
from privacy.services.erasure import erase_person
from tests.factories import FocalPointFactory, MessageFactory, UserFactory
from tests.mail_server import free_port
from tests.processes import Process, program
from tests.system.conftest import unless_missing
from tests.system.lives import paper

pytestmark = [
    pytest.mark.patient,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="The scripts need PostgreSQL."),
]

NAME, PASSWORD = "p2c", "only-for-tests"


class OtherPlace(Process):
    """Another machine with SFTP, which stores what it gets in a folder."""

    def __init__(self, folder):
        self.port = free_port()
        self.files = folder / "elsewhere"
        self.files.mkdir()
        # How a script knows it.
        self.remote = {
            "RCLONE_CONFIG": str(folder / "rclone.conf"),
            "RCLONE_LOW_LEVEL_RETRIES": "1",
            "HOME": str(folder),
        }
        rclone = program("rclone")
        hidden = subprocess.run(
            [rclone, "obscure", PASSWORD], check=True, capture_output=True, text=True
        ).stdout
        Path(self.remote["RCLONE_CONFIG"]).write_text(
            "[offsite]\ntype = sftp\nhost = 127.0.0.1\nshell_type = none\n"
            f"port = {self.port}\nuser = {NAME}\npass = {hidden}"
        )
        environment = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
        command = [rclone, "serve", "sftp", str(self.files), "--addr", f"127.0.0.1:{self.port}"]
        command += ["--user", NAME, "--pass", PASSWORD]
        super().__init__("elsewhere", command, environment=environment, folder=folder)

    def answers(self):
        """Return whether it accepts connections."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


@pytest.fixture
def other_place(tmp_path):
    with unless_missing():
        place = OtherPlace(tmp_path)
    with place:
        yield place


@pytest.fixture
def proof_url(own_cluster):
    """The database for proofs, of a user who may do nothing elsewhere."""
    own_cluster.execute("CREATE ROLE p2c_proof LOGIN")
    own_cluster.execute('CREATE DATABASE p2c_proof OWNER p2c_proof TEMPLATE "template0"')
    yield own_cluster.url("p2c_proof").replace("//postgres:", "//p2c_proof:")
    own_cluster.drop("p2c_proof")
    own_cluster.execute("DROP ROLE p2c_proof")


def contents(folder):
    """Return what a folder has, by path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def tables_of(url):
    command = [program("psql"), "--no-psqlrc", "--tuples-only", "--no-align", url, "--command"]
    sql = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
    return int(subprocess.run([*command, sql], check=True, capture_output=True, text=True).stdout)


def write_settings(portal, file):
    """Write the settings of a portal as an operator does."""
    names = ("SECRET_KEY", "SITE_URL", "DATABASE_URL", "CELERY_BROKER_URL", "EMAIL_URL")
    file.write_text("".join(f'{name}="{portal.environment[name]}"\n' for name in names))
    return str(file)


def test_backup_goes_elsewhere_is_proved_and_comes_back_with_an_erasure_repeated(
    lives, other_place, proof_url, settings, tmp_path, capsys
):
    first, second, _third = lives
    backups, scratch = tmp_path / "backups", tmp_path / "scratch"
    scratch.mkdir()
    settings_file = write_settings(first, tmp_path / "environment")
    times = {}

    def timed(what, portal, script, *arguments, **more):
        began = time.monotonic()
        last = portal.script(script, *arguments, **more)
        times[what] = time.monotonic() - began
        return last

    with first.used(settings):
        paper("In the backup")
        FocalPointFactory(email="ada@example.org", member__status=MemberStatus.WITHDRAWN)
        FocalPointFactory(email="grace@example.org")
        MessageFactory(subject="In the backup", recipient="ada@example.org")
        rows = Member.objects.count()
    backup = timed("backup", first, "backup.sh", str(backups), SETTINGS_FILE=settings_file)
    with first.used(settings):
        erase_person(address="ada@example.org", by=UserFactory(), at=now())
    # The latest backup has the list, by its name a second later.
    time.sleep(1)
    first.script("backup.sh", str(backups), SETTINGS_FILE=settings_file)
    # What an interrupted copy left behind.
    name = Path(backup).name
    (other_place.files / name).mkdir()
    (other_place.files / name / "database.dump").write_bytes(b"age-encryption")
    timed("copy elsewhere", first, "offsite.sh", str(backups), **other_place.remote)
    copied = contents(other_place.files)
    local = contents(backups)
    # Somebody alters a backup of this machine, and the copy stays.
    (Path(backup) / "database.dump").write_bytes(b"altered")
    first.script("offsite.sh", str(backups), **other_place.remote)
    kept = contents(other_place.files)
    shutil.rmtree(backups)
    shutil.copytree(other_place.files, backups)
    proof = {"PROOF_DATABASE_URL": proof_url, "SCRATCH": str(scratch)}
    proved = timed("proof", first, "prove.sh", str(backups), **proof)
    timed("restore", second, "restore.sh", backup, KEY=str(tmp_path / "safe"))
    with second.used(settings):
        people = FocalPoint.objects.filter(email__endswith="@example.org")
        left = list(people.values_list("email", flat=True))
        restored = Member.objects.count()

    with capsys.disabled():
        size = sum(len(file) for path, file in copied.items() if path.startswith(name))
        print(f"\nAn encrypted backup of {size} bytes, restored with an erasure; seconds:")  # noqa: T201
        print({what: round(took, 1) for what, took in times.items()})  # noqa: T201
    assert proved.endswith("Proved")
    assert copied == local
    assert kept == copied
    assert (tables_of(proof_url), list(scratch.iterdir())) == (0, [])
    assert second.files == first.files
    assert second.verify()["ok"]
    assert second.verify()["checks"]["erasures"]["checked"] == 1
    assert left == ["grace@example.org"]
    assert restored == rows


def test_other_place_that_does_not_answer_is_a_failure(lives, other_place, tmp_path):
    backups = tmp_path / "backups"
    lives[0].script("backup.sh", str(backups))
    other_place.stop()

    with pytest.raises(AssertionError, match="connection refused"):
        lives[0].script("offsite.sh", str(backups), **other_place.remote)


def test_backup_without_a_file_is_not_proved(lives, proof_url, settings, tmp_path):
    first = lives[0]
    backups, scratch = tmp_path / "backups", tmp_path / "scratch"
    scratch.mkdir()
    with first.used(settings):
        lost = paper("Lost")
        (first.folder / "files" / lost.versions.get().file.name).unlink()
    settings_file = write_settings(first, tmp_path / "environment")
    first.script("backup.sh", str(backups), SETTINGS_FILE=settings_file)
    proof = {"PROOF_DATABASE_URL": proof_url, "SCRATCH": str(scratch)}

    with pytest.raises(AssertionError, match="its file is missing"):
        first.script("prove.sh", str(backups), **proof)
    with pytest.raises(AssertionError, match=r"does not end in _proof\."):
        first.script("prove.sh", str(backups), **{**proof, "PROOF_DATABASE_URL": first.url})

    assert (tables_of(proof_url), list(scratch.iterdir())) == (0, [])
    with first.used(settings):
        assert Member.objects.exists() is False
