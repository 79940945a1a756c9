"""App configuration of meetings."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """Meetings, series and sittings, on public pages and in feeds."""

    name = "meetings"
    verbose_name = _("Calendar")

    def ready(self) -> None:
        # The seed imports the models, which are not loaded before the apps are ready.
        from meetings import seed  # noqa: PLC0415

        post_migrate.connect(seed.seed, sender=self)
