"""Who is in the coalition, who wants to be, and what happens to them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """Expressions of interest, and the members they become."""

    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        """Declare what is written to members, and have what must exist applied after migrating."""
        # Models are there from here on, and not before.
        from members import draft_kinds, draft_seed, essentials, kinds  # noqa: PLC0415
        from outbox.models.template_types import declare  # noqa: PLC0415

        declare(*kinds.KINDS, *draft_kinds.KINDS)
        for seed in (essentials, draft_seed):
            post_migrate.connect(seed.apply, sender=self)
