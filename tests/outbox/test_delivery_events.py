"""The effects of a provider's reports, and suppressed addresses."""

from datetime import timedelta

import pytest
from django.core.mail import get_connection

from outbox.models import MessageStatus
from outbox.models.delivery_event import (
    DeliveryEvent,
    EventKind,
    SuppressedAddress,
    SuppressionReason,
)
from outbox.services.delivery import compose, deliver_message
from outbox.services.delivery_events import (
    MATCHED_ON_ARRIVAL,
    delete_unmatched_events,
    lift_suppression,
    match_pending_events,
    record_events,
)
from outbox.services.providers import PROVIDERS, ProviderEvent
from outbox.services.queue import resend_message
from outbox.services.rendering import PRIVATE_PAGE
from p2c_portal.mail_provider import MAIL_PROVIDERS
from tests.factories import (
    NOON,
    DeliveryEventFactory,
    MessageFactory,
    SuppressedAddressFactory,
    UserFactory,
)
from tests.outbox.delivering import Backend
from tests.outbox.queueing import queue
from tests.outbox.reports import configured

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SENT = {"status": MessageStatus.SENT, "sent_at": NOON}


def report(message, kind=EventKind.HARD_BOUNCE, *, at=NOON, key="a", response="550 5.1.1 no"):
    return ProviderEvent(
        key=key.rjust(64, "0"),
        provider="postmark",
        kind=kind,
        at=at,
        message_uuid=message.message_id,
        provider_id="",
        response=response,
    )


def delivered(message, at=NOON):
    backend = Backend()
    deliver_message(message_pk=message.pk, connection=backend, at=at)
    message.refresh_from_db()
    return [mail["To"] for mail in backend.sent]


def test_report_before_its_message_is_sent_counts_once_it_is():
    message = MessageFactory(recipient="ada@example.org")
    record_events([report(message, at=NOON + MINUTE)], at=NOON + MINUTE)
    waits = match_pending_events(at=NOON + MINUTE)
    delivered(message)

    matched = match_pending_events(at=NOON + 2 * MINUTE)

    message.refresh_from_db()
    assert (waits, matched, match_pending_events(at=NOON + 3 * MINUTE)) == (0, 1, 0)
    assert message.bounced_at == NOON + MINUTE
    assert SuppressedAddress.objects.get().address == "ada@example.org"


@pytest.mark.parametrize(
    ("delivered_at", "has_come_back"), [(NOON - MINUTE, True), (NOON, True), (NOON + MINUTE, False)]
)
@pytest.mark.parametrize("bounce_is_reported_first", [True, False])
def test_of_several_reports_what_happened_last_counts_and_at_one_instant_that_it_came_back(
    delivered_at, has_come_back, bounce_is_reported_first
):
    message = MessageFactory(**SENT)
    reports = [
        report(message, EventKind.SOFT_BOUNCE, key="a", at=NOON),
        report(message, EventKind.DELIVERED, key="b", at=delivered_at),
    ]

    for each in reports if bounce_is_reported_first else reversed(reports):
        record_events([each], at=NOON + DAY)

    message.refresh_from_db()
    assert message.bounced_at == (NOON if has_come_back else None)


def test_report_before_its_message_is_stored_counts_once_it_is():
    message = MessageFactory.build(recipient="ada@example.org", **SENT)
    record_events([report(message)], at=NOON)
    message.save()

    matched = match_pending_events(at=NOON)

    message.refresh_from_db()
    assert (matched, message.bounced_at) == (1, NOON)


def test_many_reports_at_once_are_acted_on_by_and_by():
    messages = MessageFactory.create_batch(MATCHED_ON_ARRIVAL + 2, **SENT)
    reports = [report(message, key=str(message.pk)) for message in messages]

    record_events(reports, at=NOON)

    assert SuppressedAddress.objects.count() == MATCHED_ON_ARRIVAL
    assert match_pending_events(at=NOON) == 2
    assert SuppressedAddress.objects.count() == MATCHED_ON_ARRIVAL + 2


def test_reports_of_nobody_we_know_hold_up_no_other():
    for number in range(3):
        DeliveryEventFactory(received_at=NOON - DAY, provider_id=f"other-{number}")
    message = MessageFactory(provider_id="ours", **SENT)
    DeliveryEventFactory(provider_id="ours", received_at=NOON)
    MessageFactory(provider_id="", **SENT)

    matched = match_pending_events(at=NOON)

    assert matched == 1
    assert [event.message for event in DeliveryEvent.objects.exclude(message=None)] == [message]


def test_report_whose_own_number_is_none_of_ours_is_found_by_the_providers():
    message = MessageFactory(provider_id="theirs", **SENT)
    stranger = MessageFactory.build()
    DeliveryEventFactory(message_uuid=stranger.message_id, provider_id="theirs")

    match_pending_events(at=NOON)

    assert DeliveryEvent.objects.get().message == message


def test_matching_takes_as_many_queries_however_many_wait_in_vain(django_assert_num_queries):
    DeliveryEventFactory.create_batch(3, provider_id="none-of-ours")

    with django_assert_num_queries(1):
        match_pending_events(at=NOON)


def test_reports_of_no_message_are_forgotten_after_a_week():
    message = MessageFactory(**SENT)
    kept = {
        DeliveryEventFactory(received_at=NOON - 7 * DAY),
        DeliveryEventFactory(received_at=NOON - 30 * DAY, message=message),
    }
    DeliveryEventFactory(received_at=NOON - 7 * DAY - MINUTE)

    forgotten = delete_unmatched_events(at=NOON)

    assert forgotten == 1
    assert set(DeliveryEvent.objects.all()) == kept


