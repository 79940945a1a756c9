"""Faults of a mail server during delivery, and what happens to the message."""

import pytest
from django.core.mail import get_connection
from django.db import connection as db
from django.utils.timezone import now

from outbox.models import Message, MessageStatus
from outbox.services.delivery import (
    LONGEST_DELAY,
    PROBE_EVERY,
    deliver_message,
    deliver_next,
    load_messages,
    probe_server,
)
from outbox.services.worker_health import check_health
from tests.factories import NOON, MessageFactory
from tests.mail_server import (
    CUT,
    DATA,
    EHLO,
    END,
    GREETING,
    MAIL,
    PHASES,
    RCPT,
    STALL,
    TOO_MANY,
)
from tests.portal import beat, worker
from tests.processes import eventually
from tests.system.mail import fill, repeats

# The timeout of the worker, in seconds.
PATIENCE = 0.3
LATER = NOON + LONGEST_DELAY


@pytest.fixture
def connection(own_mail_port, settings):
    """What a worker keeps between messages. The SMTP dialogue is the same on any database."""
    if db.vendor != "sqlite":
        pytest.skip("once is enough")
    settings.MAIL_BACKEND = "outbox.services.smtp.RecordingSMTPBackend"
    connection = get_connection(
        "outbox.services.allowlist.AllowlistBackend",
        host="127.0.0.1",
        port=own_mail_port,
        timeout=PATIENCE,
    )
    yield connection
    connection.close()


def state(message):
    message.refresh_from_db()
    return (message.status, message.attempts)


# A disconnection before the recipient is named does not count as an attempt.
SERVER_PHASES = (GREETING, EHLO, MAIL)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("act", [CUT, STALL], ids=["cut", "stalled"])
def test_message_is_tried_again_when_the_dialogue_breaks(own_sink, connection, phase, act):
    message = MessageFactory(recipient="ada@example.org")
    own_sink.will(phase, act)

    deliver_message(message_pk=message.pk, connection=connection, at=NOON)
    after_trouble = state(message)
    deliver_message(message_pk=message.pk, connection=connection, at=LATER)

    attempts = 0 if phase in SERVER_PHASES else 1
    assert after_trouble == (MessageStatus.QUEUED, attempts)
    assert state(message) == (MessageStatus.SENT, attempts + 1)
    assert own_sink.connections == 2
    # A message that was accepted before the disconnection arrives twice, recognisably.
    arrived = 2 if phase == END else 1
    assert own_sink.recipients == ["ada@example.org"] * arrived
    assert own_sink.message_ids == [f"<{message.message_id}@p2c.example>"] * arrived


def test_message_answered_after_the_worker_gave_up_goes_out_again_as_the_same(own_sink, connection):
    message = MessageFactory()
    own_sink.will(END, 2 * PATIENCE)

    deliver_message(message_pk=message.pk, connection=connection, at=NOON)
    after_trouble = state(message)
    deliver_message(message_pk=message.pk, connection=connection, at=LATER)

    assert after_trouble == (MessageStatus.QUEUED, 1)
    assert state(message) == (MessageStatus.SENT, 2)
    assert own_sink.message_ids == [f"<{message.message_id}@p2c.example>"] * 2


# Not at EHLO, after which smtplib tries HELO and reports that.
@pytest.mark.parametrize("phase", [GREETING, MAIL, RCPT, DATA, END])
def test_server_that_closes_for_now_costs_no_message(own_sink, connection, phase):
    message = MessageFactory()
    own_sink.will(phase, "421 4.3.2 Closing for maintenance")

    deliver_message(message_pk=message.pk, connection=connection, at=NOON)
    after_trouble = (*state(message), message.server_response)
    deliver_message(message_pk=message.pk, connection=connection, at=LATER)

    attempts = 0 if phase in SERVER_PHASES else 1
    assert after_trouble == (MessageStatus.QUEUED, attempts, "421 4.3.2 Closing for maintenance")
    assert state(message) == (MessageStatus.SENT, attempts + 1)
    assert own_sink.recipients == [message.recipient]


@pytest.mark.parametrize("answer", ["421 4.3.2 Too busy", "554 5.3.2 No mail from you today"])
def test_server_that_refuses_everybody_for_a_while_fails_no_message(own_sink, connection, answer):
    messages = [MessageFactory() for _number in range(3)]
    own_sink.will_always(GREETING, answer)
    for message in messages:
        deliver_message(message_pk=message.pk, connection=connection, at=NOON)
    while_refused = [(*state(message), message.server_response) for message in messages]

    own_sink.behave()
    for message in messages:
        deliver_message(message_pk=message.pk, connection=connection, at=LATER)

    assert while_refused == [(MessageStatus.QUEUED, 0, answer)] * 3
    assert [state(message) for message in messages] == [(MessageStatus.SENT, 1)] * 3
    assert own_sink.recipients == [message.recipient for message in messages]
    # One connection for each refused message, then one for all.
    assert own_sink.connections == 4


