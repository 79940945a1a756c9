"""Participation: RSVPs, attendance, notices, and the pages of members."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ParticipationConfig(AppConfig):
    """The members' own pages and calendars, and the mail that they get."""

    name = "participation"
    verbose_name = _("Participation")

    def ready(self) -> None:
        # Models can only be imported once the app registry is ready.
        from inbox.services.calendar_replies import (  # noqa: PLC0415
            InvitationSystem,
            register_invitations,
        )
        from outbox.models.template_types import register  # noqa: PLC0415
        from participation import seed  # noqa: PLC0415
        from participation.services import (  # noqa: PLC0415
            co_lead_types,
            date_poll_types,
            invitation_replies,
            paper_kinds,
            template_types,
        )

        register(
            *template_types.TEMPLATE_TYPES,
            *paper_kinds.TEMPLATE_TYPES,
            *co_lead_types.TEMPLATE_TYPES,
            *date_poll_types.TEMPLATE_TYPES,
        )
        register_invitations(
            InvitationSystem(invitation_replies.reference_of, invitation_replies.record_reply)
        )
        post_migrate.connect(seed.seed, sender=self)
