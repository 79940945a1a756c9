"""A mailbox that cannot be read, or hangs up in the middle: no mail is lost or stored twice."""

import contextlib
import imaplib
import select
import socket
import subprocess
import threading
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from imap_tools import MailboxFolderCreateError, MailBoxFolderManager

from inbox.models import IncomingMail, MailboxReading
from inbox.services import mailbox as module
from inbox.services import receiving
from inbox.services.mailbox import read_mailbox
from inbox.services.mailbox_health import check_mailbox
from tests.factories import NOON
from tests.inbox.mails import reply, reply_address, sent_message
from tests.mailbox_server import NAME, mailbox_server
from tests.processes import ProgramMissing, program

# More than the server answers in one reading.
ALL = 1_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with mailbox_server(tmp_path_factory.mktemp("imap")) as started:
        yield started


@pytest.fixture(autouse=True)
def mailbox(server, settings, media):
    settings.MAIL_RETURN_DOMAIN = "return.example"
    settings.MAILBOX_URL = server.url
    server.empty()
    return server


def letter(subject="Here it is"):
    return reply(reply_address(sent_message()), Subject=subject).as_bytes()


def trouble():
    return MailboxReading.objects.get().trouble


class Cutter:
    """A proxy that hangs up, or falls silent, after some bytes of the server's answers."""

    def __init__(self, to, *, after, hangs=False):
        self.to, self.left, self.hangs = to, after, hangs

    def __enter__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self.forward)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join()
        self.server.close()

    def forward(self):
        """Forward one connection until it breaks."""
        near, _address = self.server.accept()
        with near, socket.create_connection(("127.0.0.1", self.to)) as far:
            while self.left > 0:
                [source, *_more], _writable, _broken = select.select([near, far], [], [])
                data = source.recv(65536)
                if not data:
                    return
                if source is near:
                    far.sendall(data)
                else:
                    near.sendall(data[: self.left])
                    self.left -= len(data)
            while self.hangs and near.recv(65536):
                pass


def read_through(settings, mailbox, **how):
    """Read the mailbox over a connection that breaks; return how many bytes are left."""
    with Cutter(mailbox.port, **how) as cutter:
        settings.MAILBOX_URL = mailbox.url.replace(str(mailbox.port), str(cutter.port))
        try:
            read_mailbox(at=NOON)
        finally:
            settings.MAILBOX_URL = mailbox.url
    return cutter.left


