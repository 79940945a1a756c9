"""The suppressed addresses in the admin: viewing and lifting."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from outbox.models import MessageStatus
from outbox.models.delivery_event import EventKind, SuppressionReason
from tests.factories import (
    NOON,
    DeliveryEventFactory,
    MessageFactory,
    SuppressedAddressFactory,
    UserFactory,
)
from tests.triage.staff import observer, officer, signed_in, told

LIST = "/admin/outbox/suppressedaddress/"


def address(name, suppressed):
    return reverse(f"admin:outbox_suppressedaddress_{name}", args=[suppressed.pk])


def read(response):
    return " ".join(response.content.decode().split())


def lifted_one(**facts):
    by = {"lifted_at": NOON, "lifted_by": UserFactory(), "lifted_by_name": "Grace Hopper"}
    return SuppressedAddressFactory(**by, **facts)


def test_list_says_of_each_why_and_whether_it_is_in_force():
    SuppressedAddressFactory(address="ada@example.org", reason=SuppressionReason.COMPLAINT)
    lifted_one(address="alan@example.org")

    page = read(signed_in(observer()).get(LIST))

    assert "ada@example.org" in page
    assert "The owner of this address reported our emails as spam." in page
    assert "Suppressed" in page
    assert "Removed from the suppression list on 25 October 2021, 14:00 by Grace Hopper" in page


def test_list_names_addresses_whose_mail_comes_back_often():
    for days_ago in range(7):
        DeliveryEventFactory(
            message=MessageFactory(recipient="ada+news@example.org"),
            kind=EventKind.SOFT_BOUNCE,
            at=now() - timedelta(days=days_ago),
        )

    page = read(signed_in(observer()).get(LIST))

    assert "?q=ada%2Bnews%40example.org" in page
    assert "Mail to this address came back on 7 of the last 30 days." in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"at_present": "in_force"}, ["ada@example.org"]),
        ({"at_present": "lifted"}, ["alan@example.org"]),
        ({"reason__exact": "complaint"}, ["ada@example.org"]),
        ({"q": "alan"}, ["alan@example.org"]),
    ],
)
def test_list_is_narrowed(query, found):
    SuppressedAddressFactory(address="ada@example.org", reason=SuppressionReason.COMPLAINT)
    lifted_one(address="alan@example.org")

    response = signed_in(observer()).get(LIST, query)

    assert [each.address for each in response.context["cl"].result_list] == found


def test_page_says_how_it_came_to_this_and_what_was_not_sent():
    message = MessageFactory(subject="Welcome", status=MessageStatus.SENT, sent_at=NOON)
    event = DeliveryEventFactory(
        message=message, kind=EventKind.HARD_BOUNCE, response="550 5.1.1 <b>no such user"
    )
    suppressed = SuppressedAddressFactory(address="ada@example.org", event=event)
    MessageFactory(
        subject="A later letter", status=MessageStatus.CANCELLED, suppressed_by=suppressed
    )

    page = read(signed_in(observer()).get(address("change", suppressed)))

    assert "550 5.1.1 &lt;b&gt;no such user" in page
    assert "Welcome" in page
    assert "A later letter" in page
    assert "Remove from suppression list" not in page


def test_lift_asks_first_and_then_lets_an_address_be_written_to_again():
    suppressed = SuppressedAddressFactory(address="ada@example.org", reason="complaint")
    grace = officer(name="Grace")
    client = signed_in(grace)

    page = read(client.get(address("lift", suppressed)))
    suppressed.refresh_from_db()
    before = suppressed.lifted_at
    response = client.post(address("lift", suppressed), follow=True)

    assert "ada@example.org" in page
    assert "Messages that were not sent meanwhile are not sent automatically" in page
    assert (
        "Remove the address from the suppression list only if the owner has told you otherwise."
    ) in page
    suppressed.refresh_from_db()
    assert (before, suppressed.lifted_by, suppressed.lifted_by_name) == (None, grace, "Grace")
    assert told(response) == ["Removed from the suppression list: ada@example.org."]
    assert response.redirect_chain == [(address("change", suppressed), 302)]


def test_lift_says_that_a_colleague_was_first():
    suppressed = lifted_one()
    client = signed_in(officer())

    asked = client.get(address("lift", suppressed))
    response = client.post(address("lift", suppressed), follow=True)

    assert "This address was already removed from the suppression list." in read(asked)
    assert told(response) == ["This address was already removed from the suppression list."]
    suppressed.refresh_from_db()
    assert (suppressed.lifted_at, suppressed.lifted_by_name) == (NOON, "Grace Hopper")


def test_page_of_a_message_says_that_it_came_back_and_that_its_address_is_suppressed():
    message = MessageFactory(
        recipient="Ada@example.org",
        status=MessageStatus.SENT,
        sent_at=NOON,
        server_response="250 OK",
        bounced_at=NOON,
        bounce_response="550 5.1.1 no such user",
    )
    DeliveryEventFactory(message=message, kind=EventKind.DELAYED, response="421 4.7.0 wait")
    SuppressedAddressFactory(address="ada@example.org")

    page = read(
        signed_in(observer()).get(reverse("admin:outbox_message_change", args=[message.pk]))
    )

    assert "bounced" in page
    assert "The mail server does not know this address." in page
    assert "The message was sent but bounced. It will not be retried automatically." in page
    assert "correct it and resend." in page
    assert "421 4.7.0 wait" in page
    assert "No email is sent to ada@example.org: suppressed since 25 October 2021, 14:00." in page
