"""Partnership opportunities."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OpportunitiesConfig(AppConfig):
    """Needs and offers, from the first draft to the commitment that comes of them."""

    name = "opportunities"
    verbose_name = _("Needs and offers")

    def ready(self) -> None:
        # Models can only be imported once the app registry is ready.
        from commitments.services.open_data.resources import (  # noqa: PLC0415
            Filters,
            register_resource,
        )
        from opportunities import seed  # noqa: PLC0415
        from opportunities.forms.register import RegisterForm  # noqa: PLC0415
        from opportunities.services.open_data import (  # noqa: PLC0415
            OPPORTUNITIES,
            matching_now,
        )
        from opportunities.services.template_types import TEMPLATE_TYPES  # noqa: PLC0415
        from outbox.models.template_types import register  # noqa: PLC0415

        register(*TEMPLATE_TYPES)
        register_resource(
            OPPORTUNITIES, Filters(frozenset(RegisterForm.base_fields), RegisterForm, matching_now)
        )
        post_migrate.connect(seed.seed, sender=self)
