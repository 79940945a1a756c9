"""`manage.py release_mail`: let held email out again, after cancelling what went out before."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, now

from core.conflicts import Refused
from outbox.models import Message
from outbox.services.installation import NotHeld, cancel_due_before, open_hold, release_mail

# Lines of the list, which names nobody.
MAX_LISTED = 50


class Command(BaseCommand):
    """Shows what is held, cancels a part of it, and releases the rest."""

    help = (
        "Releases email that is held after a restore. Without options it only shows what waits. "
        'Example: manage.py release_mail --cancel-before 2026-11-28T14:05:00+00:00 --reason "…"'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--cancel-before",
            metavar="TIME",
            help="first cancel the messages that were due before this time, with its time zone",
        )
        parser.add_argument("--reason", help="release the rest, and record this reason")

    def handle(self, *, cancel_before: str | None, reason: str | None, **options: Any) -> None:
        """Cancel, release, or only list. Raises CommandError."""
        at, held = now(), open_hold()
        time = parse_datetime(cancel_before) if cancel_before else None
        if cancel_before and (time is None or is_naive(time)):
            raise CommandError("--cancel-before is a time with its time zone.")
        try:
            if held is None:
                raise NotHeld
            if time:
                number = cancel_due_before(time=time, at=at)
                self.stdout.write(f"{number} messages are cancelled.")
            if reason:
                release_mail(reason=reason, by=None, at=at)
                self.stdout.write("Email is released.")
                return
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        waiting = Message.objects.waiting()
        self.stdout.write(f"{held}\nMessages that wait: {waiting.count()}")
        for message in waiting.order_by("queued_at", "pk")[:MAX_LISTED]:
            source = "in the backup" if message.pk <= held.last_message else "since the restore"
            self.stdout.write(f"{message.pk}  due {message.first_due_at:%Y-%m-%d %H:%M}  {source}")
