"""What is written to many members at once, and who got it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    """Mailings: letters and bulletins to many."""

    name = "mailings"
    verbose_name = _("Correspondence")

    def ready(self) -> None:
        # Models are there from here on, and not before.
        from mailings import seed  # noqa: PLC0415
        from mailings.services import template_types  # noqa: PLC0415
        from outbox.models.template_types import register  # noqa: PLC0415

        register(*template_types.TEMPLATE_TYPES)
        post_migrate.connect(seed.seed, sender=self)
