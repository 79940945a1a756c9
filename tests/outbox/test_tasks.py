from datetime import UTC, datetime

from outbox import tasks
from outbox.models import BEAT, Heartbeat, MessageStatus
from tests.factories import MessageFactory


def test_deliver_sends_a_message(mailoutbox):
    message = MessageFactory(recipient="ada@example.org")

    tasks.deliver(message.pk)

    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert [mail.to for mail in mailoutbox] == [["ada@example.org"]]


def test_sweep_publishes_what_is_due_and_shows_that_it_ran(published):
    message = MessageFactory()
    before = datetime.now(UTC)

    tasks.sweep()

    assert published() == [message.pk]
    assert Heartbeat.objects.get(name=BEAT).at >= before
