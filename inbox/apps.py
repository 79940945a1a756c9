"""Configuration of the inbox app: the mail that comes back to the portal."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    """Bounces, automatic replies, complaints and replies."""

    name = "inbox"
    verbose_name = _("Incoming mail")
