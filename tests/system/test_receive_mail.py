"""`manage.py receive_mail` as a mail server runs it: the exit status says what to do with the mail.

75 (EX_TEMPFAIL) lets the server keep the mail and try again. Any other error would send it back.
"""

import subprocess
import sys

import pytest

from inbox.models import IncomingMail
from inbox.services.parsing import MAX_SIZE
from outbox.models import HoldReason
from outbox.services.installation import begin_hold
from tests.factories import NOON
from tests.inbox.mails import bounce_address, dsn, reply, sent_message
from tests.mail_server import free_port
from tests.portal import database_url, environment
from tests.processes import ROOT

pytestmark = [pytest.mark.patient, pytest.mark.django_db(transaction=True)]

NOTHING, TRY_AGAIN = 64, 75


@pytest.fixture
def given(settings, tmp_path):
    settings.MAIL_RETURN_DOMAIN = "return.example"
    return environment(
        database_url=database_url(),
        broker_url="memory://",
        MAIL_RETURN_DOMAIN=settings.MAIL_RETURN_DOMAIN,
        MEDIA_ROOT=str(tmp_path / "files"),
    )


def pipe(raw, given, *, to="portal@p2c.example"):
    return subprocess.run(
        [sys.executable, "manage.py", "receive_mail", to],
        check=False,
        input=raw,
        env=given,
        cwd=ROOT,
        capture_output=True,
        timeout=120,
    )


def test_mail_is_taken_and_a_bounce_counts_by_the_address_of_the_envelope(given):
    message = sent_message()

    done = pipe(dsn("undisclosed@example.org"), given, to=bounce_address(message))

    assert (done.returncode, done.stdout) == (0, b"")
    message.refresh_from_db()
    assert message.bounced_at is not None


def test_mail_that_is_too_large_is_taken_and_read_to_its_end(given):
    done = pipe(b"Subject: large\n\n" + b"x" * 2 * MAX_SIZE, given)

    assert done.returncode == 0
    assert IncomingMail.objects.get().kind == "refused"


def test_without_a_mail_there_is_nothing_to_try_again(given):
    done = pipe(b"", given)

    assert done.returncode == NOTHING
    assert b"no mail" in done.stderr


def without_database(given, _tmp_path):
    return {**given, "DATABASE_URL": f"postgres://nobody:no@127.0.0.1:{free_port()}/none"}


def without_tables(given, tmp_path):
    return {**given, "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"}


def without_room(given, _tmp_path):
    # As on a full disk, no folder can be created below it.
    return {**given, "MEDIA_ROOT": "/proc/full"}


@pytest.mark.parametrize("with_trouble", [without_database, without_tables, without_room])
def test_mail_that_cannot_be_stored_now_is_tried_again(given, tmp_path, with_trouble):
    raw = reply("portal@p2c.example").as_bytes()

    failed = pipe(raw, with_trouble(given, tmp_path))

    assert failed.returncode == TRY_AGAIN
    assert b"example.org" not in failed.stdout + failed.stderr
    assert not IncomingMail.objects.exists()
    assert pipe(raw, given).returncode == 0
    assert IncomingMail.objects.count() == 1


def test_copy_that_holds_its_mail_takes_none(given):
    begin_hold(reason=HoldReason.BY_HAND, at=NOON)

    assert pipe(reply("portal@p2c.example").as_bytes(), given).returncode == TRY_AGAIN
    assert not IncomingMail.objects.exists()