def test_one_refused_recipient_holds_nobody_up(own_sink, connection):
    before, refused, greylisted, after = [MessageFactory() for _number in range(4)]
    own_sink.answers[refused.recipient] = ["550 5.1.1 No such user"]
    own_sink.answers[greylisted.recipient] = ["450 4.2.0 Come back later"]

    for message in (before, refused, greylisted, after):
        deliver_message(message_pk=message.pk, connection=connection, at=NOON)

    assert state(refused) == (MessageStatus.FAILED, 1)
    assert state(greylisted) == (MessageStatus.QUEUED, 1)
    assert own_sink.recipients == [before.recipient, after.recipient]
    assert own_sink.connections == 1


def test_text_refused_for_good_fails_that_message_alone(own_sink, connection):
    refused, after = [MessageFactory() for _number in range(2)]
    own_sink.will(END, "554 5.7.1 Looks like spam")

    for message in (refused, after):
        deliver_message(message_pk=message.pk, connection=connection, at=NOON)

    assert (*state(refused), refused.server_response) == (
        MessageStatus.FAILED,
        1,
        "554 5.7.1 Looks like spam",
    )
    assert own_sink.recipients == [after.recipient]
    assert own_sink.connections == 1


def test_connection_is_kept_between_messages_and_opened_again_when_it_breaks(own_sink, connection):
    messages = [MessageFactory() for _number in range(40)]
    for message in messages[:20]:
        deliver_message(message_pk=message.pk, connection=connection, at=NOON)
    before = own_sink.connections

    own_sink.will(MAIL, CUT)
    for message in messages[20:]:
        deliver_message(message_pk=message.pk, connection=connection, at=NOON)

    assert before == 1
    assert own_sink.connections == 2
    assert own_sink.recipients == [message.recipient for message in messages]
    assert {state(message) for message in messages} == {(MessageStatus.SENT, 1)}


@pytest.mark.parametrize("renewed_after", [0, 40, 50])
def test_limit_of_messages_on_a_connection_delays_nothing(
    own_sink, connection, settings, renewed_after
):
    settings.MAIL_PER_CONNECTION = renewed_after
    own_sink.per_connection = 50
    messages = [MessageFactory() for _number in range(120)]

    left = load_messages([message.pk for message in messages], at=NOON)
    while left:
        deliver_next(left, connection, NOON)

    assert own_sink.recipients == [message.recipient for message in messages]
    assert {state(message) for message in messages} == {(MessageStatus.SENT, 1)}
    assert own_sink.connections == 3


@pytest.mark.parametrize("phase", [MAIL, RCPT, DATA, END])
def test_server_that_closes_a_used_connection_gets_the_message_on_a_new_one(
    own_sink, connection, phase
):
    first, second = MessageFactory(), MessageFactory()
    deliver_message(message_pk=first.pk, connection=connection, at=NOON)

    own_sink.will(phase, TOO_MANY)
    deliver_message(message_pk=second.pk, connection=connection, at=NOON)

    assert state(second) == (MessageStatus.SENT, 1)
    assert own_sink.recipients == [first.recipient, second.recipient]
    assert own_sink.connections == 2


def test_server_that_closes_the_new_connection_too_is_in_trouble(own_sink, connection):
    first, second = MessageFactory(), MessageFactory()
    deliver_message(message_pk=first.pk, connection=connection, at=NOON)

    own_sink.will_always(MAIL, TOO_MANY)
    deliver_message(message_pk=second.pk, connection=connection, at=NOON)

    before_a_probe = check_health(at=NOON).server_trouble
    probe_server(at=NOON + PROBE_EVERY)
    deliver_message(message_pk=second.pk, connection=connection, at=NOON + PROBE_EVERY)

    assert state(second) == (MessageStatus.QUEUED, 0)
    assert before_a_probe is None
    assert check_health(at=NOON + PROBE_EVERY).server_trouble == TOO_MANY
    assert own_sink.connections == 3


@pytest.mark.parametrize("act", [CUT, STALL], ids=["cut", "stalled"])
def test_message_that_may_have_been_accepted_is_not_sent_again_at_once(own_sink, connection, act):
    first, second = MessageFactory(), MessageFactory()
    deliver_message(message_pk=first.pk, connection=connection, at=NOON)

    own_sink.will(END, act)
    deliver_message(message_pk=second.pk, connection=connection, at=NOON)

    assert state(second) == (MessageStatus.QUEUED, 1)
    assert own_sink.recipients == [first.recipient, second.recipient]
    assert own_sink.connections == 1


@pytest.mark.skipif(db.vendor != "postgresql", reason="once is enough")
@pytest.mark.django_db(transaction=True)
def test_worker_outlives_every_break_of_the_dialogue(own_sink, given, tmp_path):
    messages = fill(30)
    for phase in PHASES:
        own_sink.will(phase, CUT, STALL)
    given = {**given, "EMAIL_TIMEOUT": "1"}

    def is_all_sent():
        # The waiting time after a failure passes.
        Message.objects.filter(due_at__gt=now()).update(due_at=now())
        return not Message.objects.waiting().exists()

    with beat(given, tmp_path), worker(given, tmp_path) as process:
        assert eventually(is_all_sent, within=60)
        assert process.is_running

    assert Message.objects.filter(status=MessageStatus.SENT).count() == 30
    assert set(own_sink.recipients) == {each.recipient for each in messages}
    # The two that were accepted before the disconnection.
    assert repeats(own_sink) == 2
