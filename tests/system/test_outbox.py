import time
from datetime import timedelta

import pytest
from django.utils.timezone import now

from outbox.models import Message, MessageStatus
from outbox.services.worker_health import check_health
from tests.factories import CallFactory, MessageFactory
from tests.members.test_intake import received
from tests.processes import eventually
from tests.system.mail import queue

pytestmark = pytest.mark.django_db(transaction=True)

# The time for a missed sweep, and for the processes to reconnect to their broker.
A_SWEEP = 45
AFTER_TROUBLE = 90


def becomes(message, status, within):
    return eventually(
        lambda: Message.objects.filter(pk=message.pk, status=status).exists(), within=within
    )


def mail_to(sink, recipient):
    return [mail for recipients, mail in sink.arrived if recipient in recipients]


@pytest.mark.patient
def test_expression_of_interest_is_acknowledged(on_redis, sink):
    at = now()
    call = CallFactory(opens_at=at - timedelta(days=1), closes_at=at + timedelta(days=1))

    member = received(
        call, organisation_name="Université de Genève", email="acknowledged@example.org", at=at
    )

    assert eventually(lambda: mail_to(sink, "acknowledged@example.org"), within=A_SWEEP)
    (mail,) = mail_to(sink, "acknowledged@example.org")
    assert member.reference in mail["Subject"]
    assert "Université de Genève" in mail.get_body(["plain"]).get_content()
    parts = [part for part in mail.walk() if not part.is_multipart()]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"quoted-printable"}
    # The worker has the time zone of the portal, in which no offset is zero.
    assert mail["Date"].datetime.utcoffset() in (timedelta(hours=1), timedelta(hours=2))


def test_broker_that_is_down_costs_no_time_and_no_message(on_redis, sink, forwarder):
    forwarder.stop()
    try:
        started = time.monotonic()
        messages = [queue(f"down-{number}@example.org") for number in range(3)]
        took = time.monotonic() - started
        kept = Message.objects.filter(status=MessageStatus.QUEUED, published_at=None).count()
    finally:
        forwarder.start()

    assert took < 1
    assert kept == 3
    assert all(becomes(message, MessageStatus.SENT, AFTER_TROUBLE) for message in messages)
    # The worker sends a heartbeat again, on each of its queues.
    assert eventually(lambda: check_health(at=now()).unserved == [], within=AFTER_TROUBLE)


def test_broker_that_hangs_costs_no_time_and_no_message(on_redis, sink, forwarder):
    forwarder.hangs.set()
    try:
        started = time.monotonic()
        messages = [queue(f"hangs-{number}@example.org") for number in range(3)]
        took = time.monotonic() - started
    finally:
        forwarder.stop()
        forwarder.start()

    assert took < 1
    assert all(becomes(message, MessageStatus.SENT, AFTER_TROUBLE) for message in messages)


@pytest.mark.patient
def test_one_machine_needs_no_broker_of_its_own(on_one_machine, sink):
    published = queue("embedded@example.org")
    swept = MessageFactory(recipient="swept@example.org", due_at=now())

    assert becomes(published, MessageStatus.SENT, within=A_SWEEP)
    assert becomes(swept, MessageStatus.SENT, within=A_SWEEP)
    assert len(mail_to(sink, "embedded@example.org")) == 1
    assert len(mail_to(sink, "swept@example.org")) == 1
