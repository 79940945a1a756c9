"""`manage.py grant_rights`: what the running portal may do in the database."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from p2c_portal.database_rights import grant_rights, has_own_role


class Command(BaseCommand):
    """Gives the role in DATABASE_URL its rights, as the owner in MIGRATION_DATABASE_URL."""

    help = (
        "Gives the role in DATABASE_URL the rights that the running portal needs, and no others. "
        "It needs MIGRATION_DATABASE_URL, with the owner of the tables. `migrate` does the same."
    )

    def handle(self, **options: Any) -> None:
        """Grant the rights. Raises CommandError if there is only one role."""
        if not has_own_role():
            raise CommandError("MIGRATION_DATABASE_URL names no other role than DATABASE_URL.")
        grant_rights(role=settings.RUNNING_ROLE)
        self.stdout.write(f"{settings.RUNNING_ROLE} has the rights of the running portal.")
