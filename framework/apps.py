"""The Action Frameworks of the focus areas."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FrameworkConfig(AppConfig):
    """Paragraphs, drafts, amendments and answers, until the framework is adopted."""

    name = "framework"
    verbose_name = _("Action Frameworks")

    def ready(self) -> None:
        # The seed imports the models, which are not loaded before the apps are ready.
        from framework import seed  # noqa: PLC0415
        from framework.services.template_types import TEMPLATE_TYPES  # noqa: PLC0415
        from outbox.models.template_types import register  # noqa: PLC0415

        register(*TEMPLATE_TYPES)
        post_migrate.connect(seed.seed, sender=self)
