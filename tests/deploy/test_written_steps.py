"""The written steps of the operations guide, followed on two fresh Debians.

On the first one the portal is installed, filled and saved. On the second one it is installed and
restored, and its mail released. Both have a systemd, and everything is done as the pages say, word
for word.
"""

import json
import os
import re
import shutil
import subprocess
import time

import pytest
import yaml

from core.personal_data import ERASED_NAME
from tests.deploy.fresh_debian import debootstrap, machine, program
from tests.deploy.guide import ROOT
from tests.deploy.written_steps import (
    EXAMPLE_KEY,
    MAIL,
    Operator,
    key_of_the_safe,
    pack_release,
)
from tests.identity_provider import ADA, IdentityProvider, Visitor
from tests.processes import eventually

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(2400),
    pytest.mark.skipif(os.geteuid() != 0, reason="Only root can change the root folder."),
]

SERVES_WITHIN = 15 * 60
RESTORED_WITHIN = 15 * 60
READY_WITHIN = 180
# The other place for backups: a folder, by SFTP. Units may not write to other folders.
ELSEWHERE = "/srv/elsewhere"
SERVE = f"rclone serve sftp {ELSEWHERE} --addr 127.0.0.1:2022 --user p2c --pass only-for-tests"
RCLONE = """
install --directory --mode 0700 /etc/p2c
(umask 077 && cat > /etc/p2c/rclone.conf) <<END
[offsite]
type = sftp
host = 127.0.0.1
port = 2022
user = p2c
pass = $(rclone obscure only-for-tests)
END
"""
ALARMS = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text())["groups"]
ISSUER = "https://login.example/realms/itu"
LOOK_UP = "zcat --force /var/log/p2c/security.log* | p2c-manage addresses_of_event"
# Two of the staff of the demonstration erase an organisation, after the first backup.
ERASE = """
p2c-manage shell --no-imports --command '
from django.utils.timezone import now
from accounts.models import User
from members.models import Member
from privacy.services.erasure import consent_to_erasure, request_organisation_erasure

one, other = User.objects.filter(is_staff=True).order_by("pk")[:2]
member = Member.objects.filter(settles_at=None).earliest("pk")
asked = request_organisation_erasure(member=member, reason="They asked.", by=one, at=now())
consent_to_erasure(request=asked, by=other, at=now())
'
systemctl start p2c-backup.service
systemctl start p2c-backup-offsite.service
"""
FAIL = """
echo ENCRYPT=false > /etc/p2c/backup
! systemctl start p2c-backup.service
rm /etc/p2c/backup
systemctl kill --signal=KILL p2c-beat.service
until systemctl is-active --quiet p2c-beat.service; do sleep 1; done
ls /var/lib/p2c/failures
journalctl --priority crit --output cat --unit 'p2c-failure@*'
"""


@pytest.fixture
def folders(tmp_path):
    """Two fresh Debians in folders."""
    made = [tmp_path / "first", tmp_path / "second"]
    made[0].mkdir()
    debootstrap(made[0])
    subprocess.run([program("cp"), "--archive", *made], check=True)
    try:
        yield made
    finally:
        # Together they take gigabytes.
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def provider(tmp_path):
    """An identity provider that the test starts, in the network of a machine."""
    made = IdentityProvider(tmp_path)
    yield made
    made.kill()


def message_ids(folder):
    """Return the identifiers of all mails that a machine has sent."""
    mails = "".join(path.read_text() for path in (folder / MAIL.lstrip("/")).glob("*.log"))
    return set(re.findall(r"^Message-ID: (\S+)", mails, re.MULTILINE))


def alarms(there):
    """Return the names of the alarms that ring in Prometheus."""
    told = json.loads(there.run("curl --silent http://127.0.0.1:9090/api/v1/alerts"))
    ringing = [each for each in told["data"]["alerts"] if each["state"] == "firing"]
    return sorted(each["labels"]["alertname"] for each in ringing)


def rules(there):
    """Return the health of each alarm in Prometheus, by its name."""
    told = json.loads(there.run("curl --silent http://127.0.0.1:9090/api/v1/rules"))
    return {
        rule["name"]: rule["health"] for group in told["data"]["groups"] for rule in group["rules"]
    }


def targets(there):
    """Return the health of each process that Prometheus reads."""
    told = json.loads(there.run("curl --silent http://127.0.0.1:9090/api/v1/targets"))
    return [each["health"] for each in told["data"]["activeTargets"]]


