"""`manage.py receive_mail`: a mail server passes a mail to the portal."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error
from django.utils.timezone import now

from inbox.models import Source
from inbox.services.parsing import MAX_SIZE
from inbox.services.receiving import receive
from papers.services.stored_files import NotStored

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
        try:
            receive(raw=raw, envelope_to=recipient, source=Source.PIPE, at=now())
        except (NotStored, Error) as trouble:
            message = f"Not received now: {type(trouble).__name__}"
            raise CommandError(message, returncode=TRY_AGAIN) from trouble
