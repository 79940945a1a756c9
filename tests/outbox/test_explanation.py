import pytest

from outbox.explanation import explain
from outbox.models import MessageStatus
from tests.factories import MessageFactory

FULL = "The recipient's mailbox is full."
UNKNOWN = "Their server knows no such address. Ask the organisation for another."
RULES = "Their server refuses this mail by its rules, perhaps as unwanted."
FOR_GOOD = "The mail server refused it for good."
LATER = "The mail server cannot take it now and asks to try later."
NO_ANSWER = "The mail server did not answer in time."
BROKE_OFF = "The mail server broke off the connection."


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("", ""),
        ("250 2.0.0 Ok: queued", "Their server accepted it."),
        ("550 5.1.1 No such user", UNKNOWN),
        ("550 Unknown user", UNKNOWN),
        ("550 5.7.1 Blocked", RULES),
        ("554 5.7.1 Spam", RULES),
        ("552 5.2.2 Over quota", FULL),
        ("452 4.2.2 Over quota", FULL),
        ("521 No mail here", FOR_GOOD),
        ("450 4.2.0 Greylisted", LATER),
        ("421 Busy", LATER),
        ("535 5.7.8 No", "The portal could not sign in to its mail server. Tell whoever runs it."),
        ("TimeoutError: timed out", NO_ANSWER),
        (
            "ConnectionRefusedError: [Errno 111] Connection refused",
            "The mail server could not be reached: it refused the connection.",
        ),
        ("ConnectionResetError: reset", BROKE_OFF),
        ("SMTPServerDisconnected: Connection unexpectedly closed", BROKE_OFF),
        ("gaierror: [Errno -2] no", "The mail server's name could not be found."),
        (
            "SSLCertVerificationError: bad",
            "No encrypted connection to the mail server could be made.",
        ),
        (
            "BadHeaderError: x",
            "No mail could be made of it: an address or the subject is not valid.",
        ),
        (
            "ada@example.org is not on MAIL_ALLOWLIST",
            "This portal may write only to the addresses on its list.",
        ),
        ("Pointless by now", "It was not sent in time, and would be pointless by now."),
        ("Its cause is gone", "What it was about no longer holds."),
        ("Cancelled by Ada Lovelace", "Ada Lovelace cancelled it."),
        ("OSError: something else", "The mail server could not be used."),
    ],
)
def test_explain_says_it_in_plain_words(answer, sentence):
    message = MessageFactory.build(status=MessageStatus.FAILED, server_answer=answer)

    assert explain(message) == sentence


def test_explain_claims_no_server_where_there_was_none():
    message = MessageFactory.build(status=MessageStatus.SENT, server_answer="")

    assert explain(message) == "It was handed over; there is no answer of a server."