def sign_in_with_the_provider(there, provider, folder):
    """Sign in as one with a group of staff, and as one without. Return what each one gets."""
    certificate = folder / "etc/ssl/p2c/certificate.pem"
    ada, eve = (Visitor("https://localhost", certificate=certificate) for _person in range(2))
    with there.network():
        provider.have("p-1", **ADA, groups=["p2c-managers"])
        provider.have("p-2", email="eve@example.org", email_verified=True, name="Eve", groups=[])
        ada.sign_in_at(provider, "p-1")
        return ada.is_in(), eve.sign_in_at(provider, "p-2").status_code


def test_written_steps_restore_the_coalition_on_a_second_machine(folders, provider, capsys):
    first, second = folders
    release = pack_release(*folders)
    key, public = key_of_the_safe()
    erased = f"members_member WHERE organisation_name = '{ERASED_NAME}'"
    tables = ("members_member", "papers_paperversion", "commitments_commitment", erased)
    with machine(first) as there:
        with there.network():
            provider.start()
        names = {"1a2b3c4": release, EXAMPLE_KEY: public, ISSUER: provider.url}
        operator = Operator(there, names)
        installed = operator.follow("install.md")
        # Only a portal without accounts takes it.
        there.run("p2c-manage load_demonstration")
        operator.follow("single-sign-on.md")
        operator.follow("secrets.md", "")
        signed_in = sign_in_with_the_provider(there, provider, first)
        provider.stop()
        looked_up = there.run(LOOK_UP)
        there.run(f"mkdir {ELSEWHERE}")
        other_place = there.start(SERVE, "/var/log/elsewhere.log")
        there.run(RCLONE)
        verified = operator.follow("backup.md")
        operator.follow("watch.md", "Set up a monitor")
        known = {rule["alert"]: "ok" for group in ALARMS for rule in group["rules"]}
        are_read = eventually(
            lambda: targets(there) == ["up", "up"] and rules(there) == known, within=READY_WITHIN
        )
        ringing = alarms(there)
        there.run(ERASE)
        before = {table: operator.rows(table) for table in tables}
        secret = there.run("grep ^SECRET_KEY= /etc/p2c/environment")
        sent = message_ids(first)
        first_times, first_seconds = operator.times, operator.seconds
        other_place.kill()
        other_place.wait()
    # The second one has the erasure in its list alone.
    backup, _latest = sorted((first / ELSEWHERE.lstrip("/")).iterdir())
    shutil.copytree(backup.parent, second / "var" / "backups" / "p2c")

    with machine(second) as there:
        names = {"1a2b3c4": release, "p2c-20261128T021500Z": backup.name, EXAMPLE_KEY: public}
        operator = Operator(there, names)
        started = time.monotonic()
        operator.follow("install.md", "2", "3", "4")
        there.write("/run/p2c-backup-key", key)
        restored = operator.follow("restore.md", "2", "3", "4")
        operator.follow("install.md", "7", "8")
        operator.follow("backup.md")
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
        failed = there.run(FAIL)
        rings = eventually(lambda: "UnitFailed" in alarms(there), within=READY_WITHIN)

        # Its data is wrong, and the backup that it made before the upgrade takes its place.
        latest = there.run("ls /var/backups/p2c").split()[-1]
        mender = Operator(there, {"p2c-20261128T021500Z": latest})
        mender.follow("restore.md", "On the same machine")
        mender.follow("restore.md", "4")
        mended = {table: mender.rows(table) for table in tables}

    with capsys.disabled():
        print(  # noqa: T201
            f"\nA fresh Debian to serving with single sign-on, backup and alarms: "
            f"{first_seconds:.0f} s\nA fresh Debian to the restored coalition: {seconds:.0f} s"
        )
        for took, page, step in first_times + operator.times + keeper.times + mender.times:
            print(f"{took:7.1f} s  {page}: {step}")  # noqa: T201
    assert release in installed
    assert signed_in == (True, 403)
    assert "Addresses: 1" in looked_up
    assert are_read
    assert ringing == []
    assert first_seconds < SERVES_WITHIN
    assert "faults" not in verified + restored
    stamps = re.findall(r"(\w+)-finished", verified)
    assert sorted(stamps) == ["backup", "offsite", "proof"]
    assert (after, same_secret) == (before, secret)
    assert "1 were repeated" in restored
    assert after[erased] == 1
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
    assert failed.split("\n")[:2] == ["p2c-backup.service", "p2c-beat.service"]
    assert "p2c-backup.service failed" in failed
    assert rings
    assert mended == before
