"""A real IMAP server for tests, in a process of its own, with one mailbox in memory."""

import contextlib
import os
import socket
import sys
from pathlib import Path

from imap_tools import MailBoxUnencrypted

from tests.processes import Process, eventually

NAME, PASSWORD = "portal", "secret with spaces"


class MailboxServer:
    """The server. `url` is the value of MAILBOX_URL for it."""

    def __init__(self, port):
        self.port = port

    @property
    def url(self):
        """The address of its mailbox, as the settings name it."""
        return f"imap://{NAME}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}"

    @contextlib.contextmanager
    def open(self, folder="INBOX"):
        """Sign in to the mailbox."""
        box = MailBoxUnencrypted("127.0.0.1", self.port).login(NAME, PASSWORD, folder)
        with box:
            yield box

    def put(self, *mails):
        """Put mails, as bytes, into the mailbox."""
        with self.open() as box:
            for raw in mails:
                box.append(raw, "INBOX")

    def subjects(self, folder):
        """Return the subjects of the mails in a folder; nothing if there is no such folder."""
        with self.open() as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder)
            return [mail.subject for mail in box.fetch(mark_seen=False)]

    def count(self, folder):
        """Return how many mails are in a folder; none if there is no such folder."""
        with self.open() as box:
            return box.folder.status(folder)["MESSAGES"] if box.folder.exists(folder) else 0

    def empty(self):
        """Delete all mails and folders."""
        with self.open() as box:
            box.delete(box.uids("ALL", charset=None))
            for folder in box.folder.list():
                if folder.name != "INBOX":
                    box.folder.delete(folder.name)


@contextlib.contextmanager
def mailbox_server(folder, *, certificate=None):
    """Start a server that writes its log into a folder.

    `certificate` names the files of a certificate and its key, for STARTTLS.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        *(str(Path(sys.executable).with_name("pymap")), "--no-service", "admin"),
        *(("--cert", certificate[0], "--key", certificate[1]) if certificate else ["--no-tls"]),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("dict", "--demo-user", NAME, "--demo-password", PASSWORD),
    ]
    with Process("imap", command, environment=os.environ, folder=folder):
        if not eventually(lambda: _answers(port), within=60):
            raise TimeoutError("The IMAP server does not answer.")
        yield MailboxServer(port)


def _answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False
