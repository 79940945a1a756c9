"""Queued messages."""

from datetime import timedelta

from outbox.models import MessageStatus
from outbox.services.queue import compose_message, queue_message
from tests.factories import NOON, MessageFactory

MINUTE = timedelta(minutes=1)
FINISHED = [MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.CANCELLED]


def composed(topic="P2C-AAAAAA/received/entry-1/focal-point-1", **facts):
    return compose_message(
        **{
            "topic": topic,
            "recipient": "ada@example.org",
            "language": "en",
            "subject": "P2C-AAAAAA: received",
            "body": "Thank you.",
            "at": NOON,
            **facts,
        }
    )


def queue(**facts):
    return queue_message(composed(**facts))


def message_with(status, **facts):
    if status == MessageStatus.SENT:
        facts["sent_at"] = NOON
    return MessageFactory(status=status, **facts)
