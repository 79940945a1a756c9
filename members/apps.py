"""The members of the coalition and the rules for them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """Calls, members, their focal points and timelines."""

    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        # Models can only be imported once the app registry is ready.
        from members import seed  # noqa: PLC0415
        from members.services import officer_types, template_types  # noqa: PLC0415
        from outbox.models.template_types import register  # noqa: PLC0415

        register(*template_types.TEMPLATE_TYPES, *officer_types.TEMPLATE_TYPES)
        post_migrate.connect(seed.seed, sender=self)
