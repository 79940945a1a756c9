"""The mails about an account of staff."""

from datetime import datetime
from typing import Final

from django.utils.timezone import localdate
from django.utils.translation import override

from accounts.models import Invitation, User
from accounts.services.invitations import invitation_url
from accounts.services.staff_roles import role_of
from core.dates import format_date
from members.services.letters.officers import staff_addressee
from outbox.models import Message
from outbox.services.letters import compose_letter, fill_in_letter
from outbox.services.queue import cancel, queue_message
from outbox.services.rendering import escape_inline
from triage.staff_accounts.services.template_types import INVITATION, SECOND_FACTOR_RESET

INVITATION_TOPIC: Final = "staff-invitation"
SECOND_FACTOR_TOPIC: Final = "second-factor-reset"


def queue_invitation(invitation: Invitation, *, by: User, at: datetime) -> Message:
    """Queue the mail with the link of an invitation."""
    user = invitation.user
    reader = staff_addressee(user)
    with override(reader.language):
        role = role_of(user)
        values = {
            "name": escape_inline(reader.name),
            "by": escape_inline(str(by)),
            "role": str(role.label) if role else "–",
            "expires_on": format_date(localdate(invitation.expires_at)),
        }
    message = compose_letter(
        reader,
        fill_in_letter(INVITATION.name, reader.language, values),
        topic=f"{_topic_of(user)}/{invitation.pk}",
        keys={"private_page": lambda: invitation_url(invitation)},
        at=at,
        expires_at=invitation.expires_at,
    )
    return queue_message(message)


def cancel_invitations(user: User, *, at: datetime) -> None:
    """Cancel the unsent mails with the links of earlier invitations."""
    cancel(topic=_topic_of(user), at=at)


def queue_second_factor_reset(user: User, *, by: User, at: datetime) -> Message:
    """Queue the mail that tells a member of staff that their second factor was removed."""
    reader = staff_addressee(user)
    values = {"name": escape_inline(reader.name), "by": escape_inline(str(by))}
    message = compose_letter(
        reader,
        fill_in_letter(SECOND_FACTOR_RESET.name, reader.language, values),
        topic=f"{SECOND_FACTOR_TOPIC}/user-{user.pk}/{at.isoformat()}",
        at=at,
    )
    return queue_message(message)


def _topic_of(user: User) -> str:
    return f"{INVITATION_TOPIC}/user-{user.pk}"
