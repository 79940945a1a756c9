"""Queued messages."""

from datetime import timedelta
from functools import partial

from outbox.models import MessageStatus
from outbox.services.letters import Addressee, EditableLetter
from outbox.services.queue import Envelope, post
from outbox.services.rendering import MARKERS
from tests.factories import NOON, MessageFactory

MINUTE = timedelta(minutes=1)
FINISHED = [MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.CANCELLED]


def envelope(
    topic="P2C-AAAAAA/received/entry-1/focal-point-1",
    *,
    recipient="ada@example.org",
    recipient_name="",
    language="en",
    subject="P2C-AAAAAA: received",
    body="Thank you.",
    **facts,
):
    """A letter without a greeting; its private links are among the facts."""
    keys = {name: partial(str, facts.pop(name)) for name in MARKERS if name in facts}
    to = Addressee(recipient, language, recipient_name)
    return Envelope(EditableLetter(subject, body, language), to, topic, keys=keys, **facts)


def queue(*, at=NOON, **facts):
    return post(envelope(**facts), at=at)


def message_with(status, **facts):
    if status == MessageStatus.SENT:
        facts["sent_at"] = NOON
    return MessageFactory(status=status, **facts)
