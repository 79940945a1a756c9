"""`manage.py verify`: is the portal complete, such as after a restore?"""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from outbox.services.installation import open_hold
from p2c_portal.verification import verify

MAX_LISTED = 20


class Command(BaseCommand):
    """Checks data, files, links, messages, identity, events and erasures. It changes nothing."""

    help = (
        "Checks that every file is there and unchanged, that every private link and message is "
        "consistent, that database, identity and secret belong together, and that no event was "
        "changed. Exits with 1 if not. Names rows by their keys only. "
        "Example: manage.py verify --json"
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument(
            "--list",
            action="store_true",
            help=f"list all faults and leftover files, not only the first {MAX_LISTED} of a check",
        )

    def handle(self, *, json: bool, list: bool, **options: Any) -> None:  # noqa: A002
        results = verify(at=now(), max_listed=None if list else MAX_LISTED)
        is_sound = not any(result.number_of_faults for result in results.values())
        has_tables = not results["database"].number_of_faults
        is_held = has_tables and open_hold() is not None
        if json:
            self.print_json(results, is_sound=is_sound, is_held=is_held)
        else:
            self.print_text(results, is_held=is_held)
        if not is_sound:
            sys.exit(1)

    def print_json(self, results: Any, *, is_sound: bool, is_held: bool) -> None:
        checks = {name: result.as_dict() for name, result in results.items()}
        summary = {"ok": is_sound, "is_mail_held": is_held, "checks": checks}
        self.stdout.write(json.dumps(summary, indent=2))

    def print_text(self, results: Any, *, is_held: bool) -> None:
        for name, result in results.items():
            facts = result.as_dict()
            state = "ok" if facts["ok"] else f"{facts['faults']} faults"
            more = f", {facts['leftovers']} left over" if facts["leftovers"] else ""
            self.stdout.write(f"{name:<10} {facts['checked']:>8} checked: {state}{more}")
            for example in facts["examples"]:
                self.stdout.write(f"    {example}")
        if is_held:
            self.stdout.write("Email is held until a person releases it.")
