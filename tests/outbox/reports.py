"""Reports of mail providers, as their documentation shows them."""

import base64
import hashlib
import hmac
import json

NAME, PASSWORD = "provider", "a-password-of-more-than-twenty"
SIGNING_KEY = "key-of-mailgun"
ADDRESS = "/mail/events/"


def configured(settings, provider):
    """Configure the portal for a provider."""
    settings.MAIL_PROVIDER = provider
    settings.MAIL_BY_API = False
    settings.MAIL_DOMAIN = "p2c.example"
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": [f"{NAME}:{PASSWORD}"],
        "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY,
    }


def basic(name=NAME, password=PASSWORD):
    credentials = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {credentials}"}


def send(client, payload, headers=None):
    """Send a report to the portal as the provider does, unless the headers differ."""
    body = payload if isinstance(payload, bytes | str) else json.dumps(payload)
    return client.post(
        ADDRESS,
        body,
        content_type="application/json",
        headers=basic() if headers is None else headers,
    )


def postmark_bounce(message, kind="HardBounce", **facts):
    return {
        "RecordType": "Bounce",
        "ID": 4323372036854775807,
        "Type": kind,
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"p2c-message": str(message.message_id)},
        "ServerID": 23,
        "MessageStream": "outbound",
        "Description": "The server was unable to deliver your message (ex: unknown user).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": message.recipient,
        "From": "partner2connect@p2c.example",
        "BouncedAt": "2021-10-25T12:30:00.9070259Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": message.subject,
        **facts,
    }


def postmark_delivery(message, at="2021-10-25T12:10:00Z"):
    return {
        "RecordType": "Delivery",
        "ServerID": 23,
        "MessageStream": "outbound",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Recipient": message.recipient,
        "Tag": "",
        "DeliveredAt": at,
        "Details": "250 2.0.0 OK",
        "Metadata": {"p2c-message": str(message.message_id)},
    }


def postmark_complaint(message, at="2021-10-25T13:00:00Z"):
    facts = {"ID": 42, "Name": "Spam complaint", "Details": "", "BouncedAt": at}
    return postmark_bounce(message, "SpamComplaint", RecordType="SpamComplaint", **facts)


def mailgun(message, *, severity="permanent", reason="generic", code=550, words="", **facts):
    token, timestamp = "ffffffffffffffffffffffffffffffffffffffffffffffffff", "1635165000"
    return {
        "signature": {
            "timestamp": timestamp,
            "token": token,
            "signature": hmac.new(
                SIGNING_KEY.encode(), f"{timestamp}{token}".encode(), hashlib.sha256
            ).hexdigest(),
        },
        "event-data": {
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "timestamp": 1635165000.0,
            "log-level": "error",
            "event": "failed",
            "severity": severity,
            "reason": reason,
            "recipient": message.recipient,
            "delivery-status": {
                "attempt-no": 1,
                "code": code,
                "message": words or "5.1.1 The email account does not exist",
                "description": "",
            },
            "message": {
                "headers": {
                    "to": message.recipient,
                    "message-id": f"{message.message_id}@p2c.example",
                    "from": "partner2connect@p2c.example",
                }
            },
            "user-variables": {},
            **facts,
        },
    }


def brevo(message, event="hard_bounce"):
    return {
        "event": event,
        "email": message.recipient,
        "id": 26224,
        "date": "2021-10-25 14:30:00",
        "ts": 1635165000,
        "message-id": f"<{message.message_id}@p2c.example>",
        "ts_event": 1635165000,
        "ts_epoch": 1635165000000,
        "subject": message.subject,
        "X-Mailin-custom": json.dumps({"p2c-message": str(message.message_id)}),
        "sending_ip": "192.0.2.7",
        "reason": "550 5.1.1 user unknown",
    }


def mailjet(message, event="bounce", **facts):
    return {
        "event": event,
        "time": 1635165000,
        "MessageID": 13792286917004336,
        "Message_GUID": "1ab23cd4-e567-8901-2345-6789f0gh1i2j",
        "email": message.recipient,
        "mj_campaign_id": 0,
        "customcampaign": "",
        "CustomID": "",
        "Payload": json.dumps({"p2c-message": str(message.message_id)}),
        "blocked": False,
        "hard_bounce": True,
        "error_related_to": "recipient",
        "error": "user unknown",
        "comment": "Host or domain name not found",
        **facts,
    }


def sparkpost(message, bounce_class="10", kind="bounce"):
    return [
        {"msys": {}},
        {
            "msys": {
                "message_event": {
                    "type": kind,
                    "bounce_class": bounce_class,
                    "error_code": "550",
                    "event_id": "92356927693813856",
                    "message_id": "000443ee14578172be22",
                    "transmission_id": "65832150921904138",
                    "raw_rcpt_to": message.recipient,
                    "rcpt_to": message.recipient,
                    "rcpt_meta": {"p2c-message": str(message.message_id)},
                    "raw_reason": "550 5.1.1 user unknown",
                    "reason": "550 5.1.1 user unknown",
                    "timestamp": "1635165000",
                }
            }
        },
    ]
