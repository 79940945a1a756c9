"""What the portal writes, and whether it arrived."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """Messages, their delivery and its heartbeat."""

    name = "outbox"
    verbose_name = _("Outbox")

    def ready(self) -> None:
        # Models are there from here on, and not before.
        from outbox import seed  # noqa: PLC0415

        post_migrate.connect(seed.seed, sender=self)
