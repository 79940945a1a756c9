from datetime import timedelta

import pytest
from django.utils.translation import override

from outbox.models import SUPPRESSED, CancelReason, MessageStatus
from outbox.services.smtp_errors import (
    ADVICE,
    MEANINGS,
    ErrorCategory,
    Explanation,
    explain,
    explain_delivery,
)
from tests.factories import NOON, MessageFactory

FULL = "The recipient's mailbox is full."
UNKNOWN = "The mail server knows no such address. Ask the organisation for another."
RULES = "The mail server refuses this mail by its rules, perhaps as unwanted."
REFUSED_FOR_GOOD = "The mail server refused it for good."
LATER = "The mail server cannot take it now and asks to try later."
NO_ANSWER = "The mail server did not answer in time."
BROKE_OFF = "The mail server broke off the connection."


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("", ""),
        ("250 2.0.0 Ok: queued", "The mail server took it."),
        ("550 5.1.1 No such user", UNKNOWN),
        ("550 Unknown user", UNKNOWN),
        ("550 5.7.1 Blocked", RULES),
        ("554 5.7.1 Spam", RULES),
        ("552 5.2.2 Over quota", FULL),
        ("452 4.2.2 Over quota", FULL),
        ("521 No mail here", REFUSED_FOR_GOOD),
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
    message = MessageFactory.build(status=MessageStatus.FAILED, server_response=answer)

    assert explain(message) == sentence


def test_explain_claims_no_server_where_there_was_none():
    message = MessageFactory.build(status=MessageStatus.SENT, server_response="")

    assert explain(message) == "It was handed over; there is no answer of a server."


NO_DOMAIN = (
    "No mail server was found for what stands after the @ in the address. Ask the organisation for "
    "another."
)
SWITCHED_OFF = "The mailbox of this address is switched off. Ask the organisation for another."
NOT_FROM_US = "The mail server does not believe that this mail is from us."
MADE_TO_WAIT = "The mail server makes mail wait from senders that it does not know well yet."
NO_MORE_FOR_NOW = "The recipient's mailbox takes no more mail for the moment."
OUR_LIMIT = "Our own mail server lets no more mail out for today."
OUR_ADDRESS = "The mail server does not accept the address that our mail comes from."
OUR_NAME = "The mail server does not accept the name by which ours calls itself."
NOT_ENCRYPTED = "No encrypted connection to the mail server could be made."
SIGN_IN = "The portal could not sign in to its mail server. Tell whoever runs it."
TOO_LARGE = "The mail is larger than the mail server takes."

