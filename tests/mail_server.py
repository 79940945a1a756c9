"""A real mail server for tests, on its own port, with faults on request."""

import asyncio
import contextlib
import itertools
import logging
import math
import re
import socket
from email import policy
from email.parser import BytesParser
from functools import cached_property

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

# The phases at which a fault can occur: instead of the server's reply, or in the message.
GREETING, EHLO, MAIL, RCPT, DATA, TEXT, END = PHASES = (
    "greeting",
    "EHLO",
    "MAIL",
    "RCPT",
    "DATA",
    "text",
    "end",
)
# The faults: the server hangs up, or stays silent until the client hangs up.
CUT = object()
TOO_MANY = "421 4.7.0 Too many messages in this connection"
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
STALL = 3600.0


class Mail:
    """A received message.

    It is parsed only when needed, because parsing takes longer than receiving.
    """

    def __init__(self, content):
        self.content = content

    @property
    def message_id(self):
        """The Message-ID, found without parsing the rest."""
        return MESSAGE_ID.search(self.content).group(1).decode()

    @cached_property
    def headers(self):
        """The headers."""
        return BytesParser(policy=policy.default).parsebytes(self.content, headersonly=True)

    @cached_property
    def message(self):
        """The parsed message."""
        return BytesParser(policy=policy.default).parsebytes(self.content)

    def __getitem__(self, name):
        return self.headers[name]

    def __getattr__(self, name):
        return getattr(self.message, name)


class Sink:
    """Stores received messages.

    It can be told to reply to a recipient with an error, once per call.
    """

    def __init__(self):
        self.arrived = []
        # The sender of the envelope of each message, to which bounces go.
        self.senders = []
        self.peers = []
        self.connections = 0
        self.answers = {}
        self.acts = {}
        self.takes_sign_in = True
        # How many messages it accepts on one connection, as Exim's smtp_accept_max_per_connection.
        self.per_connection = math.inf
        self.sign_ins = 0

    def will(self, phase, *acts):
        """Replace the reply at a phase once: by another reply, CUT, or a wait in seconds."""
        self.acts[phase] = iter(acts)

    def will_always(self, phase, act):
        """Replace the reply at a phase until told otherwise."""
        self.acts[phase] = itertools.repeat(act)

    def behave(self):
        """Return to normal behaviour."""
        self.acts = {}

    def act_at(self, phase):
        """Return what to do at a phase, or None for the normal reply."""
        return next(self.acts.get(phase, iter(())), None)

    def authenticate(self, server, session, envelope, mechanism, auth_data):
        """Accept or refuse all logins."""
        self.sign_ins += 1
        return AuthResult(success=self.takes_sign_in, handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.answers.get(address):
            return self.answers[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 Ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        act = self.act_at(END)
        if isinstance(act, str):
            return act
        server.accepted += 1
        self.peers.append(session.peer)
        self.senders.append(envelope.mail_from)
        self.arrived.append((envelope.rcpt_tos, Mail(envelope.content)))
        taken = len(self.arrived)
        if act is not None:
            # The message was accepted, but the client may never get the reply.
            await server.act(act)
        return f"250 2.0.0 Ok: queued as {taken}"

    @property
    def recipients(self):
        """The recipients of the messages, in order."""
        return [recipient for recipients, _mail in self.arrived for recipient in recipients]

    @property
    def message_ids(self):
        """The Message-IDs of the messages, in order."""
        return [mail.message_id for _recipients, mail in self.arrived]


class Dialogue(SMTP):
    """One connection, in which the sink can replace replies."""

    phase = GREETING
    accepted = 0

    async def push(self, status):
        """Send a reply, unless a fault is set for this phase."""
        phase, self.phase = self.phase, None
        act = self.event_handler.act_at(phase)
        if phase == MAIL and self.accepted >= self.event_handler.per_connection:
            act = TOO_MANY
        if phase == GREETING:
            self.event_handler.connections += 1
        if isinstance(act, str):
            await super().push(act)
            if phase == GREETING or act.startswith("421"):
                self.transport.close()
            return
        if act is not None:
            await self.act(act)
        await super().push(status)
        if phase == DATA and (act := self.event_handler.act_at(TEXT)) is not None:
            await self._reader.read(100)
            await self.act(act)

    async def act(self, act):
        """Hang up, or keep the client waiting until it is gone."""
        if act is CUT:
            self.transport.abort()
            act = STALL
        try:
            await asyncio.sleep(act)
        except asyncio.CancelledError:
            self._writer.close()
            raise

    async def smtp_EHLO(self, hostname):  # noqa: N802
        self.phase = EHLO
        await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg):  # noqa: N802
        self.phase = MAIL
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):  # noqa: N802
        self.phase = RCPT
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):  # noqa: N802
        self.phase = DATA
        await super().smtp_DATA(arg)


class Server(Controller):
    """The server, which listens in its own thread."""

    def factory(self):
        """Create the handler of a connection."""
        return Dialogue(self.handler, **self.SMTP_kwargs)


def free_port():
    """Return a port on which no process listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextlib.contextmanager
def mail_server(sink, port=None, **options):
    """Run a mail server in a thread, and yield its port."""
    # It logs every command of every client.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    controller = Server(
        sink,
        hostname="127.0.0.1",
        port=port or free_port(),
        authenticator=sink.authenticate,
        auth_require_tls=False,
        **options,
    )
    controller.start()
    # The library connects to its own server to test it.
    sink.connections = 0
    try:
        yield controller.port
    finally:
        controller.stop()
