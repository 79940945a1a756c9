"""What the portal writes, and whether it arrived."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """Messages, their delivery and its heartbeat."""

    name = "outbox"
    verbose_name = _("Outbox")
