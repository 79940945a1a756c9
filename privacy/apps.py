"""What the portal knows about people, until when, and how it is exported and erased."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    """Retention, erasure and export of personal data, across all apps."""

    name = "privacy"
    verbose_name = _("Personal data")

    def ready(self) -> None:
        # Models can only be imported once the app registry is ready.
        from privacy import seed  # noqa: PLC0415
        from privacy.services.exports import exports_source  # noqa: PLC0415
        from triage.audit.services.sources import register_source  # noqa: PLC0415

        register_source(exports_source)
        post_migrate.connect(seed.seed, sender=self)
