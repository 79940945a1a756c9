"""App configuration of the focus areas and of the links on the front page."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FocusAreasConfig(AppConfig):
    """The four focus areas and the links on the front page."""

    name = "focus_areas"
    verbose_name = _("Focus areas")

    def ready(self) -> None:
        # The seed imports the models, which are not loaded before the apps are ready.
        from focus_areas import seed  # noqa: PLC0415

        post_migrate.connect(seed.seed, sender=self)
