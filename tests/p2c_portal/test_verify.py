"""`manage.py verify` finds each thing that is broken, names nobody, and needs little memory."""

import json
import os
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.timezone import now

from inbox.models import IncomingFile, IncomingMail
from members.models import AnswerFile, FocalPoint
from outbox.models import ERASED, Installation, Message, MessageStatus
from outbox.services.installation import advance, register_installation
from papers.models import PaperVersion
from tests.factories import (
    AnswerFileFactory,
    FocalPointFactory,
    IncomingFileFactory,
    MailHoldFactory,
    MessageFactory,
    PaperFactory,
)
from tests.sweeps.rows_of_pages import a_paper

AN_HOUR = timedelta(hours=1)
LEASE = "22222222-2222-4222-8222-222222222222"


@pytest.fixture(autouse=True)
def portal(settings, tmp_path):
    """A portal with an identity, a paper, and a person with private links."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.INSTALLATION_FILE = str(tmp_path / "installation")
    register_installation(at=now())
    a_paper()
    FocalPointFactory(email="ada@example.org", family_name="Lovelace")


def verified(capsys, *arguments):
    """Return the result as a program reads it; it must fail exactly if there are faults."""
    try:
        call_command("verify", "--json", *arguments)
        status = 0
    except SystemExit as ended:
        status = ended.code
    printed = capsys.readouterr().out
    assert "ada@" not in printed
    assert "Lovelace" not in printed
    answer = json.loads(printed)
    assert answer["ok"] == (status == 0)
    return answer


def faults(answer):
    return [
        text for check in answer["checks"].values() if not check["ok"] for text in check["examples"]
    ]


def stored():
    return Path(PaperVersion.objects.get().file.path)


def test_verify_finds_nothing_in_a_portal_that_is_whole(capsys):
    answer = verified(capsys)

    assert answer["ok"] is True
    assert answer["is_mail_held"] is False
    assert list(answer["checks"]) == [
        "database",
        "files",
        "leftovers",
        "links",
        "messages",
        "identity",
        "events",
        "erasures",
    ]
    assert answer["checks"]["files"]["checked"] == 1
    assert answer["checks"]["links"]["checked"] >= 2


def write(change):
    """Replace the content of the stored file."""
    stored().write_bytes(change(stored().read_bytes()))


def forget_migration():
    MigrationRecorder.Migration.objects.filter(app="papers").delete()


def lose_table():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE outbox_heartbeat")


def restore_older():
    row = Installation.objects.get()
    advance(at=now())
    row.save()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda: stored().unlink(), "papers.PaperVersion {version}: its file is missing"),
        (
            lambda: write(lambda content: content[:-1]),
            "papers.PaperVersion {version}: its file has another size",
        ),
        (
            lambda: write(bytes.upper),
            "papers.PaperVersion {version}: its file has another checksum",
        ),
        (AnswerFileFactory, "members.AnswerFile {answer}: its file is missing"),
        (
            lambda: IncomingFileFactory(mail__raw="incoming/none"),
            "inbox.IncomingMail {mail}: its file is missing",
        ),
        (IncomingFileFactory, "inbox.IncomingFile {reply}: its file is missing"),
        (
            lambda: FocalPoint.objects.update(link_secret=""),
            "members.FocalPoint {person}: its secret is missing",
        ),
        (
            lambda: FocalPoint.objects.update(feed_secret="short"),
            "members.FocalPoint {person}: its secret is missing",
        ),
        (
            lambda: FocalPointFactory(link_secret=FocalPoint.objects.get().link_secret),
            "members.FocalPoint {person}: another row has the same secret",
        ),
        (
            lambda: FocalPoint.objects.update(link_version=0),
            "members.FocalPoint {person}: its version is lost",
        ),
        (
            lambda: MessageFactory(
                status=MessageStatus.SENDING, lease=LEASE, leased_until=now() - 2 * AN_HOUR
            ),
            "outbox.Message {message}: it is being sent since long ago",
        ),
        (
            lambda: MessageFactory(attempts=18),
            "outbox.Message {message}: it was tried too often",
        ),
        (
            lambda: MessageFactory(recipient=ERASED),
            "outbox.Message {message}: its recipient was erased",
        ),
        (
            lambda: MessageFactory(body="Open [[private-page]]."),
            "outbox.Message {message}: its private link is missing",
        ),
        (forget_migration, "papers.0001_initial: not applied"),
        (lose_table, "outbox.Heartbeat: its table is missing"),
        (restore_older, "The database was restored or copied, and email is not held yet"),
    ],
)
def test_verify_finds_what_is_broken(capsys, spoil, said):
    spoil()

    found = faults(verified(capsys))

    if spoil is forget_migration or spoil is lose_table:
        assert said in found
        return
    keys = {
        "version": PaperVersion.objects.get().pk,
        "answer": getattr(AnswerFile.objects.first(), "pk", None),
        "mail": getattr(IncomingMail.objects.first(), "pk", None),
        "reply": getattr(IncomingFile.objects.first(), "pk", None),
        "person": FocalPoint.objects.order_by("pk").first().pk,
        "message": getattr(Message.objects.first(), "pk", None),
    }
    assert said.format(**keys) in found


def test_verify_finds_another_secret_key(capsys, settings):
    settings.SECRET_KEY = "another-secret-of-another-portal-0123456789"

    assert faults(verified(capsys)) == [
        "SECRET_KEY is not the one that signed the links: they open nothing"
    ]


def test_verify_reports_files_without_a_row_but_not_new_ones(capsys, settings):
    folder = Path(settings.MEDIA_ROOT)
    names = ["papers/" + 32 * "0", ".unfinished-abc"]
    for name in (*names, "papers/" + 32 * "1"):
        (folder / name).write_bytes(b"")
    long_ago = (now() - 2 * AN_HOUR).timestamp()
    for name in names:
        os.utime(folder / name, (long_ago, long_ago))

    answer = verified(capsys)

    assert answer["ok"] is True
    assert answer["checks"]["leftovers"]["leftovers"] == 2
    assert answer["checks"]["leftovers"]["examples"] == [
        ".unfinished-abc: not complete",
        f"{names[0]}: without a row",
    ]


def test_verify_lists_the_first_faults_or_all(capsys):
    MessageFactory.create_batch(21, recipient=ERASED)

    assert len(faults(verified(capsys))) == 20
    assert len(faults(verified(capsys, "--list"))) == 21


def test_verify_says_in_words_that_mail_is_held(capsys):
    MailHoldFactory(released_at=None)

    call_command("verify")

    assert "Email is held until a person releases it." in capsys.readouterr().out


@pytest.mark.long
def test_verify_of_a_hundred_thousand_files_needs_little_memory(capsys, settings):
    paper, folder = PaperFactory(), Path(settings.MEDIA_ROOT) / "papers"
    number = 100_000
    PaperVersion.objects.bulk_create(
        (
            PaperVersion(
                paper=paper,
                number=index // 5 % 30_000 + 1,
                language=("ar", "en", "es", "fr", "ru")[index % 5],
                file=f"papers/{index:032x}",
                file_name="paper.txt",
                content_type="text/plain",
                size=1,
                sha256="ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
                uploaded_at=now(),
            )
            for index in range(number)
        ),
        batch_size=5000,
    )
    for index in range(number):
        (folder / f"{index:032x}").write_bytes(b"a")

    tracemalloc.start()
    answer = verified(capsys)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer["checks"]["files"]["checked"] == number + 1
    assert answer["ok"] is True
    assert peak < 20_000_000
