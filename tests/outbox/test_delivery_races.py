"""Concurrent sweeps, on PostgreSQL."""

import pytest
from django.core.mail import get_connection
from django.db import IntegrityError

from outbox.models import MessageQuerySet
from outbox.services.delivery import deliver_message
from outbox.services.publishing import publish_due
from tests.factories import NOON, MessageFactory
from tests.races import POSTGRESQL_ONLY, overtaken

pytestmark = POSTGRESQL_ONLY


def tasks_of_two_beats(published):
    """Let one beat's sweep overtake another's, and return the messages with a task."""
    overtaken(lambda: publish_due(at=NOON), lambda: publish_due(at=NOON), at="outbox_message")
    return published()


def deliver_each(tasks):
    for pk in tasks:
        deliver_message(message_pk=pk, connection=get_connection(), at=NOON)


def test_what_two_beats_sweep_at_once_is_delivered_once(mailoutbox, published):
    messages = [MessageFactory().pk for _number in range(5)]

    tasks = tasks_of_two_beats(published)
    deliver_each(tasks)

    assert tasks == messages * 2
    assert len(mailoutbox) == len(messages)


def test_what_two_beats_sweep_at_once_needs_the_claim(mailoutbox, published, monkeypatch):
    messages = [MessageFactory().pk for _number in range(5)]
    tasks = tasks_of_two_beats(published)

    # Sent messages are left out when they are read, and never claimed.
    monkeypatch.setattr(MessageQuerySet, "waiting", lambda queryset: queryset)
    monkeypatch.setattr(MessageQuerySet, "claimable", lambda queryset, at: queryset)
    # Without the claim, the database still refuses to send a sent message again.
    with pytest.raises(IntegrityError, match="sent_has_its_time"):
        deliver_each(tasks)

    assert len(mailoutbox) == len(messages)
