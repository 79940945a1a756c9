"""A real mail server for tests, on a port of its own."""

import contextlib
import socket
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class Sink:
    """Keeps what arrives; answers a recipient with what it was told to, once for each time."""

    def __init__(self):
        self.arrived = []
        self.peers = []
        self.answers = {}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.answers.get(address):
            return self.answers[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 Ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.peers.append(session.peer)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.arrived.append((envelope.rcpt_tos, mail))
        return f"250 2.0.0 Ok: queued as {len(self.arrived)}"

    @property
    def recipients(self):
        """To whom it arrived, in order."""
        return [recipient for recipients, _mail in self.arrived for recipient in recipients]


def free_port():
    """Find a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextlib.contextmanager
def mail_server(sink, port=None):
    """Run a mail server in a thread, and give its port."""
    controller = Controller(sink, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
