"""`manage.py hold_mail`: no email leaves the portal until somebody releases it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from outbox.models import HoldReason
from outbox.services.installation import begin_hold


class Command(BaseCommand):
    """Holds all email, such as before a copy of the whole machine is started."""

    help = (
        "Holds all email until a person releases it in the administration or with release_mail. "
        "Example: manage.py hold_mail"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--restored",
            action="store_true",
            help="the database was just restored from a backup; restore.sh uses this",
        )

    def handle(self, *, restored: bool, **options: Any) -> None:
        reason = HoldReason.RESTORED if restored else HoldReason.BY_HAND
        held = begin_hold(reason=reason, at=now())
        self.stdout.write(f"Email is held since {held.held_at:%Y-%m-%d %H:%M:%S} UTC.")
