import base64
from datetime import UTC, datetime

import pytest
from django.test import Client

from outbox.models import Message, MessageStatus
from outbox.models.delivery_event import DeliveryEvent, EventKind, SuppressedAddress
from tests.factories import NOON, MessageFactory
from tests.outbox.reports import (
    ADDRESS,
    basic,
    brevo,
    configured,
    mailgun,
    mailjet,
    postmark_bounce,
    postmark_complaint,
    postmark_delivery,
    send,
    sparkpost,
)

HALF_PAST = datetime(2021, 10, 25, 12, 30, tzinfo=UTC)
PROVIDERS = {
    "postmark": postmark_bounce,
    "mailgun": mailgun,
    "brevo": brevo,
    "mailjet": mailjet,
    "sparkpost": sparkpost,
}


@pytest.fixture
def postmark(settings):
    configured(settings, "postmark")


@pytest.fixture
def message():
    return MessageFactory(
        recipient="Ada@example.org",
        status=MessageStatus.SENT,
        sent_at=NOON,
        server_response="250 2.0.0 OK",
    )


def told():
    """The stored facts of all reports: kind, time, and message."""
    return list(DeliveryEvent.objects.order_by("pk").values_list("kind", "at", "message"))


def suppressed():
    return list(SuppressedAddress.objects.order_by("pk").values_list("address", "reason"))


def nothing_is_kept():
    return not DeliveryEvent.objects.exists() and not SuppressedAddress.objects.exists()


def test_hard_bounce_is_kept_marks_the_message_and_suppresses_its_address(
    client, postmark, message
):
    response = send(client, postmark_bounce(message))

    assert response.status_code == 200
    (kept,) = DeliveryEvent.objects.all()
    assert (kept.kind, kept.message, kept.provider) == (EventKind.HARD_BOUNCE, message, "postmark")
    assert kept.at == datetime(2021, 10, 25, 12, 30, 0, 907025, tzinfo=UTC)
    message.refresh_from_db()
    assert (message.status, message.sent_at) == (MessageStatus.SENT, NOON)
    assert message.bounced_at == kept.at
    assert message.bounce_response == (
        "550 5.1.1 The email account that you tried to reach does not exist."
    )
    (suppression,) = SuppressedAddress.objects.all()
    assert (suppression.address, suppression.reason, suppression.since, suppression.event) == (
        "ada@example.org",
        "hard_bounce",
        kept.at,
        kept,
    )


@pytest.mark.parametrize(
    ("provider", "report", "kind"),
    [
        ("postmark", postmark_bounce, EventKind.HARD_BOUNCE),
        ("postmark", lambda m: postmark_bounce(m, "BadEmailAddress"), EventKind.HARD_BOUNCE),
        ("postmark", lambda m: postmark_bounce(m, "SoftBounce"), EventKind.SOFT_BOUNCE),
        ("postmark", lambda m: postmark_bounce(m, "Transient"), EventKind.DELAYED),
        ("postmark", lambda m: postmark_bounce(m, "DnsError"), EventKind.DELAYED),
        ("postmark", lambda m: postmark_bounce(m, "Blocked"), EventKind.REFUSED),
        ("postmark", lambda m: postmark_bounce(m, "AutoResponder"), EventKind.AUTOMATIC_REPLY),
        ("postmark", lambda m: postmark_bounce(m, "AddressChange"), EventKind.AUTOMATIC_REPLY),
        ("postmark", lambda m: postmark_bounce(m, "SpamNotification"), EventKind.SOFT_BOUNCE),
        ("postmark", lambda m: postmark_bounce(m, "Unsubscribe"), EventKind.UNSUBSCRIBED),
        ("postmark", postmark_complaint, EventKind.COMPLAINT),
        ("postmark", postmark_delivery, EventKind.DELIVERED),
        ("mailgun", mailgun, EventKind.HARD_BOUNCE),
        (
            "mailgun",
            lambda m: mailgun(m, code=605, reason="suppress-bounce"),
            EventKind.HARD_BOUNCE,
        ),
        ("mailgun", lambda m: mailgun(m, words="5.7.1 refused by policy"), EventKind.SOFT_BOUNCE),
        ("mailgun", lambda m: mailgun(m, code=552, words="5.2.2 full"), EventKind.SOFT_BOUNCE),
        ("mailgun", lambda m: mailgun(m, severity="temporary", code=421), EventKind.DELAYED),
        ("mailgun", lambda m: mailgun(m, event="delivered"), EventKind.DELIVERED),
        ("mailgun", lambda m: mailgun(m, event="complained"), EventKind.COMPLAINT),
        ("mailgun", lambda m: mailgun(m, event="unsubscribed"), EventKind.UNSUBSCRIBED),
        ("brevo", brevo, EventKind.HARD_BOUNCE),
        ("brevo", lambda m: brevo(m, "soft_bounce"), EventKind.SOFT_BOUNCE),
        ("brevo", lambda m: brevo(m, "invalid_email"), EventKind.HARD_BOUNCE),
        ("brevo", lambda m: brevo(m, "spam"), EventKind.COMPLAINT),
        ("brevo", lambda m: brevo(m, "blocked"), EventKind.REFUSED),
        ("brevo", lambda m: brevo(m, "deferred"), EventKind.DELAYED),
        ("brevo", lambda m: brevo(m, "delivered"), EventKind.DELIVERED),
        ("mailjet", lambda m: [mailjet(m)], EventKind.HARD_BOUNCE),
        ("mailjet", lambda m: mailjet(m, hard_bounce=False), EventKind.SOFT_BOUNCE),
        ("mailjet", lambda m: mailjet(m, "blocked", hard_bounce=False), EventKind.REFUSED),
        ("mailjet", lambda m: mailjet(m, "spam", source="JMRPP"), EventKind.COMPLAINT),
        ("mailjet", lambda m: mailjet(m, "sent"), EventKind.DELIVERED),
        ("sparkpost", sparkpost, EventKind.HARD_BOUNCE),
        ("sparkpost", lambda m: sparkpost(m, "22"), EventKind.SOFT_BOUNCE),
        ("sparkpost", lambda m: sparkpost(m, "60"), EventKind.AUTOMATIC_REPLY),
        ("sparkpost", lambda m: sparkpost(m, "30", "out_of_band"), EventKind.HARD_BOUNCE),
        ("sparkpost", lambda m: sparkpost(m, kind="spam_complaint"), EventKind.COMPLAINT),
    ],
)
def test_every_provider_is_understood_and_only_no_address_or_a_complaint_suppresses(
    client, settings, message, provider, report, kind
):
    configured(settings, provider)

    response = send(client, report(message))

    assert response.status_code == 200
    assert [(what, of) for what, _at, of in told()] == [(kind, message.pk)]
    suppresses = kind in (EventKind.HARD_BOUNCE, EventKind.COMPLAINT)
    assert [address for address, _why in suppressed()] == ["ada@example.org"] * suppresses


