"""Classify an error in sending: permanent, temporary, or trouble with the mail server."""

import smtplib
from enum import Enum, auto
from typing import Final

from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError

from outbox.models import PROVIDER_REFUSED
from outbox.services.smtp import DisconnectedAtMessage, NoSMTPUTF8, in_words

# SMTP codes from here on are permanent errors (RFC 5321, section 4.2.1).
PERMANENT: Final = 500
# The only answer to MAIL FROM that is about the message: it is too large for the server.
TOO_LARGE: Final = 552
# HTTP_SERVER_TROUBLE has the 4xx codes of an HTTP API that are not the fault of the message.
HTTP_CLIENT_ERRORS: Final = range(400, 500)
HTTP_SERVER_TROUBLE: Final = {401, 403, 407, 408, 429}
# The exceptions that judge() can classify.
TROUBLE: Final = (AnymailRecipientsRefused, OSError, ValueError)


class Verdict(Enum):
    """What happens to a message that was not accepted."""

    FAILED = auto()
    # The recipient or the content is not accepted now; this counts as an attempt.
    DEFERRED = auto()
    # The connection, encryption, login or the sender's address: not the fault of a message.
    SERVER_TROUBLE = auto()


def judge(trouble: Exception) -> tuple[Verdict, str]:
    """Return the verdict on an error in sending, and the answer to store with the message."""
    if isinstance(trouble, AnymailRecipientsRefused):
        return Verdict.FAILED, PROVIDER_REFUSED
    if isinstance(trouble, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(trouble.recipients.values()))
        return _of_the_message(code), in_words(code, words)
    if isinstance(trouble, smtplib.SMTPResponseException):
        answer = in_words(trouble.smtp_code, trouble.smtp_error)
        if isinstance(trouble, smtplib.SMTPDataError) or trouble.smtp_code == TOO_LARGE:
            return _of_the_message(trouble.smtp_code), answer
        return Verdict.SERVER_TROUBLE, answer
    if isinstance(trouble, DisconnectedAtMessage):
        # This message may be the cause: one that crashes the server must fail in the end.
        return Verdict.DEFERRED, f"SMTPServerDisconnected: {trouble}"
    answer = f"{type(trouble).__name__}: {trouble}"
    if isinstance(trouble, NoSMTPUTF8):
        return Verdict.FAILED, answer
    if isinstance(trouble, OSError):
        is_refused = _is_refused_by_interface(trouble)
        return Verdict.DEFERRED if is_refused else Verdict.SERVER_TROUBLE, answer
    # The mail cannot be built: a header is not valid, or an address cannot be encoded.
    return Verdict.FAILED, answer


def _of_the_message(code: int) -> Verdict:
    return Verdict.FAILED if code >= PERMANENT else Verdict.DEFERRED


def _is_refused_by_interface(trouble: OSError) -> bool:
    """Return whether a provider's API refuses this message, and not all mail of the portal."""
    code = trouble.status_code if isinstance(trouble, AnymailRequestsAPIError) else None
    return code in HTTP_CLIENT_ERRORS and code not in HTTP_SERVER_TROUBLE