# As servers answer: each with what it means, and where the trouble lies.
REAL_ANSWERS = [
    (
        "550 5.1.1 The email account that you tried to reach does not exist. Please try again.",
        UNKNOWN,
        ErrorCategory.ADDRESS,
    ),
    (
        "550 5.2.1 The email account that you tried to reach is disabled. - gsmtp",
        SWITCHED_OFF,
        ErrorCategory.ADDRESS,
    ),
    (
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly. - gsmtp",
        NO_MORE_FOR_NOW,
        ErrorCategory.PASSING,
    ),
    (
        "421 4.7.0 [192.0.2.7 15] Our system has detected an unusual rate of unsolicited mail.",
        MADE_TO_WAIT,
        ErrorCategory.PASSING,
    ),
    (
        "550 5.7.26 Your email has been blocked because the sender is unauthenticated.",
        NOT_FROM_US,
        ErrorCategory.PORTAL,
    ),
    (
        "552 5.2.2 The email account that you tried to reach is over quota and inactive. - gsmtp",
        FULL,
        ErrorCategory.FULL,
    ),
    (
        "452 4.2.2 The recipient's inbox is out of storage space. - gsmtp",
        FULL,
        ErrorCategory.FULL,
    ),
    (
        "550 5.4.5 Daily user sending limit exceeded. - gsmtp",
        OUR_LIMIT,
        ErrorCategory.PORTAL,
    ),
    (
        "550 5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus.",
        RULES,
        ErrorCategory.RULES,
    ),
    (
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        UNKNOWN,
        ErrorCategory.ADDRESS,
    ),
    (
        "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
        UNKNOWN,
        ErrorCategory.ADDRESS,
    ),
    (
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        RULES,
        ErrorCategory.RULES,
    ),
    (
        "550 5.7.509 Access denied, sending domain p2c.example does not pass DMARC verification",
        NOT_FROM_US,
        ErrorCategory.PORTAL,
    ),
    ("550 5.1.8 Access denied, bad outbound sender", OUR_ADDRESS, ErrorCategory.PORTAL),
    (
        "451 4.7.500 Server busy. Please try again later. S77714",
        MADE_TO_WAIT,
        ErrorCategory.PASSING,
    ),
    (
        "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]",
        UNKNOWN,
        ErrorCategory.ADDRESS,
    ),
    (
        "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to user complaints",
        MADE_TO_WAIT,
        ErrorCategory.PASSING,
    ),
    ("554 5.7.9 Message not accepted for policy reasons.", RULES, ErrorCategory.RULES),
    ("552 1 Requested mail action aborted, mailbox not found", UNKNOWN, ErrorCategory.ADDRESS),
    ("552 5.3.4 Message size exceeds fixed limit", TOO_LARGE, ErrorCategory.PORTAL),
    (
        "450 4.7.1 <x@example.org>: Recipient address rejected: Greylisting in action",
        MADE_TO_WAIT,
        ErrorCategory.PASSING,
    ),
    (
        "450 4.7.1 <portal>: Helo command rejected: Host not found",
        OUR_NAME,
        ErrorCategory.PORTAL,
    ),
    (
        "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]",
        OUR_NAME,
        ErrorCategory.PORTAL,
    ),
    (
        "450 4.1.2 <x@exmaple.org>: Recipient address rejected: Domain not found",
        NO_DOMAIN,
        ErrorCategory.ADDRESS,
    ),
    (
        "550 5.1.2 <x@exmaple.org>: Recipient address rejected: Domain not found",
        NO_DOMAIN,
        ErrorCategory.ADDRESS,
    ),
    ("550 5.4.310 DNS domain example.invalid does not exist", NO_DOMAIN, ErrorCategory.ADDRESS),
    ("451 4.4.0 DNS error: name service error for example.org", NO_DOMAIN, ErrorCategory.ADDRESS),
    (
        "450 4.1.8 <noreply@p2c.example>: Sender address rejected: Domain not found",
        OUR_ADDRESS,
        ErrorCategory.PORTAL,
    ),
    ("530 5.7.0 Must issue a STARTTLS command first", NOT_ENCRYPTED, ErrorCategory.PORTAL),
    ("454 4.7.0 TLS not available due to local problem", NOT_ENCRYPTED, ErrorCategory.PORTAL),
    (
        "SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number",
        NOT_ENCRYPTED,
        ErrorCategory.PORTAL,
    ),
    (
        "SMTPNotSupportedError: STARTTLS extension not supported by server.",
        NOT_ENCRYPTED,
        ErrorCategory.PORTAL,
    ),
    ("454 4.7.0 Temporary authentication failure: connection lost", SIGN_IN, ErrorCategory.PORTAL),
    ("535 5.7.8 Error: authentication failed", SIGN_IN, ErrorCategory.PORTAL),
    ("421 4.3.2 System not accepting network messages", LATER, ErrorCategory.PASSING),
    ("421 4.4.2 mx.example.org Error: timeout exceeded", LATER, ErrorCategory.PASSING),
    ("452 4.5.3 Too many recipients", LATER, ErrorCategory.PASSING),
]


@pytest.mark.parametrize(("answer", "sentence", "trouble"), REAL_ANSWERS)
def test_answers_as_servers_give_them_are_told_with_what_to_do(answer, sentence, trouble):
    message = MessageFactory.build(status=MessageStatus.FAILED, server_response=answer)

    explanation = explain_delivery(message, at=NOON)

    assert explanation == Explanation(
        sentence,
        "That is final: it will not be tried again by itself.",
        str(ADVICE[trouble]),
    )


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("450 4.2.1 too quickly", "There is nothing to do."),
        ("535 5.7.8 No", "If this goes on, tell whoever runs the portal."),
        ("450 4.1.2 Domain not found", "If the address is mistyped, correct it."),
        ("452 4.2.2 Over quota", "There is nothing to do."),
    ],
)
def test_what_waits_is_told_with_when_it_is_tried_again(answer, advice):
    message = MessageFactory.build(due_at=NOON + timedelta(hours=2), server_response=answer)

    explanation = explain_delivery(message, at=NOON)

    assert explanation.prospect == "It is tried again by itself: on 25 October 2021, 16:00."
    assert explanation.advice == advice


