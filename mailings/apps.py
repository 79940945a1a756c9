"""Mailings: one message to many members, and a record of who got it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MailingsConfig(AppConfig):
    """Mailings: letters and bulletins to many recipients."""

    name = "mailings"
    verbose_name = _("Mailings")

    def ready(self) -> None:
        # Models can only be imported once the app registry is ready.
        from inbox.services.mailing_lists import (  # noqa: PLC0415
            MailingList,
            register_mailing_list,
        )
        from mailings import seed  # noqa: PLC0415
        from mailings.services import (  # noqa: PLC0415
            group_letter_types,
            subscriptions,
            template_types,
        )
        from outbox.models.template_types import register  # noqa: PLC0415

        register(*template_types.TEMPLATE_TYPES, *group_letter_types.TEMPLATE_TYPES)
        register_mailing_list(
            MailingList(subscriptions.is_bulletin, subscriptions.unsubscribe_recipient)
        )
        post_migrate.connect(seed.seed, sender=self)
