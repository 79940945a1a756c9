"""The two letters about the next call: the link to confirm an address, and the announcement."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from core.dates import GENEVA
from core.languages import page_url
from eoi.models import CallAlert
from eoi.services.letters import SWEEP_DELAY
from members.models import Call
from members.services.letters.placeholder_values import time_for
from members.services.private_links import private_address, token_for_object
from outbox.models import Message, Queue
from outbox.services.letters import (
    Addressee,
    EditableLetter,
    compose_letter,
    fill_in_letter,
    texts_of,
)
from outbox.services.queue import queue_message, queue_messages

# In the topics of the announcements.
ANNOUNCEMENT: Final = "open"


def alert_address(alert: CallAlert) -> str:
    """Return the absolute private URL where an address is confirmed or deleted."""
    token = token_for_object(alert)
    return private_address("eoi:call_alert", token, alert.language)


def send_confirmation_link(alert: CallAlert, *, at: datetime) -> Message:
    """Send the link to an address that asked for an alert about the next call."""
    letter = fill_in_letter("call_alert_requested", alert.language)
    # Each request has a message of its own, also if the same address asks twice.
    topic = f"{alert.reference}/confirm/{at:%Y-%m-%dT%H:%M:%S.%f}"
    message = compose_letter(
        Addressee(email=alert.email, language=alert.language),
        letter,
        topic=topic,
        reference=alert.reference,
        keys={"private_page": partial(alert_address, alert)},
        at=at,
    )
    return queue_message(message)


def queue_announcements(alerts: Sequence[CallAlert], call: Call, *, at: datetime) -> list[Message]:
    """Queue the email that a call is open to some addresses. It is not sent once the call closes.

    The text is the same for all readers of one language.
    """
    kind = "call_opened"
    words = texts_of(kind)
    letters: dict[str, EditableLetter] = {}
    messages = []
    for alert in alerts:
        language = alert.language
        if language not in letters:
            letters[language] = fill_in_letter(
                kind,
                language,
                {
                    "deadline": partial(time_for, call.last_moment_at(at), GENEVA),
                    "form_page": partial(page_url, "eoi:create", language),
                },
                words=words,
            )
        messages.append(
            compose_letter(
                Addressee(email=alert.email, language=language),
                letters[language],
                # The same call may be announced again, if it closed before this was sent.
                topic=f"{alert.reference}/{ANNOUNCEMENT}/call-{call.pk}/{at:%Y-%m-%dT%H:%M:%S.%f}",
                reference=alert.reference,
                queue=Queue.BULK,
                at=at,
                due_at=at + SWEEP_DELAY,
                expires_at=call.grace_ends_at,
            )
        )
    return queue_messages(messages)
