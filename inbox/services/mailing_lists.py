"""The messages whose recipients a mail can unsubscribe. The app that sends them registers these."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from outbox.models import Message


@dataclass(frozen=True)
class MailingList:
    """Messages to people who can unsubscribe.

    `has_sent` says whether a message is one of them and still names its recipient. `unsubscribe`
    does so for the recipient of such a message; a second call has no effect.
    """

    has_sent: Callable[[Message], bool]
    unsubscribe: Callable[[Message, datetime], None]


MAILING_LISTS: Final[list[MailingList]] = []


def register_mailing_list(mailing_list: MailingList) -> None:
    """Let mails unsubscribe the recipients of some messages."""
    MAILING_LISTS.append(mailing_list)


def list_of(message: Message) -> MailingList | None:
    """Return the list that sent a message, if one did."""
    return next((each for each in MAILING_LISTS if each.has_sent(message)), None)
