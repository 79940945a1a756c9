"""Mail providers: the headers that identify a message, and the parsing of delivery events.

Anymail checks the signature or the authentication of each report. The setting MAIL_PROVIDER names
the portal's provider.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest
from django.utils.timezone import is_naive, make_aware

from outbox.models.delivery_event import EventKind

# The metadata key for the ID of a message, which providers return in their reports.
MESSAGE_ID_KEY: Final = "p2c-message"
LONGEST_ANSWER: Final = 1000
# The exceptions that parsing an invalid body can raise.
PARSE_ERRORS: Final = (
    AnymailConfigurationError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
# Other events of providers, such as who opened a mail, are not stored.
KINDS: Final = {
    EventType.DELIVERED: EventKind.DELIVERED,
    EventType.DEFERRED: EventKind.DELAYED,
    EventType.BOUNCED: EventKind.SOFT_BOUNCE,
    EventType.REJECTED: EventKind.REFUSED,
    EventType.FAILED: EventKind.REFUSED,
    EventType.COMPLAINED: EventKind.COMPLAINT,
    EventType.AUTORESPONDED: EventKind.AUTOMATIC_REPLY,
    EventType.UNSUBSCRIBED: EventKind.UNSUBSCRIBED,
}
# Enhanced status codes (RFC 3463) for a bad address, and SMTP codes for it without one.
BAD_ADDRESS_RE: Final = re.compile(
    r"(55[013][ -])?5\.(1\.(0|1|2|3|4|6|10)|2\.1)\b|55[013] (?!\d\.)"
)
# The prefix of an answer that was relayed.
RELAY_PREFIX_RE: Final = re.compile(r"^smtp;\s*|(?<=^\d\d\d)-")


class InvalidSignature(Exception):
    """It is not proved that a report comes from the portal's provider."""


class InvalidReport(Exception):
    """A report comes from the portal's provider, but cannot be parsed."""


@dataclass(frozen=True)
class ProviderEvent:
    """One event that a provider reported. `at` is None if the provider gives no time."""

    key: str
    provider: str
    kind: EventKind
    at: datetime | None
    message_uuid: UUID | None
    provider_id: str
    response: str


@dataclass(frozen=True)
class Provider:
    """A provider: the anymail view that parses its reports, and what is specific to it.

    Anymail does not distinguish hard and soft bounces, so `is_hard` reads the provider's own data.
    """

    view: type[AnymailBaseWebhookView]
    headers: Callable[[str], dict[str, str]]
    is_hard: Callable[[dict[str, Any]], bool]
    number_of: Callable[[dict[str, Any]], object] = lambda _report: None


def _numbered(header: str, *path: str) -> Callable[[str], dict[str, str]]:
    """Return a function that builds the header for the metadata that a provider returns."""

    def headers(number: str) -> dict[str, str]:
        value: dict[str, Any] = {MESSAGE_ID_KEY: number}
        for name in reversed(path):
            value = {name: value}
        return {header: json.dumps(value)}

    return headers


def _of_mailgun(report: dict[str, Any]) -> bool:
    event = report.get("event-data", {})
    status = event.get("delivery-status") or {}
    answer = f"{status.get('code', '')} {status.get('message', '')}"
    return event.get("severity") == "permanent" and (
        event.get("reason") == "suppress-bounce" or bool(BAD_ADDRESS_RE.match(answer))
    )


def _of_postmark(report: dict[str, Any]) -> bool:
    words = {report.get("Type"), report.get("SuppressionReason")}
    return not words.isdisjoint({"HardBounce", "BadEmailAddress"})


def _of_sparkpost(report: dict[str, Any]) -> dict[str, Any]:
    return next(iter(report["msys"].values()))


