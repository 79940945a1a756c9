"""`manage.py repeat_erasures`: after a restore, erase again who was erased since the backup."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from privacy.services.erasure_list import ListAltered, read_list
from privacy.services.repeated_erasures import repeat_erasures


class Command(BaseCommand):
    """Repeats the erasures of the signed list that the database does not have."""

    help = (
        "Checks the signed list of erasures, and repeats those that were done after the backup. "
        "Refuses a list that was altered. Prints numbers and no address. Exits with 1 if an "
        "erasure is refused; run it again when the reason is gone. "
        "Example: manage.py repeat_erasures /var/backups/p2c/erasures.jsonl"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "list",
            nargs="?",
            default=settings.ERASURES_FILE,
            help="the list, such as that of a backup; by default ERASURES_FILE",
        )

    def handle(self, *, list: str, **options: Any) -> None:  # noqa: A002
        try:
            lines = read_list(Path(list))
            result = repeat_erasures(lines, clock=now)
        except ListAltered as altered:
            raise CommandError(f"{altered} Take another copy of the list.") from altered
        except OSError as trouble:
            raise CommandError(f"The list cannot be read or written: {trouble}") from trouble
        self.stdout.write(
            f"{len(lines)} listed: {result.known} are in this database, {result.repeated} were "
            f"repeated, of which {result.not_found} found nothing, "
            f"{len(result.refused)} were refused."
        )
        for number, refused in result.refused.items():
            self.stdout.write(f"Line {number}: {refused}")
        if result.refused:
            sys.exit(1)
