"""What became of a message, in a sentence for the people at the desk."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.models import (
    ANSWERS,
    CANCELLED_BY,
    NOT_ON_ALLOWLIST,
    TOO_LATE,
    WORKERS_DIED,
    Message,
    MessageStatus,
)

# The first that fits counts: an SMTP code with its enhanced code (RFC 3463), or what Python
# calls the trouble.
MEANINGS = [
    (TOO_LATE, gettext_lazy("It was not sent in time, and would be pointless by now.")),
    (WORKERS_DIED, gettext_lazy("The portal's worker stopped each time that it sent this.")),
    *((answer, void.label) for void, answer in ANSWERS.items()),
    (
        f".*{NOT_ON_ALLOWLIST}",
        gettext_lazy("This portal may write only to the addresses on its list."),
    ),
    (r"2\d\d ", gettext_lazy("Their server accepted it.")),
    (
        r"5(30|34|35) ",
        gettext_lazy("The portal could not sign in to its mail server. Tell whoever runs it."),
    ),
    (r"552 |[45]\d\d [45]\.2\.2", gettext_lazy("The recipient's mailbox is full.")),
    (
        r"55[013] (?!5\.7)|5\d\d 5\.1",
        gettext_lazy("Their server knows no such address. Ask the organisation for another."),
    ),
    (
        r"5\d\d 5\.7|554 ",
        gettext_lazy("Their server refuses this mail by its rules, perhaps as unwanted."),
    ),
    (r"5\d\d ", gettext_lazy("The mail server refused it for good.")),
    (r"4\d\d ", gettext_lazy("The mail server cannot take it now and asks to try later.")),
    (
        r"TimeoutError|\w+: timed out|\w+: The read operation timed out",
        gettext_lazy("The mail server did not answer in time."),
    ),
    (
        r"ConnectionRefusedError",
        gettext_lazy("The mail server could not be reached: it refused the connection."),
    ),
    (r"gaierror", gettext_lazy("The mail server's name could not be found.")),
    (
        r"SMTPServerDisconnected|Connection\w+Error|BrokenPipeError",
        gettext_lazy("The mail server broke off the connection."),
    ),
    (
        r"SSL\w*Error",
        gettext_lazy("No encrypted connection to the mail server could be made."),
    ),
    (
        r"BadHeaderError|ValueError|Unicode\w+Error",
        gettext_lazy("No mail could be made of it: an address or the subject is not valid."),
    ),
]


def explain(message: Message) -> str:
    """Return in one sentence what came of the last attempt, empty where there was none."""
    answer = message.server_answer
    if answer.startswith(CANCELLED_BY):
        return _("%(name)s cancelled it.") % {"name": answer.removeprefix(CANCELLED_BY)}
    for pattern, meaning in MEANINGS:
        if re.match(pattern, answer):
            return str(meaning)
    if message.status == MessageStatus.SENT:
        return _("It was handed over; there is no answer of a server.")
    return _("The mail server could not be used.") if answer else ""
