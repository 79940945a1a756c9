"""What the portal knows about people, until when, and how it is exported and erased."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    """Retention, erasure and export of personal data, across all apps."""

    name = "privacy"
    verbose_name = _("Personal data")
