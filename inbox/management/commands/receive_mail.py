"""`manage.py receive_mail`: a mail server passes a mail to the portal."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from inbox.models import Source
from inbox.services.mailbox import may_receive
from inbox.services.parsing import MAX_SIZE
from inbox.services.receiving import receive

# EX_TEMPFAIL of sysexits.h: the mail server keeps the mail and tries again later.
TRY_AGAIN = 75


class Command(BaseCommand):
    """Receives one mail from standard input, for the pipe of Postfix or Exim."""

    help = (
        "Receives the mail on standard input. "
        "Example for Postfix: manage.py receive_mail ${recipient}"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recipient", help="the address that the mail was sent to")

    def handle(self, *, recipient: str, **options: Any) -> None:
        raw = sys.stdin.buffer.read(MAX_SIZE + 1)
        if not raw:
            raise CommandError("There is no mail on standard input.", returncode=64)
        # A mail server may take an input that is not read to its end for an error.
        while sys.stdin.buffer.read(MAX_SIZE):
            pass
        try:
            is_received = self.receive(raw, recipient)
        except Exception as trouble:  # Any other status would send the mail back.
            message = f"Not received now: {type(trouble).__name__}"
            raise CommandError(message, returncode=TRY_AGAIN) from trouble
        if not is_received:
            raise CommandError("A copy of the portal receives no mail.", returncode=TRY_AGAIN)

    def receive(self, raw: bytes, recipient: str) -> bool:
        """Receive a mail; return False if this portal receives none."""
        at = now()
        if not may_receive(at=at):
            return False
        receive(raw=raw, envelope_to=recipient, source=Source.PIPE, at=at)
        return True
