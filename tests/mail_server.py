"""A real mail server for tests, on a port of its own, that misbehaves as it is told to."""

import asyncio
import contextlib
import itertools
import logging
import re
import socket
from email import policy
from email.parser import BytesParser
from functools import cached_property

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

# Where a dialogue can be disturbed: in place of the server's answer to each, or in the text.
GREETING, EHLO, MAIL, RCPT, DATA, TEXT, END = PHASES = (
    "greeting",
    "EHLO",
    "MAIL",
    "RCPT",
    "DATA",
    "text",
    "end",
)
# What the server does there instead: it hangs up, or says nothing until the client does.
CUT = object()
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
STALL = 3600.0


class Mail:
    """A mail as it came, read when somebody looks: reading takes longer than taking it."""

    def __init__(self, content):
        self.content = content

    @property
    def message_id(self):
        """Its Message-ID, found without reading the rest."""
        return MESSAGE_ID.search(self.content).group(1).decode()

    @cached_property
    def headers(self):
        """Its headers alone."""
        return BytesParser(policy=policy.default).parsebytes(self.content, headersonly=True)

    @cached_property
    def message(self):
        """All of it."""
        return BytesParser(policy=policy.default).parsebytes(self.content)

    def __getitem__(self, name):
        return self.headers[name]

    def __getattr__(self, name):
        return getattr(self.message, name)


class Sink:
    """Keeps what arrives; answers a recipient with what it was told to, once for each time."""

    def __init__(self):
        self.arrived = []
        self.peers = []
        self.connections = 0
        self.answers = {}
        self.acts = {}
        self.takes_sign_in = True
        self.sign_ins = 0

    def will(self, phase, *acts):
        """Do something else at a phase, once each: say a sentence, CUT, or wait some seconds."""
        self.acts[phase] = iter(acts)

    def will_always(self, phase, act):
        """Do something else at a phase until told otherwise."""
        self.acts[phase] = itertools.repeat(act)

    def behave(self):
        """Do what a mail server does."""
        self.acts = {}

    def act_at(self, phase):
        """Return what to do at a phase, or None to go on."""
        return next(self.acts.get(phase, iter(())), None)

    def authenticate(self, server, session, envelope, mechanism, auth_data):
        """Let whoever signs in do so, or nobody."""
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
        self.peers.append(session.peer)
        self.arrived.append((envelope.rcpt_tos, Mail(envelope.content)))
        taken = len(self.arrived)
        if act is not None:
            # The mail has been taken; the client may never hear of it.
            await server.act(act)
        return f"250 2.0.0 Ok: queued as {taken}"

    @property
    def recipients(self):
        """To whom it arrived, in order."""
        return [recipient for recipients, _mail in self.arrived for recipient in recipients]

    @property
    def message_ids(self):
        """Under which Message-ID it arrived, in order."""
        return [mail.message_id for _recipients, mail in self.arrived]


class Dialogue(SMTP):
    """One connection, in which the sink may do something else than a mail server would."""

    phase = GREETING

    async def push(self, status):
        """Answer, unless something else is to happen at this phase."""
        phase, self.phase = self.phase, None
        act = self.event_handler.act_at(phase)
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
        """Hang up, or keep the client waiting; either ends here once the client is gone."""
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
    """Listens, in a thread of its own."""

    def factory(self):
        """Make what talks with a client."""
        return Dialogue(self.handler, **self.SMTP_kwargs)


def free_port():
    """Find a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextlib.contextmanager
def mail_server(sink, port=None):
    """Run a mail server in a thread, and give its port."""
    # It writes a line about everything that anyone says.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    controller = Server(
        sink,
        hostname="127.0.0.1",
        port=port or free_port(),
        authenticator=sink.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    # It has called itself, to see whether it works.
    sink.connections = 0
    try:
        yield controller.port
    finally:
        controller.stop()
