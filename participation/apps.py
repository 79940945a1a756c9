"""Who takes part in which meeting, and what those who do see of their working group."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    """The working groups' own pages and calendars."""

    name = "participation"
    verbose_name = _("Participation")

    def ready(self) -> None:
        # Models are there from here on, and not before.
        from outbox.models.template_types import register  # noqa: PLC0415
        from participation import seed  # noqa: PLC0415
        from participation.services import paper_kinds, template_types  # noqa: PLC0415

        register(*template_types.TEMPLATE_TYPES, *paper_kinds.TEMPLATE_TYPES)
        post_migrate.connect(seed.seed, sender=self)
