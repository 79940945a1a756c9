"""`manage.py take_away_second_factor ada@example.org`, if the last superuser lost theirs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from accounts.models import User
from accounts.services.second_factor import NoSecondFactor, remove_second_factor


class Command(BaseCommand):
    """Removes a user's second factor when no colleague can do it in the admin."""

    help = (
        "Removes the second factor of the account with this email. "
        "Example: manage.py take_away_second_factor ada@example.org"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(options["email"])
            remove_second_factor(user=user, by=None, at=now())
        except User.DoesNotExist as missing:
            raise CommandError(f"No account has the email {options['email']}.") from missing
        except NoSecondFactor as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{user.email} sets up a new second factor at the next sign-in.")
