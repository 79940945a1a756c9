"""The drill: a backup of a portal at work, and its restore elsewhere with the scripts.

Nothing goes out twice over both lives, and no link of the first life opens what came later.
"""

import shutil
import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from eoi.services.link_requests import request_links
from focus_areas.models import FocusArea
from inbox.models import Source
from inbox.services.receiving import receive
from members.models import GrantedRole, Member, MemberStatus
from members.services.decisions import admit_to_focus_area
from members.services.private_links import status_page_url
from outbox.models import HoldReason, MailHold, Message, MessageStatus
from tests.factories import FocalPointFactory, MessageFactory, UserFactory
from tests.inbox.mails import reply
from tests.portal import beat, manage, worker
from tests.processes import PATIENCE, eventually, program
from tests.servers import copy_database
from tests.system.lives import paper

pytestmark = [
    pytest.mark.patient,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="The scripts need PostgreSQL."),
]


ONE_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def reply_with_a_file():
    """A reply as it came, and the file in it."""
    mail = reply("portal@example.org")
    mail.add_attachment(ONE_PDF, maintype="application", subtype="pdf", filename="Statutes.pdf")
    receive(raw=mail.as_bytes(), envelope_to="", source=Source.PIPE, at=now())


def opened(part, key):
    """Return what is in a part of a backup."""
    command = [program("age"), "--decrypt", "--identity", key, part]
    return subprocess.run(command, check=True, capture_output=True).stdout


def letter(subject, **facts):
    """A message that nobody has published: the sweep finds it when it is due."""
    at = now()
    return MessageFactory(**{"subject": subject, "queued_at": at, "due_at": at, **facts})


def arrived(sink, subject):
    return eventually(lambda: subject in subjects(sink), within=PATIENCE)


def subjects(sink):
    return [mail["Subject"] for _to, mail in sink.arrived]


def test_backup_is_restored_whole_and_holds_its_mail(lives, settings, tmp_path):
    """The short form for CI: the scripts alone."""
    first, second, third = lives
    with first.used(settings):
        paper("Before the backup")
        letter("In the backup")
        reply_with_a_file()
    (tmp_path / "environment").write_text("SECRET_KEY=secret\n")

    backup = first.script(
        "backup.sh",
        str(tmp_path / "backups"),
        SETTINGS_FILE=str(tmp_path / "environment"),
    )
    second.script("restore.sh", backup, KEY=str(tmp_path / "safe"))

    assert sorted(path.name for path in Path(backup).iterdir()) == [
        "SHA256SUMS",
        "database.dump",
        "files-added.tar",
        "files.tar",
        "release",
        "settings",
    ]
    parts = [path for path in Path(backup).iterdir() if path.name not in ("release", "SHA256SUMS")]
    assert {part.read_bytes()[:21] for part in parts} == {b"age-encryption.org/v1"}
    assert opened(Path(backup) / "settings", tmp_path / "key") == b"SECRET_KEY=secret\n"
    assert {path.stat().st_mode & 0o077 for path in Path(backup).iterdir()} == {0}
    assert second.files == first.files
    assert {name.partition("/")[0] for name in first.files} == {
        "incoming",
        "incoming-files",
        "papers",
    }
    assert second.verify()["checks"]["files"]["checked"] == len(first.files)
    with second.used(settings):
        held = MailHold.objects.get()
        assert held.reason == HoldReason.RESTORED
        waiting = Message.objects.waiting().get()
        assert (waiting.subject, waiting.pk) == ("In the backup", held.last_message)
    with pytest.raises(AssertionError, match="is not empty"):
        second.script("restore.sh", backup)
    (Path(backup) / "database.dump").write_text("damaged")
    with pytest.raises(AssertionError, match="is damaged"):
        third.script("restore.sh", backup)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"RECIPIENTS": "/nowhere"}, "RECIPIENTS names no file with public keys"),
        ({"RECIPIENTS": "/dev/null"}, "RECIPIENTS names no file with public keys"),
        ({"ENCRYPT": "cat"}, "ENCRYPT does not encrypt"),
        ({"ENCRYPT": "false"}, "Files"),
    ],
)
def test_backup_in_clear_is_not_made(lives, tmp_path, given, refusal):
    (tmp_path / "environment").write_text("SECRET_KEY=secret\n")

    with pytest.raises(AssertionError, match=refusal):
        lives[0].script(
            "backup.sh",
            str(tmp_path / "backups"),
            SETTINGS_FILE=str(tmp_path / "environment"),
            **given,
        )

    assert list(tmp_path.glob("backups/*")) == []


