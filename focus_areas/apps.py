"""What the coalition works on, and what it publishes."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FocusAreasConfig(AppConfig):
    """The four focus areas and the links of the front page."""

    name = "focus_areas"
    verbose_name = _("Focus areas")

    def ready(self) -> None:
        # Its rows are made of the models, which are not there before the apps are.
        from focus_areas import seed  # noqa: PLC0415

        post_migrate.connect(seed.seed, sender=self)
