"""Mail providers: how a message names itself to them, and how what they report is read.

Each signs or authenticates its reports as anymail checks it; which is ours says MAIL_PROVIDER.
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

# By what name a message's own number goes out to a provider, and comes back in its reports.
MESSAGE_ID_KEY: Final = "p2c-message"
LONGEST_ANSWER: Final = 1000
# What reading a body that makes no sense can end in: it is somebody else's text.
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
# What else providers report, such as who opened a mail, is not kept.
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
# Enhanced status codes (RFC 3463) that blame the address itself, and answers without one that do.
BAD_ADDRESS_RE: Final = re.compile(
    r"(55[013][ -])?5\.(1\.(0|1|2|3|4|6|10)|2\.1)\b|55[013] (?!\d\.)"
)
# What an answer begins with where it was passed on.
RELAY_PREFIX_RE: Final = re.compile(r"^smtp;\s*|(?<=^\d\d\d)-")


class InvalidSignature(Exception):
    """A report does not show that it comes from our provider."""


class InvalidReport(Exception):
    """A report comes from our provider, and cannot be read."""


@dataclass(frozen=True)
class ProviderEvent:
    """One thing that a provider reported; `at` is None where it does not say when."""

    key: str
    provider: str
    kind: EventKind
    at: datetime | None
    message_uuid: UUID | None
    provider_id: str
    response: str


@dataclass(frozen=True)
class Provider:
    """A provider: who reads its reports, and what differs from the others.

    Anymail calls every bounce a bounce: which are for good is in the provider's own words.
    """

    view: type[AnymailBaseWebhookView]
    headers: Callable[[str], dict[str, str]]
    is_hard: Callable[[dict[str, Any]], bool]
    number_of: Callable[[dict[str, Any]], object] = lambda _report: None


def _numbered(header: str, *path: str) -> Callable[[str], dict[str, str]]:
    """Return what makes the header in which a provider takes what it is to give back."""

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
        # Its signature differs each time that it reports the same.
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
    """Return the headers by which a message names itself to our provider, if there is one."""
    if not settings.MAIL_PROVIDER or settings.MAIL_BY_API:
        return {}
    return PROVIDERS[settings.MAIL_PROVIDER].headers(str(number))


def read_reports(request: HttpRequest) -> list[ProviderEvent]:
    """Return what a request of our provider reports.

    Raises InvalidSignature, before anything is read, and InvalidReport.
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
    """Return what an event of anymail's reports, None where that is nothing that is kept."""
    kind = KINDS.get(event.event_type)
    if kind is None:
        return None
    payload = event.esp_event
    if kind in (EventKind.SOFT_BOUNCE, EventKind.REFUSED) and provider.is_hard(payload):
        kind = EventKind.HARD_BOUNCE
    # A filter's judgement, which Postmark names like the complaint of a person.
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
    """Return the number of our message: from what went out with it, or from its Message-ID."""
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
    """Return the words of the last server, without links of ours that it repeats."""
    words = _text(event.mta_response) or _text(event.description)
    one_line = RELAY_PREFIX_RE.sub("", RELAY_PREFIX_RE.sub("", " ".join(words.split())))
    without_links = re.sub(re.escape(settings.SITE_URL) + r"\S*", "…", one_line)
    return without_links[:LONGEST_ANSWER]


def _text(value: object) -> str:
    """Return a text as every database takes it; whatever is none is empty."""
    text = value if isinstance(value, str) else ""
    return text.replace("\0", "").encode(errors="replace").decode()
