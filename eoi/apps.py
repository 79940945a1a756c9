"""The form of the Expression of Interest, its drafts, and the pages of sent ones."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EoiConfig(AppConfig):
    """The form, its drafts, and the page of an Expression of Interest."""

    name = "eoi"
    verbose_name = _("Expressions of interest")

    def ready(self) -> None:
        # Models cannot be imported before this point.
        from eoi import seed  # noqa: PLC0415
        from eoi.services import template_types  # noqa: PLC0415
        from outbox.models.template_types import register  # noqa: PLC0415

        register(*template_types.TEMPLATE_TYPES)
        post_migrate.connect(seed.seed, sender=self)
