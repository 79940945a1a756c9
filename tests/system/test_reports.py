"""A mail provider's signed report, sent to a real web server."""

import hashlib
import hmac
import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.utils.timezone import now

from outbox.models import Message, MessageStatus
from outbox.models.delivery_event import DeliveryEvent, EventKind, SuppressedAddress
from tests.broker import broker_at
from tests.outbox.reports import ADDRESS, NAME, PASSWORD, SIGNING_KEY, basic, mailgun
from tests.portal import beat, collect_static, web, worker
from tests.processes import PATIENCE, eventually
from tests.system.mail import queue

pytestmark = [
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def given(given):
    """The environment of a portal that sends through Mailgun, and receives its reports."""
    return {
        **given,
        "MAIL_PROVIDER": "mailgun",
        "MAIL_PROVIDER_OPTIONS": f"MAILGUN_WEBHOOK_SIGNING_KEY={SIGNING_KEY}",
        "WEBHOOK_SECRET": f"{NAME}:{PASSWORD}",
    }


@pytest.fixture
def site(given, tmp_path):
    """A web server with the same broker as this process."""
    collect_static()
    with web(given, tmp_path, workers=1) as site, broker_at(given["CELERY_BROKER_URL"]):
        yield site


def is_now(message, status):
    return Message.objects.filter(pk=message.pk, status=status).exists()


def signed(report, *, by=SIGNING_KEY):
    """A report of this moment with Mailgun's signature over the time and a token."""
    timestamp, token = str(int(now().timestamp())), hashlib.sha256(by.encode()).hexdigest()[:50]
    digest = hmac.new(by.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    signature = {"timestamp": timestamp, "token": token, "signature": digest}
    event = {**report["event-data"], "timestamp": now().timestamp()}
    return {"signature": signature, "event-data": event}


def post(site, report, headers=None):
    """Send a report to the web server, and return the status of the response."""
    request = Request(  # noqa: S310
        f"{site.url}{ADDRESS}",
        data=json.dumps(report).encode(),
        headers={"Content-Type": "application/json", **(basic() if headers is None else headers)},
    )
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status
    except HTTPError as refused:
        return refused.code


def test_bounce_that_is_reported_keeps_the_next_mail_from_its_address(
    given, site, own_sink, tmp_path
):
    with worker(given, tmp_path), beat(given, tmp_path):
        first = queue("nobody@example.org", topic="first")
        assert eventually(lambda: is_now(first, MessageStatus.SENT), within=PATIENCE)
        [(_recipients, mail)] = own_sink.arrived
        # Mailgun returns it, because the headers of the message contained it.
        numbers = json.loads(mail["X-Mailgun-Variables"])
        report = signed(mailgun(first, **{"user-variables": numbers}))
        forged = signed(mailgun(first, id="forged"), by="some other key")

        assert post(site, forged) == 403
        assert post(site, report, headers=basic(password="a-guess-of-more-than-twenty")) == 403
        was_kept = DeliveryEvent.objects.exists()
        assert [post(site, report), post(site, report)] == [200, 200]

        second = queue("nobody@example.org", topic="second")
        assert eventually(lambda: is_now(second, MessageStatus.CANCELLED), within=PATIENCE)

    assert not was_kept
    [event] = DeliveryEvent.objects.all()
    assert (event.kind, event.message) == (EventKind.HARD_BOUNCE, first)
    [suppressed] = SuppressedAddress.objects.all()
    assert suppressed.address == "nobody@example.org"
    second.refresh_from_db()
    assert second.suppressed_by == suppressed
    assert len(own_sink.arrived) == 1
