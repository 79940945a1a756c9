"""Who is in the coalition, who wants to be, and what happens to them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from members import essentials


class MembersConfig(AppConfig):
    """Expressions of interest, the members they become, and the triage desk."""

    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        """Have what must exist applied after every migrate."""
        post_migrate.connect(essentials.apply, sender=self)
