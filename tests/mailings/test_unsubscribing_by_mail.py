"""A mail to the address in the header of a bulletin unsubscribes, as its link does."""

import re
from datetime import timedelta

import pytest

from inbox.models import IncomingKind, IncomingMail, Source
from inbox.services.mailbox import read_mailbox
from inbox.services.receiving import receive
from mailings.models import MailingKind, Unsubscription
from mailings.services.subscriptions import resubscribe, unsubscribe_recipient
from outbox.models import ERASED, Message, MessageStatus
from outbox.services.delivery import compose
from outbox.services.return_addresses import ReturnKind, return_address
from tests.factories import NOON, MessageFactory
from tests.inbox.mails import reply
from tests.mailbox_server import mailbox_server
from tests.mailings.mailings import deliver, going, person

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def with_return_addresses(settings, tmp_path):
    settings.MAIL_RETURN_DOMAIN = "return.example"
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def bulletin():
    """A bulletin that was sent to Ada."""
    going(person(email="ada@example.org"), kind=MailingKind.BULLETIN)
    deliver(*Message.objects.all())
    return Message.objects.get()


def address_of(message):
    return return_address(ReturnKind.UNSUBSCRIBE, message.message_id)


def received(to, text="", at=NOON, **headers):
    mail = reply(to, text, **{"Subject": "unsubscribe", **headers})
    return receive(raw=mail.as_bytes(), envelope_to="", source=Source.PIPE, at=at)


def unsubscribed():
    return list(Unsubscription.objects.values_list("address", "at"))


def test_mail_to_the_address_in_the_header_unsubscribes_and_is_no_correspondence():
    going(person(email="ada@example.org"), kind=MailingKind.BULLETIN)
    [to] = re.findall(
        r"<mailto:([^?>]+)\?", compose(Message.objects.get()).message()["List-Unsubscribe"]
    )
    deliver(*Message.objects.all())

    mail = received(to)

    assert (mail.kind, mail.message) == (IncomingKind.UNSUBSCRIBE, Message.objects.get())
    assert unsubscribed() == [("ada@example.org", NOON)]
    assert not IncomingMail.objects.correspondence().exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"sender": "eve@example.com"},
    ],
)
def test_mail_that_a_mail_program_sends_by_itself_unsubscribes_too(bulletin, headers):
    mail = received(address_of(bulletin), **headers)

    assert mail.kind == IncomingKind.UNSUBSCRIBE
    assert unsubscribed() == [("ada@example.org", NOON)]


def test_second_mail_is_harmless_and_bulletins_that_wait_are_cancelled(bulletin):
    going(person(email="Ada@example.org"), kind=MailingKind.BULLETIN)

    received(address_of(bulletin))
    received(address_of(bulletin), at=NOON + HOUR)

    assert unsubscribed() == [("ada@example.org", NOON)]
    assert Message.objects.latest("pk").status == MessageStatus.CANCELLED


def test_same_mail_does_not_undo_that_somebody_subscribed_again(bulletin):
    raw = reply(address_of(bulletin)).as_bytes()
    receive(raw=raw, envelope_to="", source=Source.PIPE, at=NOON)
    resubscribe(address="ada@example.org")

    receive(raw=raw, envelope_to="", source=Source.PIPE, at=NOON + HOUR)

    assert unsubscribed() == []


def with_another_code(message):
    address = address_of(message)
    local, _at, domain = address.rpartition("@")
    return f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}"


def with_the_code_of_a_reply(message):
    return return_address(ReturnKind.REPLY, message.message_id).replace("reply", "unsubscribe")


@pytest.mark.parametrize("forged", [with_another_code, with_the_code_of_a_reply])
def test_mail_to_an_address_that_the_portal_did_not_make_is_one_of_a_stranger(bulletin, forged):
    mail = received(forged(bulletin))

    assert (mail.kind, mail.message) == (IncomingKind.REPLY, None)
    assert unsubscribed() == []


def a_letter(_bulletin):
    return MessageFactory(status=MessageStatus.SENT, sent_at=NOON, recipient="ada@example.org")


def a_letter_of_a_mailing(_bulletin):
    going(person(email="ada@example.org"))
    return Message.objects.latest("pk")


def an_erased_one(bulletin):
    Message.objects.filter(pk=bulletin.pk).update(recipient=ERASED)
    return bulletin


@pytest.mark.parametrize("message", [a_letter, a_letter_of_a_mailing, an_erased_one])
def test_mail_about_a_message_that_is_no_bulletin_unsubscribes_nobody(bulletin, message):
    other = message(bulletin)

    mail = received(address_of(other), Auto_Submitted="auto-generated")

    assert mail.kind == IncomingKind.AUTOMATIC
    assert unsubscribed() == []
    other.refresh_from_db()
    unsubscribe_recipient(other, NOON)
    assert unsubscribed() == []


def test_mail_in_the_mailbox_unsubscribes_and_is_moved(bulletin, settings, tmp_path_factory):
    with mailbox_server(tmp_path_factory.mktemp("imap")) as mailbox:
        settings.MAILBOX_URL = mailbox.url
        mailbox.put(reply(address_of(bulletin), "", Subject="unsubscribe").as_bytes())

        assert read_mailbox(at=NOON) == 1

        assert mailbox.subjects("Done") == ["unsubscribe"]
    assert unsubscribed() == [("ada@example.org", NOON)]
