"""What it means that a mail was not taken: never, not now, or nothing from us at all."""

import smtplib
from enum import Enum, auto
from typing import Final

from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError

from outbox.models import PROVIDER_REFUSED
from outbox.services.smtp import DisconnectedAtMessage, in_words

# From here on, an SMTP answer means: never (RFC 5321, section 4.2.1).
PERMANENT: Final = 500
# To MAIL FROM, the one answer that is about the message: it is larger than the server takes.
TOO_LARGE: Final = 552
# What an HTTP API answers where the fault is ours or its own, and not the message's.
HTTP_CLIENT_ERRORS: Final = range(400, 500)
HTTP_SERVER_TROUBLE: Final = {401, 403, 407, 408, 429}
# All that `judge` can tell the meaning of.
TROUBLE: Final = (AnymailRecipientsRefused, OSError, ValueError)


class Verdict(Enum):
    """What becomes of a message that was not taken."""

    FAILED = auto()
    # Its recipient, or something in it, is not taken now; this uses up an attempt.
    DEFERRED = auto()
    # Connecting, encryption, signing in or the sender's address: no fault of any message.
    SERVER_TROUBLE = auto()


def judge(trouble: Exception) -> tuple[Verdict, str]:
    """Return what becomes of a message that was not taken, and the answer that is kept with it."""
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
        # Perhaps because of this message: one that brings the server down must end some time.
        return Verdict.DEFERRED, f"SMTPServerDisconnected: {trouble}"
    answer = f"{type(trouble).__name__}: {trouble}"
    if isinstance(trouble, OSError):
        is_refused = _is_refused_by_interface(trouble)
        return Verdict.DEFERRED if is_refused else Verdict.SERVER_TROUBLE, answer
    # No mail can be made of it: a header that is none, an address that cannot be encoded.
    return Verdict.FAILED, answer


def _of_the_message(code: int) -> Verdict:
    return Verdict.FAILED if code >= PERMANENT else Verdict.DEFERRED


def _is_refused_by_interface(trouble: OSError) -> bool:
    """Tell whether a provider's interface refuses this message, and not all that we send."""
    code = trouble.status_code if isinstance(trouble, AnymailRequestsAPIError) else None
    return code in HTTP_CLIENT_ERRORS and code not in HTTP_SERVER_TROUBLE
