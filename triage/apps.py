"""The app for the work of staff on members."""

from django.apps import AppConfig
from django.core.checks import register as register_check
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TriageConfig(AppConfig):
    """The desk: the queue, decisions, duplicates, follow-ups, spreadsheets, figures, audit."""

    name = "triage"
    verbose_name = _("Triage")

    def ready(self) -> None:
        # The models cannot be imported before this point.
        from outbox.models.template_types import register  # noqa: PLC0415
        from triage import seed  # noqa: PLC0415
        from triage.audit.checks import collector_is_valid  # noqa: PLC0415
        from triage.desk.services import template_types  # noqa: PLC0415
        from triage.staff_accounts.services import template_types as staff_types  # noqa: PLC0415

        register(*template_types.TEMPLATE_TYPES, *staff_types.TEMPLATE_TYPES)
        register_check(collector_is_valid)
        post_migrate.connect(seed.seed, sender=self)