def test_server_that_hangs_up_at_any_moment_loses_no_mail(mailbox, settings):
    mailbox.put(letter())
    length = ALL - read_through(settings, mailbox, after=ALL)

    for after in range(1, length, length // 12):
        raw = letter(f"Cut after {after}")
        mailbox.put(raw)
        read_through(settings, mailbox, after=after)
        read_mailbox(at=NOON)

        assert mailbox.count("INBOX") == 0
        assert trouble() == ""
        assert IncomingMail.objects.filter(subject=f"Cut after {after}").count() == 1
    assert mailbox.count("Done") == IncomingMail.objects.count()


def test_server_that_falls_silent_is_given_up(mailbox, settings, monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT", 0.5)
    mailbox.put(letter())

    read_through(settings, mailbox, after=300, hangs=True)

    assert trouble() == "TimeoutError"
    assert mailbox.count("INBOX") == 1


@pytest.mark.parametrize("said", [b"", b"* OK\r\n\xff\xfe\r\n", b"220 mail.example ESMTP\r\n"])
def test_what_is_no_mailbox_is_reported(settings, monkeypatch, said):
    monkeypatch.setattr(module, "TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as other:

        def answer():
            with contextlib.suppress(OSError):
                connection, _address = other.accept()
                connection.sendall(said * 100)
                connection.close()

        threading.Thread(target=answer, daemon=True).start()
        settings.MAILBOX_URL = f"imap://{NAME}:secret@127.0.0.1:{other.getsockname()[1]}"

        assert read_mailbox(at=NOON) == 0

    assert trouble()


def test_folder_that_cannot_be_created_leaves_all_mail_where_it_is(mailbox, monkeypatch):
    def refuse(*_arguments):
        raise MailboxFolderCreateError(command_result=("NO", [b"No permission"]), expected="OK")

    mailbox.put(letter())
    monkeypatch.setattr(MailBoxFolderManager, "create", refuse)

    assert read_mailbox(at=NOON) == 0

    assert trouble() == "MailboxFolderCreateError"
    assert mailbox.count("INBOX") == 1
    assert not IncomingMail.objects.exists()


def test_mail_that_the_server_cannot_give_holds_up_no_other(mailbox, monkeypatch):
    mailbox.put(letter("Broken"), letter("Whole"))
    fetch = module._fetch

    def fail_once(box, uid):
        if uid == box.uids("UNSEEN", charset=None)[0]:
            raise imaplib.IMAP4.error("NO")
        return fetch(box, uid)

    monkeypatch.setattr(module, "_fetch", fail_once)
    read_mailbox(at=NOON)

    assert trouble() == "error"
    assert [mail.subject for mail in IncomingMail.objects.all()] == ["Whole"]
    assert mailbox.subjects("INBOX") == ["Broken"]


def test_reading_ends_before_its_task_is_interrupted(mailbox, monkeypatch):
    monkeypatch.setattr(module, "READING_TIME", -1)
    mailbox.put(letter())

    assert read_mailbox(at=NOON) == 0

    assert trouble() == ""
    assert mailbox.count("INBOX") == 1


def test_mail_in_whose_time_the_task_is_interrupted_is_not_refused(mailbox, monkeypatch):
    def interrupt(*_arguments):
        raise SoftTimeLimitExceeded

    mailbox.put(letter())
    monkeypatch.setattr(receiving, "sort_mail", interrupt)

    with pytest.raises(SoftTimeLimitExceeded):
        read_mailbox(at=NOON)

    assert not IncomingMail.objects.exists()
    assert mailbox.count("INBOX") == 1


def test_clock_that_was_ahead_does_no_harm(mailbox, settings):
    mailbox.put(letter("From tomorrow"))
    read_mailbox(at=NOON + timedelta(days=1))
    mailbox.put(letter("From today"))

    assert read_mailbox(at=NOON) == 1
    assert MailboxReading.objects.get().read_at == NOON
    good, settings.MAILBOX_URL = settings.MAILBOX_URL, "imap://portal:secret@127.0.0.1:9"
    read_mailbox(at=NOON + timedelta(days=1))
    settings.MAILBOX_URL = good
    assert check_mailbox(at=NOON).silent_since is None
    read_mailbox(at=NOON)
    assert trouble() == ""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that nobody vouches for, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    try:
        openssl = program("openssl")
    except ProgramMissing:
        pytest.skip("There is no openssl on this machine.")
    files = str(folder / "certificate.pem"), str(folder / "key.pem")
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]),
        ],
        check=True,
        capture_output=True,
    )
    return files


@pytest.fixture(scope="module")
def encrypted(certificate, tmp_path_factory):
    with mailbox_server(tmp_path_factory.mktemp("imap"), certificate=certificate) as started:
        yield started


def test_certificate_that_nobody_vouches_for_is_not_trusted(
    encrypted, certificate, settings, monkeypatch
):
    settings.MAILBOX_URL = encrypted.url.replace("imap:", "imap+tls:")

    read_mailbox(at=NOON)
    assert trouble() == "SSLCertVerificationError"

    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    read_mailbox(at=NOON)
    assert trouble() == ""


# The library leaves the connection to be closed by Python.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_server_without_encryption_gets_no_password(mailbox, settings):
    settings.MAILBOX_URL = mailbox.url.replace("imap:", "imaps:")
    read_mailbox(at=NOON)
    assert trouble() == "SSLError"

    settings.MAILBOX_URL = mailbox.url.replace("imap:", "imap+tls:")
    read_mailbox(at=NOON)
    assert trouble()