@pytest.mark.parametrize("provider", PROVIDERS)
def test_report_sent_again_changes_nothing(client, settings, message, provider):
    configured(settings, provider)
    report = PROVIDERS[provider]
    send(client, report(message))
    before = told(), suppressed()

    response = send(client, report(message))

    assert response.status_code == 200
    assert (told(), suppressed()) == before


def test_report_signed_anew_is_the_same_report(client, settings, message):
    configured(settings, "mailgun")
    first, again = mailgun(message), mailgun(message)
    first["signature"]["comment"] = "signed a second time"
    send(client, first)

    send(client, again)

    assert len(told()) == 1


@pytest.mark.parametrize(
    ("provider", "headers"),
    [
        *((provider, {}) for provider in PROVIDERS),
        ("postmark", basic(password="another-password-of-twenty")),
        ("postmark", basic(name="another")),
        ("postmark", {"Authorization": "Basic not-base64"}),
        ("postmark", {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe").decode()}),
        ("postmark", {"Authorization": "Bearer a-password-of-more-than-twenty"}),
    ],
)
def test_report_without_the_password_is_refused_and_nothing_is_kept(
    client, settings, message, provider, headers
):
    configured(settings, provider)

    response = send(client, PROVIDERS[provider](message), headers=headers)

    assert response.status_code == 403
    assert nothing_is_kept()


@pytest.mark.parametrize("forged", ["0" * 64, "", None, 7, ["a"]])
def test_report_with_a_forged_signature_is_refused_and_nothing_is_kept(
    client, settings, message, forged
):
    configured(settings, "mailgun")
    report = mailgun(message)
    report["signature"]["signature"] = forged

    response = send(client, report)

    assert response.status_code == 403
    assert nothing_is_kept()


def test_former_password_works_while_it_is_listed(client, settings, message):
    configured(settings, "postmark")
    settings.ANYMAIL["WEBHOOK_SECRET"] = ["provider:the-former-one-of-twenty", "provider:new"]

    former = send(client, postmark_bounce(message), basic(password="the-former-one-of-twenty"))

    assert former.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        b"\xff\xfe",
        "[" * 100_000,
        '{"RecordType": ["Bounce"]}',
        '{"RecordType": "Bounce", "Type": {"a": 1}, "BouncedAt": "2021-10-25T12:30:00Z"}',
        '{"RecordType": "Bounce", "Metadata": null}',
        '{"RecordType": "Bounce", "BouncedAt": "2021-13-45T12:30:00Z"}',
        '{"RecordType": "Inbound"}',
    ],
)
def test_report_that_makes_no_sense_is_refused_and_nothing_is_kept(client, postmark, body):
    response = send(client, body)

    assert response.status_code == 400
    assert nothing_is_kept()


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "postmark"])
@pytest.mark.parametrize("body", ["null", '"a"', '[{"event": "bounce", "time": 1e300}]'])
def test_no_provider_has_the_portal_break_over_nonsense(client, settings, provider, body):
    configured(settings, provider)

    response = send(client, body)

    assert response.status_code in (400, 403)
    assert nothing_is_kept()