def test_what_waits_for_the_mail_server_goes_out_once_that_is_back():
    message = MessageFactory.build(
        due_at=NOON + timedelta(hours=6), server_trouble_at=NOON, server_response="535 5.7.8 No"
    )

    explanation = explain_delivery(message, at=NOON)

    assert explanation.prospect == (
        "It goes out once the mail server takes mail again, which is tried every minute."
    )


def test_when_it_is_tried_again_is_told_in_the_readers_language():
    message = MessageFactory.build(due_at=NOON, server_response="421 Busy")

    with override("fr"):
        explanation = explain_delivery(message, at=NOON - timedelta(hours=2))

    assert "25 octobre 2021" in explanation.prospect


def test_what_is_due_is_tried_again_within_minutes():
    message = MessageFactory.build(due_at=NOON, server_response="421 Busy")

    explanation = explain_delivery(message, at=NOON)

    assert explanation.prospect == "It is tried again within minutes."


def test_what_came_back_is_told_by_what_it_came_back_with():
    message = MessageFactory.build(
        status=MessageStatus.SENT,
        server_response="250 OK",
        bounced_at=NOON,
        bounce_response="552 5.2.2 full",
    )

    explanation = explain_delivery(message, at=NOON)

    assert explanation == Explanation(
        FULL,
        "It was handed over, came back, and will not be tried again by itself.",
        str(ADVICE[ErrorCategory.FULL]),
    )


def test_what_came_back_without_a_word_is_told_as_such():
    message = MessageFactory.build(status=MessageStatus.SENT, bounced_at=NOON)

    assert explain(message) == "It came back."


@pytest.mark.parametrize(
    "facts",
    [
        {"status": MessageStatus.FAILED, "server_response": "421 Busy"},
        {"status": MessageStatus.SENT, "bounced_at": NOON, "bounce_response": "421 Busy"},
    ],
)
def test_what_lost_its_private_links_is_advised_to_be_written_again(facts):
    message = MessageFactory.build(cancel_reason=CancelReason.LINKS_REVOKED, **facts)

    explanation = explain_delivery(message, at=NOON)

    assert explanation.prospect != ""
    assert explanation.advice == "Its private links were revoked: write it again, with fresh ones."


def test_nothing_is_advised_about_what_came_back_and_has_lost_its_cause():
    message = MessageFactory.build(
        status=MessageStatus.SENT, bounced_at=NOON, cancel_reason=CancelReason.CAUSE_GONE
    )

    assert explain_delivery(message, at=NOON).advice == ""


@pytest.mark.parametrize("answer", SUPPRESSED.values())
def test_what_was_held_back_is_told_with_how_to_write_again(answer):
    message = MessageFactory.build(status=MessageStatus.CANCELLED, server_response=answer)

    explanation = explain_delivery(message, at=NOON)

    assert explanation.prospect == "So it was not sent."
    assert "lift the suppression first" in explanation.advice


@pytest.mark.parametrize(
    "facts",
    [
        {"status": MessageStatus.SENT, "server_response": "250 OK"},
        {"status": MessageStatus.CANCELLED, "server_response": "Cancelled by Ada"},
        {
            "status": MessageStatus.FAILED,
            "server_response": "550 no",
            "cancel_reason": "cause_gone",
        },
        {"status": MessageStatus.QUEUED, "server_response": ""},
    ],
)
def test_nothing_is_advised_where_there_is_nothing_to_do(facts):
    explanation = explain_delivery(MessageFactory.build(**facts), at=NOON)

    assert (explanation.prospect, explanation.advice) == ("", "")


def test_every_trouble_has_its_advice_and_some_answer_that_means_it():
    assert set(ADVICE) == set(ErrorCategory)
    assert {trouble for _pattern, _meaning, trouble in MEANINGS} == set(ErrorCategory)