PROVIDERS: Final = {
    "brevo": Provider(
        BrevoTrackingWebhookView,
        _numbered("X-Mailin-custom"),
        is_hard=lambda report: report.get("event") in ("hard_bounce", "invalid_email"),
    ),
    "mailgun": Provider(
        MailgunTrackingWebhookView,
        _numbered("X-Mailgun-Variables"),
        is_hard=_of_mailgun,
        # The signature is different each time that the same event is reported.
        number_of=lambda report: report.get("event-data", {}).get("id"),
    ),
    "mailjet": Provider(
        MailjetTrackingWebhookView,
        _numbered("X-MJ-EventPayload"),
        is_hard=lambda report: report.get("hard_bounce") is True,
    ),
    "postmark": Provider(
        PostmarkTrackingWebhookView,
        lambda number: {f"X-PM-Metadata-{MESSAGE_ID_KEY}": number, "X-PM-KeepID": "true"},
        is_hard=_of_postmark,
        number_of=lambda report: report.get("ID"),
    ),
    "sparkpost": Provider(
        SparkPostTrackingWebhookView,
        _numbered("X-MSYS-API", "metadata"),
        is_hard=lambda report: str(_of_sparkpost(report).get("bounce_class")) in ("10", "30"),
        number_of=lambda report: _of_sparkpost(report).get("event_id"),
    ),
}


def headers_for(number: UUID) -> dict[str, str]:
    """Return the headers that identify a message to the portal's provider, if there is one."""
    if not settings.MAIL_PROVIDER or settings.MAIL_BY_API:
        return {}
    return PROVIDERS[settings.MAIL_PROVIDER].headers(str(number))


def read_reports(request: HttpRequest) -> list[ProviderEvent]:
    """Return the events in a request of the portal's provider.

    Raises InvalidSignature, before anything is parsed, and InvalidReport.
    """
    name = settings.MAIL_PROVIDER
    provider = PROVIDERS[name]
    view = provider.view()
    try:
        view.run_validators(request)
    except (AnymailWebhookValidationFailure, *PARSE_ERRORS) as refused:
        raise InvalidSignature from refused
    try:
        events = view.parse_events(request)
        reports = [_report(name, provider, event) for event in events]
    except PARSE_ERRORS as trouble:
        raise InvalidReport from trouble
    return [report for report in reports if report is not None]


def _report(name: str, provider: Provider, event: AnymailTrackingEvent) -> ProviderEvent | None:
    """Convert an event of anymail, or return None if its kind is not stored."""
    kind = KINDS.get(event.event_type)
    if kind is None:
        return None
    payload = event.esp_event
    if kind in (EventKind.SOFT_BOUNCE, EventKind.REFUSED) and provider.is_hard(payload):
        kind = EventKind.HARD_BOUNCE
    # A spam filter's decision, which Postmark reports like the complaint of a person.
    if kind == EventKind.COMPLAINT and payload.get("Type") == "SpamNotification":
        kind = EventKind.SOFT_BOUNCE
    at = event.timestamp
    if at is not None and is_naive(at):
        at = make_aware(at, UTC)
    number = provider.number_of(payload) or payload
    return ProviderEvent(
        key=_digest(name, kind, at.isoformat() if at else "", number),
        provider=name,
        kind=kind,
        at=at,
        message_uuid=_our_number(event),
        provider_id=_text(event.message_id)[:200],
        response=_answer(event),
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _our_number(event: AnymailTrackingEvent) -> UUID | None:
    """Return the portal's ID of the message, from the metadata or from its Message-ID."""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    number, at_sign, domain = _text(event.message_id).strip("<>").partition("@")
    is_ours = at_sign and domain == settings.MAIL_DOMAIN
    for candidate in (metadata.get(MESSAGE_ID_KEY), number if is_ours else None):
        try:
            return UUID(_text(candidate))
        except ValueError:
            continue
    return None


def _answer(event: AnymailTrackingEvent) -> str:
    """Return the answer of the last server, without the portal's own links that it repeats."""
    words = _text(event.mta_response) or _text(event.description)
    one_line = RELAY_PREFIX_RE.sub("", RELAY_PREFIX_RE.sub("", " ".join(words.split())))
    without_links = re.sub(re.escape(settings.SITE_URL) + r"\S*", "…", one_line)
    return without_links[:LONGEST_ANSWER]


def _text(value: object) -> str:
    """Return a string that every database accepts; empty if the value is not a string."""
    text = value if isinstance(value, str) else ""
    return text.replace("\0", "").encode(errors="replace").decode()