def test_suppressed_address_is_sent_nothing_and_the_message_says_why():
    suppressed = SuppressedAddressFactory(address="ada@example.org")
    facts = {"body": PRIVATE_PAGE, "private_page": "https://p2c.example/page"}
    message = queue(recipient="Ada@Example.org", **facts)

    sent = delivered(message)

    assert sent == []
    assert (message.status, message.suppressed_by) == (MessageStatus.CANCELLED, suppressed)
    assert message.server_response == "Its address is suppressed: mail to it came back"
    assert message.private_page == ""


def test_others_are_sent_their_mail_and_so_is_who_was_suppressed_once():
    SuppressedAddressFactory(address="ada@example.org")
    lifted = {"lifted_at": NOON, "lifted_by": UserFactory(), "lifted_by_name": "Grace"}
    SuppressedAddressFactory(address="grace@example.org", **lifted)
    messages = [
        MessageFactory(recipient=recipient)
        for recipient in ("bad.ada@example.org", "ada@example.org.uk", "grace@example.org")
    ]

    sent = [delivered(message) for message in messages]

    assert sent == [[message.recipient] for message in messages]


def test_lift_lets_an_address_be_written_to_again_and_keeps_who_did_it():
    suppressed = SuppressedAddressFactory(address="ada@example.org")
    held_back = MessageFactory(recipient="ada@example.org")
    delivered(held_back)
    officer = UserFactory(name="Grace Hopper")

    lift_suppression(suppressed=suppressed, by=officer, at=NOON + DAY)

    suppressed.refresh_from_db()
    assert (suppressed.lifted_at, suppressed.lifted_by) == (NOON + DAY, officer)
    assert suppressed.lifted_by_name == "Grace Hopper"
    held_back.refresh_from_db()
    assert held_back.status == MessageStatus.CANCELLED
    again = resend_message(
        message=held_back, recipient="ada@example.org", by=officer, at=NOON + DAY
    )
    assert delivered(again, at=NOON + DAY) == ["ada@example.org"]


@pytest.mark.parametrize(
    ("happened_at", "times"), [(NOON - MINUTE, 1), (NOON, 1), (NOON + MINUTE, 2)]
)
def test_what_happened_before_an_address_was_lifted_suppresses_it_no_more(happened_at, times):
    lifted = {"lifted_at": NOON, "lifted_by": UserFactory(), "lifted_by_name": "Grace"}
    SuppressedAddressFactory(address="ada@example.org", since=NOON - DAY, **lifted)
    message = MessageFactory(recipient="ada@example.org", **SENT)

    record_events([report(message, at=happened_at)], at=NOON + DAY)

    assert SuppressedAddress.objects.filter(address="ada@example.org").count() == times
    message.refresh_from_db()
    assert message.bounced_at == happened_at


def test_address_that_is_suppressed_already_stays_so_for_its_first_reason():
    message = MessageFactory(recipient="ada@example.org", **SENT)
    record_events([report(message, EventKind.COMPLAINT, key="a")], at=NOON)

    record_events(
        [report(message, EventKind.HARD_BOUNCE, key="b", at=NOON + MINUTE)], at=NOON + DAY
    )

    kept = SuppressedAddress.objects.get()
    assert (kept.reason, kept.since) == (SuppressionReason.COMPLAINT, NOON)


@pytest.mark.parametrize("kind", EventKind)
def test_only_no_such_address_and_a_complaint_suppress(kind):
    message = MessageFactory(**SENT)

    record_events([report(message, kind)], at=NOON)

    suppresses = kind in ("hard_bounce", "complaint")
    assert SuppressedAddress.objects.exists() == suppresses
    message.refresh_from_db()
    assert (message.bounced_at is not None) == (kind in ("hard_bounce", "soft_bounce", "refused"))


@pytest.mark.parametrize(
    ("provider", "header"),
    [
        ("brevo", ("X-Mailin-custom", '{"p2c-message": "NUMBER"}')),
        ("mailgun", ("X-Mailgun-Variables", '{"p2c-message": "NUMBER"}')),
        ("mailjet", ("X-MJ-EventPayload", '{"p2c-message": "NUMBER"}')),
        ("postmark", ("X-PM-Metadata-p2c-message", "NUMBER")),
        ("sparkpost", ("X-MSYS-API", '{"metadata": {"p2c-message": "NUMBER"}}')),
    ],
)
def test_message_sent_through_a_provider_names_itself_to_it(settings, provider, header):
    configured(settings, provider)
    message = MessageFactory()
    name, value = header

    mail = compose(message).message()

    assert mail[name] == value.replace("NUMBER", str(message.message_id))
    assert mail["Message-ID"] == f"<{message.message_id}@p2c.example>"


def test_message_sent_without_a_provider_has_no_such_header(settings):
    configured(settings, "")

    mail = compose(MessageFactory()).message()

    assert not [name for name in mail if name.startswith(("X-PM", "X-M", "X-Mailin"))]


def test_providers_are_those_that_the_settings_know(settings):
    assert set(PROVIDERS) == set(MAIL_PROVIDERS)


def test_providers_interface_gives_the_number_by_which_it_knows_a_message(settings, mailoutbox):
    configured(settings, "postmark")
    settings.MAIL_BY_API = True
    settings.MAIL_BACKEND = "anymail.backends.test.EmailBackend"
    message = MessageFactory(recipient="ada@example.org")
    mailoutbox.append("what was sent before, so that the number is not 0")

    deliver_message(
        message_pk=message.pk,
        connection=get_connection("outbox.services.allowlist.AllowlistBackend"),
        at=NOON,
    )

    message.refresh_from_db()
    assert (message.status, message.provider_id) == (MessageStatus.SENT, "1")
    sent = mailoutbox[1]
    assert sent.anymail_test_params["metadata"] == {"p2c-message": str(message.message_id)}
