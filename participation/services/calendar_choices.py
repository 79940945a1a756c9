"""How meetings come into the calendar of a person, by their choice and by what can be sent."""

import uuid

from outbox.services.return_addresses import organiser_mailbox
from participation.models import CalendarChoice


def has_invitations() -> bool:
    """Return whether invitations can be sent: only if their answers reach the portal."""
    return bool(organiser_mailbox(uuid.UUID(int=0)))


def calendar_choice(choice: str) -> CalendarChoice:
    """Return how meetings come into a calendar whose owner made this choice.

    If invitations cannot be sent any more, the feed has the meetings, so that no calendar is empty.
    """
    if choice == CalendarChoice.INVITATIONS and not has_invitations():
        return CalendarChoice.FEED
    return CalendarChoice(choice)
