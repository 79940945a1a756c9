"""What the coalition works on, when it meets, what it publishes."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FocusAreasConfig(AppConfig):
    """The four focus areas, their meetings and their links."""

    name = "focus_areas"
    verbose_name = _("Focus areas and calendar")

    def ready(self) -> None:
        """Have what must exist applied after every migrate."""
        # Its rows are made of the models, which are not there before the apps are.
        from focus_areas import essentials  # noqa: PLC0415

        post_migrate.connect(essentials.apply, sender=self)
