"""Read bounces and complaints: for whom, and why (RFC 3464, RFC 5965, and older forms)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message as Mail
from itertools import pairwise
from typing import Final

from flufl.bounce import all_failures

from core.addresses import normalise_address
from inbox.services.parsing import PARSE_ERRORS, content_of, header, own_parts, text_of
from outbox.models.delivery_event import EventKind
from outbox.services.providers import LONGEST_ANSWER
from outbox.services.smtp_errors import is_address_at_fault

# An answer of a mail server in the text of a bounce: an SMTP code, often with an enhanced code.
ANSWER_RE: Final = re.compile(r"\b[45]\d\d[ -](?:#?[45]\.\d+\.\d+\b)?.*")
STATUS_RE: Final = re.compile(r"\b([45])\.\d+\.\d+\b")
# The prefix of an answer in a report: the kind of code (RFC 3464, section 2.3.6).
ANSWER_KIND_RE: Final = re.compile(r"^\s*[\w-]+\s*;\s*")
DELAYED: Final = "delayed"
FAILED: Final = "failed"


@dataclass(frozen=True)
class Bounce:
    """What a mail server says about one recipient. The address is normalised."""

    recipients: frozenset[str]
    kind: EventKind
    response: str


def read_bounces(mail: Mail) -> list[Bounce]:
    """Return what a bounce says, of each recipient; nothing if the mail is none."""
    said = text_of(mail)
    reported = [bounce for block in status_blocks(mail) if (bounce := _reported(block, said))]
    return reported or _in_older_form(mail)


def is_complaint(mail: Mail) -> bool:
    """Return whether a mail reports another one as unwanted (RFC 5965)."""
    kinds = {part.get_content_type() for part in own_parts(mail)}
    return "message/feedback-report" in kinds


def originals(mail: Mail) -> Iterator[Mail]:
    """Yield the mails that a report returns, or only their headers."""
    for part in own_parts(mail):
        if part.get_content_type() == "message/rfc822":
            content = part.get_payload()
            if isinstance(content, list) and content and isinstance(content[0], Mail):
                yield content[0]
        elif part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers"):
            yield message_from_string(content_of(part))


def status_blocks(mail: Mail) -> Iterator[Mail]:
    """Yield the groups of fields of a report: first that of the mail, then one a recipient."""
    for part in own_parts(mail):
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            content = part.get_payload()
            if isinstance(content, list):
                yield from (block for block in content if isinstance(block, Mail))


def _reported(block: Mail, said: str) -> Bounce | None:
    """Return what the fields of one recipient say, or None if they report no trouble.

    Servers that did not ask another one, such as Exim, give their reason only in the text.
    """
    action = header(block, "Action").lower()
    recipients = frozenset(
        normalise_address(ANSWER_KIND_RE.sub("", header(block, name)).strip("<> "))
        for name in ("Final-Recipient", "Original-Recipient")
        if header(block, name)
    )
    if action not in (DELAYED, FAILED) or not recipients:
        return None
    status = header(block, "Status")
    answer = ANSWER_KIND_RE.sub("", header(block, "Diagnostic-Code")) or _reason(said, recipients)
    response = _response(answer, status)
    if action == DELAYED:
        return Bounce(recipients, EventKind.DELAYED, response)
    return Bounce(recipients, _kind(response), response)


def _reason(said: str, recipients: frozenset[str]) -> str:
    """Return the line below the address of a recipient in the text of a report."""
    for line, below in pairwise(said.split("\n")):
        if normalise_address(line.strip("<>: ")) in recipients:
            return below.strip()
    return ""


def _in_older_form(mail: Mail) -> list[Bounce]:
    """Return what a bounce without the fields of RFC 3464 says."""
    try:
        temporary, permanent = all_failures(mail)
    except (AttributeError, *PARSE_ERRORS):
        return []
    if not temporary | permanent:
        return []
    found = ANSWER_RE.search(text_of(mail))
    response = _response(found[0] if found else "", "")
    return [
        Bounce(
            frozenset({normalise_address(address.decode("ascii", "replace"))}),
            _kind(response) if address in permanent else EventKind.DELAYED,
            response,
        )
        for address in sorted(temporary | permanent)
    ]


def _response(answer: str, status: str) -> str:
    """Return an answer with its SMTP code first, as servers give it."""
    answer = " ".join(answer.split())
    if not re.match(r"[45]\d\d\b", answer):
        status = (STATUS_RE.search(f"{status} {answer}") or [""])[0]
        # 550 would say that the address is not known.
        code = {"4": "450", "5": "500"}.get(status[:1], "")
        answer = " ".join(filter(None, (code, status, answer.removeprefix(status).strip())))
    elif status and not STATUS_RE.search(answer):
        answer = f"{answer[:3]} {status} {answer[3:].strip(' -')}"
    return answer.strip()[:LONGEST_ANSWER]


def _kind(response: str) -> EventKind:
    is_hard = response.startswith("5") and is_address_at_fault(response)
    return EventKind.HARD_BOUNCE if is_hard else EventKind.SOFT_BOUNCE
