"""What became of a message, for the people at the desk: what it means, what follows, what to do."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.models import (
    ANSWERS,
    CANCELLED_BY,
    NOT_ON_ALLOWLIST,
    PROVIDER_REFUSED,
    SUPPRESSED,
    TOO_LATE,
    WORKERS_DIED,
    Message,
    MessageStatus,
    Void,
)


class Trouble(Enum):
    """Where the trouble lies, and so who can do something about it."""

    NONE = auto()
    # The organisation can give another address.
    ADDRESS = auto()
    # The recipient can make room.
    FULL = auto()
    # Their mail administrators can let us in.
    RULES = auto()
    # It passes by itself.
    PASSING = auto()
    # Whoever runs the portal can see to it.
    PORTAL = auto()
    # Nothing is sent there until somebody lifts that.
    SUPPRESSED = auto()


@dataclass(frozen=True)
class Explanation:
    """What an officer needs to know: what it means, what happens by itself, and what to do."""

    meaning: str
    prospect: str = ""
    advice: str = ""


# What servers say in words, whatever the code.
NO_SUCH_DOMAIN = (
    r"[45]\d\d ([45]\.1\.2 |[45]\.4\.4 |5\.4\.310|.*(domain not found|host not found|"
    r"no mx|null mx|name service error|dns (error|failure)))"
)
SWITCHED_OFF = (
    r"55\d (5\.2\.1|(?!5\.2\.2).*(account|mailbox).* "
    r"(is )?(disabled|inactive|deactivated|suspended))"
)
NO_SUCH_ADDRESS = (
    r"5\d\d (?!5\.7).*(mailbox not found|user unknown|unknown user|no such (user|mailbox)|"
    r"doesn't have an? .*account|does not exist)"
)

# The first that fits counts: an SMTP code with its enhanced code (RFC 3463), or what Python
# calls the trouble. Codes are used loosely, so that some are known by the words after them.
MEANINGS: list[tuple[str, str | Promise, Trouble]] = [
    (
        TOO_LATE,
        gettext_lazy("It was not sent in time, and would be pointless by now."),
        Trouble.NONE,
    ),
    (
        WORKERS_DIED,
        gettext_lazy("The portal's worker stopped each time that it sent this."),
        Trouble.PORTAL,
    ),
    *((answer, void.label, Trouble.NONE) for void, answer in ANSWERS.items()),
    *((answer, reason.label, Trouble.SUPPRESSED) for reason, answer in SUPPRESSED.items()),
    (
        PROVIDER_REFUSED,
        gettext_lazy("The provider that sends our mail takes none to this address."),
        Trouble.PORTAL,
    ),
    (
        f".*{NOT_ON_ALLOWLIST}",
        gettext_lazy("This portal may write only to the addresses on its list."),
        Trouble.PORTAL,
    ),
    (r"2\d\d ", gettext_lazy("The mail server took it."), Trouble.NONE),
    (
        r"\d\d\d .*must issue a starttls|\d\d\d .*tls not available|454 .*\btls\b",
        gettext_lazy("No encrypted connection to the mail server could be made."),
        Trouble.PORTAL,
    ),
    (
        r"5(30|34|35) |454 4\.7\.0 .*authentication",
        gettext_lazy("The portal could not sign in to its mail server. Tell whoever runs it."),
        Trouble.PORTAL,
    ),
    (
        r"\d\d\d [45]\.4\.5|\d\d\d .*sending (limit|quota)",
        gettext_lazy("Our own mail server lets no more mail out for today."),
        Trouble.PORTAL,
    ),
    (
        r"5\d\d 5\.1\.[78]|4\d\d 4\.1\.[78]|[45]\d\d .*sender address.*rejected",
        gettext_lazy("The mail server does not accept the address that our mail comes from."),
        Trouble.PORTAL,
    ),
    (
        r"5\d\d 5\.7\.(2\d|509|515)\b|5\d\d .*\b(dmarc|dkim|spf)\b",
        gettext_lazy("The mail server does not believe that this mail is from us."),
        Trouble.PORTAL,
    ),
    (
        r"4\d\d 4\.7\.\d+ .*(helo|client host|reverse|cannot find your hostname)",
        gettext_lazy("The mail server does not accept the name by which ours calls itself."),
        Trouble.PORTAL,
    ),
    (
        r"5\d\d [45]\.[23]\.[34] .*(too (big|large)|size|exceeds)|5\d\d .*message (too|size)",
        gettext_lazy("The mail is larger than the mail server takes."),
        Trouble.PORTAL,
    ),
    (
        NO_SUCH_DOMAIN,
        gettext_lazy(
            "No mail server was found for what stands after the @ in the address. Ask the "
            "organisation for another."
        ),
        Trouble.ADDRESS,
    ),
    (
        SWITCHED_OFF,
        gettext_lazy(
            "The mailbox of this address is switched off. Ask the organisation for another."
        ),
        Trouble.ADDRESS,
    ),
    (
        NO_SUCH_ADDRESS,
        gettext_lazy("The mail server knows no such address. Ask the organisation for another."),
        Trouble.ADDRESS,
    ),
    (
        r"552 |[45]\d\d [45]\.2\.2",
        gettext_lazy("The recipient's mailbox is full."),
        Trouble.FULL,
    ),
    (
        r"55[013] (?!5\.7)|5\d\d 5\.1",
        gettext_lazy("The mail server knows no such address. Ask the organisation for another."),
        Trouble.ADDRESS,
    ),
    (
        r"5\d\d 5\.7|554 ",
        gettext_lazy("The mail server refuses this mail by its rules, perhaps as unwanted."),
        Trouble.RULES,
    ),
    (r"5\d\d ", gettext_lazy("The mail server refused it for good."), Trouble.RULES),
    (
        r"4\d\d 4\.2\.1",
        gettext_lazy("The recipient's mailbox takes no more mail for the moment."),
        Trouble.PASSING,
    ),
    (
        r"4\d\d 4\.7",
        gettext_lazy(
            "The mail server makes mail wait from senders that it does not know well yet."
        ),
        Trouble.PASSING,
    ),
    (
        r"4\d\d ",
        gettext_lazy("The mail server cannot take it now and asks to try later."),
        Trouble.PASSING,
    ),
    (
        r"TimeoutError|\w+: timed out|\w+: The read operation timed out",
        gettext_lazy("The mail server did not answer in time."),
        Trouble.PASSING,
    ),
    (
        r"ConnectionRefusedError",
        gettext_lazy("The mail server could not be reached: it refused the connection."),
        Trouble.PORTAL,
    ),
    (r"gaierror", gettext_lazy("The mail server's name could not be found."), Trouble.PORTAL),
    (
        r"SMTPServerDisconnected|Connection\w+Error|BrokenPipeError",
        gettext_lazy("The mail server broke off the connection."),
        Trouble.PASSING,
    ),
    (
        r"SSL\w*Error|SMTPNotSupportedError: STARTTLS",
        gettext_lazy("No encrypted connection to the mail server could be made."),
        Trouble.PORTAL,
    ),
    (
        r"BadHeaderError|ValueError|Unicode\w+Error",
        gettext_lazy("No mail could be made of it: an address or the subject is not valid."),
        Trouble.ADDRESS,
    ),
]
COMPILED = [(re.compile(each, re.IGNORECASE), words, what) for each, words, what in MEANINGS]

# What to do about what did not arrive, and will not by itself.
ADVICE = {
    Trouble.NONE: "",
    Trouble.ADDRESS: gettext_lazy("Once there is another address, correct it and write again."),
    Trouble.FULL: gettext_lazy(
        "Try again in a few days, or ask the organisation for another address, correct it and "
        "write again."
    ),
    Trouble.RULES: gettext_lazy(
        "Reach the organisation in another way: its mail administrators can let our mail in, or it "
        "has another address. Then write again. If several organisations are concerned, tell "
        "whoever runs the portal."
    ),
    Trouble.PASSING: gettext_lazy("Try again. If that fails too, tell whoever runs the portal."),
    Trouble.PORTAL: gettext_lazy(
        "Whoever runs the portal needs the answer, word for word. Once that is put right, try "
        "again or write again."
    ),
    Trouble.SUPPRESSED: gettext_lazy(
        "Ask the organisation for another address, correct it and write again. If the address is "
        "good after all, lift the suppression first."
    ),
}


def explain(message: Message) -> str:
    """Return in one sentence what came of the last attempt, empty where there was none."""
    return explain_in_full(message, at=None).meaning


def meaning_of(answer: str) -> str:
    """Return in one sentence what an answer means that a message failed or came back with."""
    return _judged(answer)[0] or _("The mail server could not be used.")


def explain_in_full(message: Message, *, at: datetime | None) -> Explanation:
    """Return what came of the last attempt, what happens by itself, and what there is to do.

    Seen at the instant `at`, and in the reader's language and time.
    """
    answer = message.return_answer if message.returned_at else message.server_answer
    meaning, trouble = _judged(answer)
    if message.returned_at:
        prospect = _("It was handed over, came back, and will not be tried again by itself.")
        return Explanation(meaning or _("It came back."), prospect, _advice(message, trouble))
    if not meaning and message.status == MessageStatus.SENT:
        return Explanation(_("It was handed over; there is no answer of a server."))
    if not meaning and not answer:
        return Explanation("")
    meaning = meaning or _("The mail server could not be used.")
    if message.status == MessageStatus.QUEUED:
        return Explanation(meaning, _tried_again(message, at), _advice_while_waiting(trouble))
    if message.status == MessageStatus.FAILED and message.void_because != Void.CAUSE_GONE:
        prospect = _("That is final: it will not be tried again by itself.")
        return Explanation(meaning, prospect, _advice(message, trouble))
    if trouble == Trouble.SUPPRESSED and message.status == MessageStatus.CANCELLED:
        return Explanation(meaning, _("So it was not sent."), _advice(message, trouble))
    return Explanation(meaning)


def _judged(answer: str) -> tuple[str, Trouble]:
    """Return what an answer means, and where the trouble lies; empty where it is not known."""
    if answer.startswith(CANCELLED_BY):
        sentence = _("%(name)s cancelled it.")
        return sentence % {"name": answer.removeprefix(CANCELLED_BY)}, Trouble.NONE
    for pattern, meaning, trouble in COMPILED:
        if pattern.match(answer):
            return str(meaning), trouble
    return "", Trouble.PORTAL


def _tried_again(message: Message, at: datetime | None) -> str:
    """Say when a message is tried again."""
    if message.server_trouble_at is not None:
        return _("It goes out once the mail server takes mail again, which is tried every minute.")
    if at is not None and message.due_at <= at:
        return _("It is tried again within minutes.")
    time = date_format(localtime(message.due_at), _("j F Y, H:i"))
    return _("It is tried again by itself: on %(time)s.") % {"time": time}


def _advice(message: Message, trouble: Trouble) -> str:
    """Say what to do about what did not arrive; nothing where it is about nothing any more."""
    if message.void_because == Void.CAUSE_GONE:
        return ""
    if message.void_because == Void.LINKS_REVOKED:
        return _("Its private links were revoked: write it again, with fresh ones.")
    return str(ADVICE[trouble])


def _advice_while_waiting(trouble: Trouble) -> str:
    """Say what to do about what is tried again by itself."""
    if trouble == Trouble.PORTAL:
        return _("If this goes on, tell whoever runs the portal.")
    if trouble == Trouble.ADDRESS:
        return _("If the address is mistyped, correct it.")
    return _("There is nothing to do.")
