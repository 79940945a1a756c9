"""Erasing a person from messages."""

import pytest

from outbox.models import ERASED, Message, MessageStatus
from outbox.models.delivery_event import DeliveryEvent, SuppressedAddress, hash_of
from outbox.services.delivery_events import record_events
from outbox.services.erasure import delete_messages, erase_recipient
from outbox.services.queue import resend_message
from tests.factories import (
    NOON,
    DeliveryEventFactory,
    MessageFactory,
    SuppressedAddressFactory,
    UserFactory,
)
from tests.outbox.test_delivery_events import report

TOPIC = "P2C-AAAAAA/successor-named/entry-1"
SENT = {"status": MessageStatus.SENT, "sent_at": NOON}


def to_them(**facts):
    return MessageFactory(
        **{
            "topic": f"{TOPIC}/successor-1",
            "recipient": "grace@example.org",
            "recipient_name": "Grace Hopper",
            "body": "Dear Grace Hopper, …",
            "anonymous_body": "…",
            "attachment_name": "meetings.ics",
            "attachment_type": "text/calendar",
            "attachment": "BEGIN:VCALENDAR",
            "server_response": "250 2.1.5 <grace@example.org> queued",
            **SENT,
            **facts,
        }
    )


def erase():
    return erase_recipient(topic=TOPIC, segment="successor-1", at=NOON)


def texts(*messages):
    return [
        (one.recipient, one.recipient_name, one.body, one.anonymous_body, one.server_response)
        for one in Message.objects.filter(pk__in=[message.pk for message in messages]).order_by(
            "pk"
        )
    ]


def test_erase_replaces_whom_a_message_is_to_what_it_says_and_what_was_answered():
    message = to_them()

    number = erase()

    assert number == 1
    assert texts(message) == [(ERASED, "", "…", "", "")]
    message.refresh_from_db()
    assert (message.attachment_name, message.attachment_type, message.attachment) == ("", "", "")


def test_erase_takes_what_was_written_again_along():
    message = to_them()
    again = resend_message(
        message=message, recipient="grace@example.com", by=UserFactory(), at=NOON
    )

    number = erase()

    assert number == 2
    assert texts(again) == [(ERASED, "", "…", "", "Its cause is gone")]


def test_erase_leaves_to_others_all_but_the_name():
    other = to_them(
        topic=f"{TOPIC}/focal-point-1", recipient="ada@example.org", server_response="250 Ok"
    )
    to_them()

    erase()

    assert texts(other) == [("ada@example.org", "Grace Hopper", "…", "", "250 Ok")]


def test_erase_keeps_answers_of_our_own():
    cancelled = {"status": MessageStatus.CANCELLED, "sent_at": None}
    message = to_them(server_response="Pointless by now", **cancelled)

    erase()

    assert texts(message)[0][-1] == "Pointless by now"


def test_erase_takes_addresses_out_of_reports_matched_or_not():
    message = to_them(bounced_at=NOON, bounce_response="550 <grace@example.org> no")
    for facts in ({"message": message}, {"message_uuid": message.message_id}):
        DeliveryEventFactory(response="550 <grace@example.org> no", **facts)
    DeliveryEventFactory(response="550 <ada@example.org> no")

    erase()

    message.refresh_from_db()
    assert message.bounce_response == ""
    answers = DeliveryEvent.objects.order_by("pk").values_list("response", flat=True)
    assert list(answers) == ["", "", "550 <ada@example.org> no"]


def test_erase_keeps_of_a_suppression_a_hash_also_where_it_was_lifted():
    by = UserFactory()
    SuppressedAddressFactory(
        address="grace@example.org", lifted_at=NOON, lifted_by=by, lifted_by_name="Ada"
    )
    SuppressedAddressFactory(address="grace@example.org")
    SuppressedAddressFactory(address="alan@example.org")
    to_them(recipient="Grace@Example.org")

    erase()

    kept = SuppressedAddress.objects.order_by("pk").values_list("address", flat=True)
    assert list(kept) == [hash_of("grace@example.org")] * 2 + ["alan@example.org"]


def test_erase_leaves_a_suppression_in_clear_of_whom_another_message_is_to():
    SuppressedAddressFactory(address="grace@example.org")
    MessageFactory(recipient="GRACE@example.org")
    to_them()

    erase()

    assert SuppressedAddress.objects.get().address == "grace@example.org"


def test_delete_takes_the_messages_of_one_reference_with_their_reports_and_hashes_the_address():
    message = MessageFactory(reference="draft-1", recipient="grace@example.org", **SENT)
    record_events([report(message)], at=NOON)
    MessageFactory(reference="draft-1")
    kept = [MessageFactory(reference="draft-11"), MessageFactory(reference="")]

    number = delete_messages(reference="draft-1")

    assert number == 2
    assert list(Message.objects.order_by("pk")) == kept
    assert not DeliveryEvent.objects.exists()
    suppressed = SuppressedAddress.objects.get()
    assert (suppressed.address, suppressed.event) == (hash_of("grace@example.org"), None)
    with pytest.raises(ValueError, match="Name the reference"):
        delete_messages(reference="")
    assert list(Message.objects.order_by("pk")) == kept


def test_by_address_finds_what_is_kept_in_clear_and_as_a_hash():
    clear = SuppressedAddressFactory(address="ada@example.org")
    hashed = SuppressedAddressFactory(address=hash_of("grace@example.org"))

    found = SuppressedAddress.objects.by_address(
        "Ada@example.org", "grace@example.org", "alan@example.org"
    )

    assert found == {"ada@example.org": clear, "grace@example.org": hashed}


@pytest.mark.parametrize(
    "facts",
    [
        {"topic": f"{TOPIC}2/successor-1"},
        {"topic": "P2C-AAAAAA/successor-named"},
        {"topic": "P2C-BBBBBB/successor-named/entry-1"},
        # If the segment of a topic is longer, even the name stays.
        {"topic": f"{TOPIC}/successor-12", "anonymous_body": ""},
    ],
)
def test_erase_leaves_what_another_cause_or_another_person_had(facts):
    message = to_them(**facts)
    before = texts(message)

    number = erase()

    assert (number, texts(message)) == (0, before)
