"""Configuration of the outbox app: messages, and whether they arrived."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """Messages, their delivery and the heartbeats of the workers."""

    name = "outbox"
    verbose_name = _("Outbox")

    def ready(self) -> None:
        # The models are not loaded before this point.
        from outbox import seed  # noqa: PLC0415

        post_migrate.connect(seed.seed, sender=self)
