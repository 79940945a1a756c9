"""Configuration of the inbox app: the mail that comes back to the portal."""

from django.apps import AppConfig
from django.db.models import Q
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    """Bounces, automatic replies, complaints and replies."""

    name = "inbox"
    verbose_name = _("Incoming mail")

    def ready(self) -> None:
        # Models can only be imported once the app registry is ready.
        from inbox import seed  # noqa: PLC0415
        from inbox.models import OwnerKind, register_owner_kind  # noqa: PLC0415
        from members.models import Member  # noqa: PLC0415
        from members.services import search  # noqa: PLC0415

        register_owner_kind(
            OwnerKind(
                model=Member,
                visible_to=Member.objects.visible_to,
                find=lambda members, typed: search.find(members, typed).members,
                attachable=Q(personal_data_deleted_at=None),
            )
        )
        post_migrate.connect(seed.seed, sender=self)