@pytest.mark.long
@pytest.mark.timeout(900)
def test_nothing_goes_out_twice_over_both_lives(lives, own_sink, settings, tmp_path):
    first, second, third = lives
    with first.used(settings):
        known = FocalPointFactory(email="known@example.org")
        known_link = status_page_url(known, "en")
        decided = FocalPointFactory(email="decided@example.org")
        paper("Before the backup")
        letter("Sent before the backup")
    with worker(first.environment, first.folder, name="first"):
        with beat(first.environment, first.folder):
            assert arrived(own_sink, "Sent before the backup")
        # While beat is away, what is due waits for the sweep.
        with first.used(settings):
            letter("Due at the backup")
            letter("Due much later", due_at=now() + timedelta(days=1))
            request_links(email="known@example.org", at=now())
        backup = first.script("backup.sh", str(tmp_path / "backups"))
        # A copy by other means than the script; its folder follows, with the file outside.
        copy_database(first.url, to=third.url)

        with beat(first.environment, first.folder, name="beat-again"):
            with first.used(settings):
                lost = FocalPointFactory(email="lost@example.org")
                lost_link = status_page_url(lost, "en")
                admit_to_focus_area(
                    member=decided.member,
                    focus_area=FocusArea.objects.get(number=1),
                    role=GrantedRole.PARTICIPANT,
                    by=UserFactory(),
                    at=now(),
                )
                paper("After the backup")
                letter("Only in the first life")
            assert arrived(own_sink, "Due at the backup")
            assert arrived(own_sink, "Only in the first life")
            of_these = {"known@example.org", "decided@example.org"}
            assert eventually(lambda: of_these <= set(own_sink.recipients), within=PATIENCE)
    sent_in_first = len(own_sink.arrived)

    shutil.copy(first.folder / "installation", third.folder / "installation")
    second.script("restore.sh", backup)
    assert second.verify()["ok"]

    with (
        worker(second.environment, second.folder, name="second"),
        beat(second.environment, second.folder, name="beat-second"),
        worker(third.environment, third.folder, name="third"),
        beat(third.environment, third.folder, name="beat-third"),
    ):
        with third.used(settings):
            letter("Of the copy")
            assert eventually(MailHold.objects.exists, within=PATIENCE)
            assert MailHold.objects.get().reason == HoldReason.OLDER
        with second.used(settings):
            # The periodic task answers the request for links a second time, and its letter waits.
            of_known = Message.objects.filter(recipient="known@example.org")
            assert eventually(of_known.exists, within=PATIENCE)
            held = MailHold.objects.get()
            waiting = Message.objects.waiting()
            listed = {each.subject: each.pk <= held.last_message for each in waiting}
            repeated = of_known.get().subject
            assert listed == {
                "Due at the backup": True,
                "Due much later": True,
                repeated: False,
            }
            found = FocalPointFactory(email="found@example.org")
            assert found.pk == lost.pk
            letter("Of the second life")
        assert len(own_sink.arrived) == sent_in_first

        manage(
            "release_mail",
            *("--cancel-before", now().isoformat()),
            *("--reason", "The first life is over."),
            environment=second.environment,
        )
        with second.used(settings):
            letter("After the release")
            Message.objects.filter(subject="Due much later").update(
                first_due_at=now(), due_at=now()
            )
        assert arrived(own_sink, "After the release")
        assert arrived(own_sink, "Due much later")
        with second.used(settings):
            cancelled = Message.objects.filter(status=MessageStatus.CANCELLED)
            assert set(cancelled.values_list("subject", flat=True)) == {
                "Due at the backup",
                "Of the second life",
                repeated,
            }

    # Every letter at most once, and the copy sent nothing.
    assert set(Counter(subjects(own_sink)).values()) == {1}
    assert "Of the copy" not in subjects(own_sink)
    with second.used(settings):
        assert Client().get(lost_link).status_code == 404
        assert Client().get(status_page_url(found, "en")).status_code == 200
        assert Client().get(known_link).status_code == 200
        assert Member.objects.get(pk=decided.member.pk).status == MemberStatus.PENDING
    assert set(second.files) < set(first.files)
