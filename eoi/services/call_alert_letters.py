"""The two letters about the next call: the link to confirm an address, and the announcement."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from core.dates import GENEVA
from core.languages import page_url
from eoi.models import CallAlert
from members.models import Call
from members.services.letters.placeholder_values import time_for
from members.services.private_links import private_address, token_for_object
from outbox.models import Message, Queue
from outbox.services.letters import Addressee, EditableLetter, texts_of, write
from outbox.services.queue import Envelope, post, post_all

# In the topics of the announcements.
ANNOUNCEMENT: Final = "open"


def alert_address(alert: CallAlert) -> str:
    """Return the absolute private URL where an address is confirmed or deleted."""
    token = token_for_object(alert)
    return private_address("eoi:call_alert", token, alert.language)


def send_confirmation_link(alert: CallAlert, *, at: datetime) -> Message:
    """Send the link to an address that asked for an alert about the next call."""
    letter = write("call_alert_requested", alert.language)
    # Each request has a message of its own, also if the same address asks twice.
    topic = f"{alert.reference}/confirm/{at:%Y-%m-%dT%H:%M:%S.%f}"
    return post(
        Envelope(
            letter,
            Addressee(email=alert.email, language=alert.language),
            topic=topic,
            reference=alert.reference,
            keys={"private_page": partial(alert_address, alert)},
        ),
        at=at,
    )


def queue_announcements(alerts: Sequence[CallAlert], call: Call, *, at: datetime) -> list[Message]:
    """Queue the email that a call is open to some addresses. It is not sent once the call closes.

    The text is the same for all readers of one language.
    """
    kind = "call_opened"
    words = texts_of(kind)
    letters: dict[str, EditableLetter] = {}
    envelopes = []
    for alert in alerts:
        language = alert.language
        if language not in letters:
            letters[language] = write(
                kind,
                language,
                {
                    "deadline": partial(time_for, call.last_moment_at(at), GENEVA),
                    "form_page": partial(page_url, "eoi:create", language),
                },
                words=words,
            )
        envelopes.append(
            Envelope(
                letters[language],
                Addressee(email=alert.email, language=language),
                # The same call may be announced again, if it closed before this was sent.
                topic=f"{alert.reference}/{ANNOUNCEMENT}/call-{call.pk}/{at:%Y-%m-%dT%H:%M:%S.%f}",
                reference=alert.reference,
                queue=Queue.BULK,
                expires_at=call.grace_ends_at,
            )
        )
    return post_all(envelopes, at=at)
