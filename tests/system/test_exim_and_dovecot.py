"""The way back through a real mail server and a real mailbox, as in production."""

import contextlib
import smtplib

import pytest

from inbox.models import IncomingFile, IncomingMail
from outbox.models import MessageStatus
from outbox.models.delivery_event import DeliveryEvent, EventKind, SuppressedAddress
from tests.inbox.mails import ONE_PDF, reply
from tests.portal import beat, worker
from tests.processes import PATIENCE, eventually
from tests.relay import KNOWN_DOMAIN, RETURN_DOMAIN, Dovecot, Relay, folder_of_mail
from tests.system.conftest import unless_missing
from tests.system.mail import all_sent, fill

pytestmark = [pytest.mark.long, pytest.mark.patient, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def servers(own_mail_port):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(folder_of_mail())
        with unless_missing():
            relay, dovecot = Relay(folder, onward=own_mail_port), Dovecot(folder)
        yield stack.enter_context(relay), stack.enter_context(dovecot)


def reply_address(sink, recipient):
    """Return the first address to which the recipient of a mail replies."""
    [mail] = [mail for recipients, mail in sink.arrived if recipient in recipients]
    return mail["Reply-To"].addresses[0].addr_spec


@pytest.mark.timeout(400)
def test_mail_that_comes_back_through_real_servers(given, own_sink, servers, settings, tmp_path):
    relay, mailbox = servers
    settings.MEDIA_ROOT = str(tmp_path / "files")
    given |= {
        "EMAIL_URL": f"smtp://127.0.0.1:{relay.port}",
        "MAIL_RETURN_DOMAIN": RETURN_DOMAIN,
        "MAILBOX_URL": mailbox.url,
        "MEDIA_ROOT": settings.MEDIA_ROOT,
    }
    [unknown] = fill(1, recipient=f"unknown@{KNOWN_DOMAIN}")
    [away] = fill(1, recipient=f"away@{KNOWN_DOMAIN}")
    [refused, written] = fill(2, reference="P2C-K7M4Q2")
    own_sink.answers[refused.recipient] = ["550 5.1.1 No such person here"]
    bounced = SuppressedAddress.objects.filter(address__in=[unknown.recipient, refused.recipient])

    with worker(given, tmp_path), beat(given, tmp_path):
        assert all_sent(within=PATIENCE)
        assert eventually(lambda: written.recipient in own_sink.recipients, within=PATIENCE)
        answer = reply(
            reply_address(own_sink, written.recipient), "Here it is.", sender=written.recipient
        )
        answer.add_attachment(
            ONE_PDF, maintype="application", subtype="pdf", filename="Statutes.pdf"
        )
        with smtplib.SMTP("127.0.0.1", relay.port) as connection:
            connection.send_message(answer)
        assert eventually(lambda: bounced.count() == 2, within=120)
        assert eventually(lambda: mailbox.count("Done") == 4, within=PATIENCE)

    for message in (unknown, away, refused, written):
        message.refresh_from_db()
        assert message.status == MessageStatus.SENT
    assert unknown.bounce_response == "500 5.0.0 User unknown"
    assert refused.bounce_response == "550 5.1.1 No such person here"
    assert [away.bounced_at, written.bounced_at] == [None, None]
    assert sorted(DeliveryEvent.objects.values_list("kind", flat=True)) == [
        EventKind.AUTOMATIC_REPLY,
        EventKind.HARD_BOUNCE,
        EventKind.HARD_BOUNCE,
    ]
    received = IncomingMail.objects.replies_of("P2C-K7M4Q2").get()
    assert (received.message, received.text) == (written, "Here it is.")
    assert (received.is_proved, received.is_from_other_address) == (True, False)
    assert IncomingFile.objects.get(mail=received).file_name == "Statutes.pdf"
    assert mailbox.count("INBOX") == mailbox.count("Unmatched") == 0