def test_report_with_signs_that_no_database_takes_is_kept_without_them(client, postmark, message):
    details = "550 5.1.1 \0 no \ud800 such user"

    response = send(client, postmark_bounce(message, Details=details, MessageID="\0\ud800"))

    assert response.status_code == 200
    assert DeliveryEvent.objects.get().response == "550 5.1.1 no ? such user"


def test_answer_that_repeats_a_link_of_ours_is_kept_without_it(client, postmark, message, settings):
    details = f"554 5.7.1 not allowed: {settings.SITE_URL}/en/expression-of-interest/secret/ (see)"

    send(client, postmark_bounce(message, "SoftBounce", Details=details))

    assert DeliveryEvent.objects.get().response == "554 5.7.1 not allowed: … (see)"


def test_huge_report_is_refused_and_nothing_is_kept(client, postmark):
    response = send(client, " " * (1024 * 1024 + 1))

    assert response.status_code == 413
    assert nothing_is_kept()


def test_report_needs_no_token_against_forgery(postmark, message):
    response = send(Client(enforce_csrf_checks=True), postmark_bounce(message))

    assert response.status_code == 200


@pytest.mark.parametrize("kind", ["Open", "Click"])
def test_who_opened_a_mail_is_not_kept(client, postmark, message, kind):
    report = {**postmark_delivery(message), "RecordType": kind}

    response = send(client, report)

    assert response.status_code == 200
    assert nothing_is_kept()


def test_report_of_no_message_of_ours_is_kept_and_suppresses_nobody(client, postmark):
    stranger = MessageFactory.build(recipient="stranger@example.org")

    response = send(client, postmark_bounce(stranger))

    assert response.status_code == 200
    assert [(kind, of) for kind, _at, of in told()] == [(EventKind.HARD_BOUNCE, None)]
    assert suppressed() == []
    assert not any("stranger" in str(value) for value in DeliveryEvent.objects.values_list().get())


def test_report_is_found_by_the_providers_number(client, postmark):
    message = MessageFactory(
        status=MessageStatus.SENT, sent_at=NOON, provider_id="883953f4-6105-42a2-a16a-77a8eac79483"
    )

    send(client, postmark_bounce(message, Metadata={}))

    assert DeliveryEvent.objects.get().message == message


def test_providers_number_that_looks_like_ours_is_not_taken_for_it(client, postmark, message):
    report = postmark_bounce(message, Metadata={}, MessageID=str(message.message_id))

    send(client, report)

    assert DeliveryEvent.objects.get().message is None


@pytest.mark.parametrize("status", [MessageStatus.QUEUED, MessageStatus.FAILED])
def test_report_of_what_does_not_count_as_sent_waits(client, postmark, message, status):
    Message.objects.filter(pk=message.pk).update(status=status, sent_at=None)

    response = send(client, postmark_bounce(message))

    assert response.status_code == 200
    assert [of for _kind, _at, of in told()] == [None]
    message.refresh_from_db()
    assert message.bounced_at is None
    assert suppressed() == []


def test_report_from_the_future_happens_now(client, postmark, message):
    send(client, postmark_bounce(message, BouncedAt="2921-10-25T12:30:00Z"))
    send(client, postmark_delivery(message, at="2921-10-25T12:30:00Z"))

    bounce, delivery = DeliveryEvent.objects.order_by("pk")
    assert bounce.at == bounce.received_at
    assert delivery.at == delivery.received_at


def test_several_reports_at_once_are_each_kept(client, settings, message):
    configured(settings, "mailjet")
    other = MessageFactory(status=MessageStatus.SENT, sent_at=NOON)
    reports = [mailjet(message), mailjet(other), mailjet(other, "spam"), mailjet(message)]

    send(client, reports)

    assert sorted(told()) == sorted(
        [
            (EventKind.HARD_BOUNCE, HALF_PAST, message.pk),
            (EventKind.HARD_BOUNCE, HALF_PAST, other.pk),
            (EventKind.COMPLAINT, HALF_PAST, other.pk),
        ]
    )


def test_log_of_reports_tells_no_address(client, postmark, message, caplog):
    caplog.set_level("DEBUG")

    send(client, postmark_bounce(message))
    send(client, postmark_bounce(message), headers={})
    send(client, "{" + message.recipient)

    assert "1 reports of our mail came in, 1 were acted on" in caplog.text
    assert "example.org" not in caplog.text.replace("p2c.example", "")


@pytest.mark.parametrize(
    ("provider", "method", "status"),
    [("postmark", "get", 405), ("postmark", "put", 405), ("", "get", 404), ("", "post", 404)],
)
def test_report_is_taken_by_post_alone_and_where_a_provider_reports(
    client, settings, provider, method, status
):
    configured(settings, provider)

    assert getattr(client, method)(ADDRESS, headers=basic()).status_code == status
