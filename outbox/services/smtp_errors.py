"""Explain the result of a delivery to staff: what it means, what happens next, and what to do."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outbox.models import (
    CANCEL_REASON_TEXTS,
    CANCELLED_BY,
    EXPIRED_TEXT,
    NOT_ON_ALLOWLIST,
    PROVIDER_REFUSED,
    SUPPRESSED,
    WORKERS_DIED,
    CancelReason,
    Message,
    MessageStatus,
)


class ErrorCategory(Enum):
    """The cause of an error, which decides who can do something about it."""

    NONE = auto()
    # The organisation can give another address.
    ADDRESS = auto()
    # The recipient can empty their mailbox.
    FULL = auto()
    # The recipient's mail administrators can allow the portal's mail.
    RULES = auto()
    # It is temporary.
    PASSING = auto()
    # The people who run the portal can fix it.
    PORTAL = auto()
    # Nothing is sent to the address until somebody lifts the suppression.
    SUPPRESSED = auto()


@dataclass(frozen=True)
class Explanation:
    """What an officer needs to know: the meaning, what happens automatically, and what to do."""

    meaning: str
    prospect: str = ""
    advice: str = ""


# The first matching pattern is used: a reason of the portal itself, an SMTP code with its enhanced
# code (RFC 3463), or the name of a Python exception. Servers do not use the codes consistently, so
# some patterns also match the text after them.
MEANINGS: list[tuple[str, str | Promise, ErrorCategory]] = [
    (
        EXPIRED_TEXT,
        _("The message expired before it could be sent."),
        ErrorCategory.NONE,
    ),
    (
        WORKERS_DIED,
        _("The portal's worker stopped at each attempt to send this message."),
        ErrorCategory.PORTAL,
    ),
    *((answer, void.label, ErrorCategory.NONE) for void, answer in CANCEL_REASON_TEXTS.items()),
    *((answer, reason.label, ErrorCategory.SUPPRESSED) for reason, answer in SUPPRESSED.items()),
    (
        PROVIDER_REFUSED,
        _("Our email provider does not accept emails to this address."),
        ErrorCategory.PORTAL,
    ),
    (
        f".*{NOT_ON_ALLOWLIST}",
        _("This portal can only send emails to the addresses on its allowlist."),
        ErrorCategory.PORTAL,
    ),
    (
        r"NoSMTPUTF8|5\d\d 5\.6\.7",
        _(
            "The mail server cannot send to an address with these letters before the @ sign. Ask "
            "the organisation for another address."
        ),
        ErrorCategory.ADDRESS,
    ),
    (r"2\d\d ", _("The mail server accepted the message."), ErrorCategory.NONE),
    (
        (
            r"\d\d\d .*must issue a starttls|\d\d\d .*tls not available|454 .*\btls\b"
            r"|SSL\w*Error(?!: (timed out|The read))|SMTPNotSupportedError: STARTTLS"
        ),
        _("No encrypted connection to the mail server could be made."),
        ErrorCategory.PORTAL,
    ),
    (
        r"5(30|34|35) |454 4\.7\.0 .*authentication",
        _("The portal could not sign in to its mail server. Tell the people who run the portal."),
        ErrorCategory.PORTAL,
    ),
    (
        r"\d\d\d [45]\.4\.5|\d\d\d .*sending (limit|quota)",
        _("Our mail server has reached its sending limit for today."),
        ErrorCategory.PORTAL,
    ),
    (
        r"5\d\d 5\.1\.[78]|4\d\d 4\.1\.[78]|[45]\d\d .*sender address.*rejected",
        _("The mail server does not accept our sender address."),
        ErrorCategory.PORTAL,
    ),
    (
        r"5\d\d 5\.7\.(2\d|509|515)\b|5\d\d .*\b(dmarc|dkim|spf)\b",
        _("The mail server could not verify that this email is from us."),
        ErrorCategory.PORTAL,
    ),
    (
        r"4\d\d 4\.7\.\d+ .*(helo|client host|reverse|cannot find your hostname)",
        _("The mail server does not accept the host name of our mail server."),
        ErrorCategory.PORTAL,
    ),
    (
        r"5\d\d [45]\.[23]\.[34] .*(too (big|large)|size|exceeds)|5\d\d .*message (too|size)",
        _("The email is larger than the mail server accepts."),
        ErrorCategory.PORTAL,
    ),
    (
        (
            r"[45]\d\d ([45]\.1\.2 |[45]\.4\.4 |5\.4\.310|.*(domain not found|host not found"
            r"|no mx|null mx|name service error|dns (error|failure)))"
        ),
        _(
            "No mail server was found for the part after the @ in the address. Ask the "
            "organisation for another address."
        ),
        ErrorCategory.ADDRESS,
    ),
    (
        (
            r"55\d (5\.2\.1|(?!5\.2\.2).*(account|mailbox).* "
            r"(is )?(disabled|inactive|deactivated|suspended))"
        ),
        _("The mailbox of this address is disabled. Ask the organisation for another address."),
        ErrorCategory.ADDRESS,
    ),
    (
        r"[45]\d\d .*(mailbox (is )?full|over quota|quota exceeded)",
        _("The recipient's mailbox is full."),
        ErrorCategory.FULL,
    ),
    (
        (
            r"5\d\d (?!5\.7).*(mailbox not found|user unknown|unknown user|no such (user|mailbox)"
            r"|unrouteable address|doesn't have an? .*account|does not exist)"
            r"|55[013] (?!5\.7|[45]\.2\.2)|(?!552)5\d\d 5\.1"
        ),
        _("The mail server does not know this address. Ask the organisation for another address."),
        ErrorCategory.ADDRESS,
    ),
    (r"552 |[45]\d\d [45]\.2\.2", _("The recipient's mailbox is full."), ErrorCategory.FULL),
    (
        r"5\d\d 5\.7|554 ",
        _("The mail server refused this email because of its rules, perhaps as spam."),
        ErrorCategory.RULES,
    ),
    (r"5\d\d ", _("The mail server permanently refused the message."), ErrorCategory.RULES),
    (
        r"4\d\d 4\.2\.1",
        _("The recipient's mailbox is not accepting emails at the moment."),
        ErrorCategory.PASSING,
    ),
    (
        r"4\d\d 4\.7",
        _("The mail server delays emails from senders that it does not know well yet."),
        ErrorCategory.PASSING,
    ),
    (
        r"4\d\d ",
        _("The mail server cannot accept the message now and asks to try later."),
        ErrorCategory.PASSING,
    ),
    (
        r"TimeoutError|\w+: timed out|\w+: The read operation timed out",
        _("The mail server did not answer in time."),
        ErrorCategory.PASSING,
    ),
    (
        r"ConnectionRefusedError",
        _("The mail server could not be reached: it refused the connection."),
        ErrorCategory.PORTAL,
    ),
    (r"gaierror", _("The mail server's name could not be found."), ErrorCategory.PORTAL),
    (
        r"SMTPServerDisconnected|Connection\w+Error|BrokenPipeError",
        _("The mail server closed the connection unexpectedly."),
        ErrorCategory.PASSING,
    ),
    (
        r"BadHeaderError|ValueError|Unicode\w+Error",
        _("The email could not be created: an address or the subject is not valid."),
        ErrorCategory.ADDRESS,
    ),
]

# What to do about a message that did not arrive and is not tried again automatically.
ADVICE = {
    ErrorCategory.NONE: "",
    ErrorCategory.ADDRESS: _("When you have another address, correct it and resend."),
    ErrorCategory.FULL: _(
        "Retry in a few days, or ask the organisation for another address, correct it and resend."
    ),
    ErrorCategory.RULES: _(
        "Contact the organisation in another way: its mail administrators can allow our emails, or "
        "it may have another address. Then resend. If several organisations are affected, tell the "
        "people who run the portal."
    ),
    ErrorCategory.PASSING: _("Retry. If that fails too, tell the people who run the portal."),
    ErrorCategory.PORTAL: _(
        "The people who run the portal need the server response. Once the problem is solved, "
        "retry or resend."
    ),
    ErrorCategory.SUPPRESSED: _(
        "Ask the organisation for another address, correct it and resend. If the address is "
        "good after all, remove it from the suppression list first."
    ),
}


def explain(message: Message) -> str:
    """Return the result of the last attempt in one sentence, or "" if there was none."""
    return explain_delivery(message, at=None).meaning


def meaning_of(answer: str) -> str:
    """Return in one sentence what the answer to a failed or bounced message means."""
    return _judged(answer)[0] or gettext("The mail server could not be used.")


def is_address_at_fault(answer: str) -> bool:
    """Return whether a mail server refused a message because of its address."""
    return _judged(answer)[1] is ErrorCategory.ADDRESS


def explain_delivery(message: Message, *, at: datetime | None) -> Explanation:
    """Return the result of the last attempt, what happens automatically, and what to do.

    It is as of the time `at`, in the reader's language and time zone.
    """
    answer = message.bounce_response if message.bounced_at else message.server_response
    meaning, trouble = _judged(answer)
    if message.bounced_at:
        prospect = gettext(
            "The message was sent but bounced. It will not be retried automatically."
        )
        return Explanation(
            meaning or gettext("The message bounced."), prospect, _advice(message, trouble)
        )
    if not meaning and message.status == MessageStatus.SENT:
        return Explanation(gettext("The message was sent. There is no server response."))
    if not meaning and not answer:
        return Explanation("")
    meaning = meaning or gettext("The mail server could not be used.")
    if message.status == MessageStatus.QUEUED:
        return Explanation(meaning, _tried_again(message, at), _advice_while_waiting(trouble))
    if message.status == MessageStatus.FAILED and message.cancel_reason != CancelReason.CAUSE_GONE:
        prospect = gettext("This is final: the message will not be retried automatically.")
        return Explanation(meaning, prospect, _advice(message, trouble))
    if trouble == ErrorCategory.SUPPRESSED and message.status == MessageStatus.CANCELLED:
        return Explanation(meaning, gettext("The message was not sent."), _advice(message, trouble))
    return Explanation(meaning)


def _judged(answer: str) -> tuple[str, ErrorCategory]:
    """Return the meaning of an answer, or "" if it is not known, and the cause of the error."""
    if answer.startswith(CANCELLED_BY):
        sentence = gettext("%(name)s cancelled the message.")
        return sentence % {"name": answer.removeprefix(CANCELLED_BY)}, ErrorCategory.NONE
    for pattern, meaning, trouble in MEANINGS:
        if re.match(pattern, answer, re.IGNORECASE):
            return str(meaning), trouble
    return "", ErrorCategory.PORTAL


def _tried_again(message: Message, at: datetime | None) -> str:
    if message.server_trouble_at is not None:
        return gettext(
            "The message will be sent when the mail server accepts emails again. The portal tries "
            "every minute."
        )
    if at is not None and message.due_at <= at:
        return gettext("The message will be retried within minutes.")
    time = date_format(localtime(message.due_at), gettext("j F Y, H:i"))
    return gettext("The message will be retried automatically on %(time)s.") % {"time": time}


def _advice(message: Message, trouble: ErrorCategory) -> str:
    """Return what to do about an undelivered message, or "" if its cause no longer holds."""
    if message.cancel_reason == CancelReason.CAUSE_GONE:
        return ""
    if message.cancel_reason == CancelReason.LINKS_REVOKED:
        return gettext("Its private links were revoked. Resend the message with new links.")
    return str(ADVICE[trouble])


def _advice_while_waiting(trouble: ErrorCategory) -> str:
    if trouble == ErrorCategory.PORTAL:
        return gettext("If this continues, tell the people who run the portal.")
    if trouble == ErrorCategory.ADDRESS:
        return gettext("If the address is mistyped, correct it.")
    return gettext("No action needed.")
