"""The addresses to which bounces and replies of a message come back."""

import uuid
from email.utils import parseaddr

import pytest

from outbox.services.delivery import compose
from outbox.services.return_addresses import (
    ReturnKind,
    envelope_sender,
    read_return_address,
    reply_addresses,
    return_address,
    unsubscribe_mailbox,
)
from tests.factories import MessageFactory

NUMBER = uuid.UUID("12345678-1234-4234-8234-123456789abc")


@pytest.fixture(params=["domain", "sub-addresses"])
def return_settings(request, settings):
    if request.param == "domain":
        settings.MAIL_RETURN_DOMAIN = "return.example"
    else:
        settings.MAIL_RETURN_MAILBOX = "portal@p2c.example"


# The organiser of invitations belongs to a person, and to no message.
@pytest.mark.parametrize("kind", [kind for kind in ReturnKind if kind is not ReturnKind.MEET])
def test_address_leads_back_to_its_message_alone(return_settings, kind):
    message, other = MessageFactory(), MessageFactory()

    address = return_address(kind, message.message_id)

    found = read_return_address(address.upper())
    assert (found.kind, found.message()) == (kind, message)
    assert found.message() != other
    assert len(address.rpartition("@")[0]) <= 64


def test_address_that_was_altered_says_nothing(return_settings):
    address = return_address(ReturnKind.BOUNCE, NUMBER)
    local, _at, domain = address.rpartition("@")
    other = return_address(ReturnKind.BOUNCE, uuid.UUID(int=1)).rpartition("@")[0]

    for altered in (
        f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}",
        f"{other[:-8]}{local[-8:]}@{domain}",
        address.replace("bounce", "reply"),
        "ada@example.org",
        "",
    ):
        assert read_return_address(altered) is None


def test_address_made_with_an_earlier_secret_key_is_still_read(return_settings, settings):
    address = return_address(ReturnKind.REPLY, NUMBER)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-at-least-twenty-signs"

    assert read_return_address(address) is not None
    settings.SECRET_KEY_FALLBACKS = []
    assert read_return_address(address) is None


def test_mail_has_its_own_sender_of_the_envelope_and_a_readable_one(settings):
    settings.MAIL_RETURN_DOMAIN = "return.example"
    message = MessageFactory()

    mail = compose(message)

    assert mail.from_email == envelope_sender(message.message_id)
    assert mail.from_email.startswith("bounce+")
    assert mail.message()["From"] == settings.DEFAULT_FROM_EMAIL
    own, shared = mail.message()["Reply-To"].split(", ")
    assert parseaddr(own) == (
        "Partner2Connect Digital Coalition",
        return_address(ReturnKind.REPLY, message.message_id),
    )
    assert shared == settings.MAIL_REPLY_TO


def test_shared_mailbox_with_sub_addresses_gets_each_reply_once(settings):
    settings.MAIL_RETURN_MAILBOX = settings.MAIL_REPLY_TO

    assert len(reply_addresses(NUMBER)) == 1


def test_server_without_sub_addresses_gets_the_mailbox_itself(settings):
    settings.MAIL_RETURN_MAILBOX = "portal@p2c.example"
    settings.MAIL_SUBADDRESSES = False

    assert envelope_sender(NUMBER) == "portal@p2c.example"
    assert [parseaddr(each)[1] for each in reply_addresses(NUMBER)] == [
        "portal@p2c.example",
        settings.MAIL_REPLY_TO,
    ]


def test_without_these_settings_mail_goes_out_as_before(settings):
    mail = compose(MessageFactory())

    assert mail.from_email == settings.DEFAULT_FROM_EMAIL
    assert mail.reply_to == [settings.MAIL_REPLY_TO]
    assert "From" not in mail.extra_headers
    assert unsubscribe_mailbox(NUMBER) == ""


def test_mailbox_itself_unsubscribes_nobody(settings):
    settings.MAIL_RETURN_MAILBOX = "portal@p2c.example"

    assert unsubscribe_mailbox(NUMBER).startswith("portal+unsubscribe.")

    settings.MAIL_SUBADDRESSES = False
    assert unsubscribe_mailbox(NUMBER) == ""
