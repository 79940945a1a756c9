"""App configuration of papers."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    """Papers of meetings, focus areas and the coalition, and their files."""

    name = "papers"
    verbose_name = _("Papers")

    def ready(self) -> None:
        # The models are not loaded before the apps are ready.
        from papers import seed  # noqa: PLC0415

        post_migrate.connect(seed.seed, sender=self)
