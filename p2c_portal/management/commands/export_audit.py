"""`manage.py export_audit`: the audit of some days as lines of JSON."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from accounts.models import ReadingKind, User
from accounts.services.events import AUDIT, MANY_RECORDS, RecordRead, record_reading
from core.dates import GENEVA, all_day_range
from triage.audit.services.lines import whole_lines


class Command(BaseCommand):
    """Prints what the page *Audit* and the lists of sign-ins and readings have."""

    help = (
        "Prints all changes, sign-ins, readings and exports of some days in Geneva as JSON, one on "
        "each line. The export is recorded for the account of --by, which may read the audit. "
        "Example: manage.py export_audit --since 2026-11-01 --until 2026-11-30 --by ada@example.org"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", required=True, type=date.fromisoformat, help="first day")
        parser.add_argument("--until", required=True, type=date.fromisoformat, help="last day")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="for whom it is exported")

    def handle(self, *, since: date, until: date, by: str, **options: Any) -> None:
        """Record the export and print the lines. Raises CommandError."""
        reader = User.objects.filter(email__iexact=by).first()
        if reader is None or not reader.has_perm("accounts.view_audit"):
            raise CommandError("--by is the address of an account that may read the audit.")
        record_reading([RecordRead(AUDIT, MANY_RECORDS, ReadingKind.EXPORT)], by=reader, at=now())
        begin, end = all_day_range(since, until, GENEVA)
        for line in whole_lines(since=begin, until=end):
            self.stdout.write(line)
