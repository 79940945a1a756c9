from datetime import timedelta

import pytest

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
HOUR = timedelta(hours=1)
SENT, FAILED = {"status": MessageStatus.SENT}, {"status": MessageStatus.FAILED}
RETURNED = {**SENT, "bounced_at": NOON}
CANCELLED = {"status": MessageStatus.CANCELLED}

# The affected party, the meaning, and the server replies with that meaning.
ANSWERS = {
    ErrorCategory.ADDRESS: {
        "The mail server does not know this address. Ask the organisation for another address.": [
            "550 5.1.1 The email account that you tried to reach does not exist. Please try again.",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
            "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]",
            "552 1 Requested mail action aborted, mailbox not found",
            "550 Unknown user",
        ],
        (
            "The mail server cannot send to an address with these letters before the @ sign. Ask "
            "the organisation for another address."
        ): [
            "NoSMTPUTF8: the mail server does not offer it",
            "553 5.6.7 Address includes non-ASCII characters but SMTPUTF8 is not supported",
        ],
        "The mailbox of this address is disabled. Ask the organisation for another address.": [
            "550 5.2.1 The email account that you tried to reach is disabled. - gsmtp",
        ],
        (
            "No mail server was found for the part after the @ in the address. Ask the "
            "organisation for another address."
        ): [
            "450 4.1.2 <x@exmaple.org>: Recipient address rejected: Domain not found",
            "550 5.1.2 <x@exmaple.org>: Recipient address rejected: Domain not found",
            "550 5.4.310 DNS domain example.invalid does not exist",
            "451 4.4.0 DNS error: name service error for example.org",
        ],
        "The email could not be created: an address or the subject is not valid.": [
            "BadHeaderError: x",
        ],
    },
    ErrorCategory.FULL: {
        FULL: [
            "552 5.2.2 The email account that you tried to reach is over quota and inactive.",
            "452 4.2.2 The recipient's inbox is out of storage space. - gsmtp",
            "550 Mailbox is full",
            "550 5.0.0 Quota exceeded (mailbox for user is over quota)",
        ],
    },
    ErrorCategory.RULES: {
        "The mail server refused this email because of its rules, perhaps as spam.": [
            "550 5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus.",
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
            "554 5.7.9 Message not accepted for policy reasons.",
            "550 5.7.1 Blocked",
        ],
        "The mail server permanently refused the message.": [
            "521 No mail here",
        ],
    },
    ErrorCategory.PASSING: {
        "The recipient's mailbox is not accepting emails at the moment.": [
            "450 4.2.1 The user you are trying to contact is receiving mail too quickly. - gsmtp",
        ],
        "The mail server delays emails from senders that it does not know well yet.": [
            "421 4.7.0 [192.0.2.7 15] Our system has detected an unusual rate of unsolicited mail.",
            "451 4.7.500 Server busy. Please try again later. S77714",
            "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to user complaints",
            "450 4.7.1 <x@example.org>: Recipient address rejected: Greylisting in action",
        ],
        "The mail server cannot accept the message now and asks to try later.": [
            "421 4.3.2 System not accepting network messages",
            "421 4.4.2 mx.example.org Error: timeout exceeded",
            "452 4.5.3 Too many recipients",
            "450 4.2.0 Greylisted",
            "421 Busy",
        ],
        "The mail server did not answer in time.": [
            "TimeoutError: timed out",
        ],
        "The mail server closed the connection unexpectedly.": [
            "ConnectionResetError: reset",
            "SMTPServerDisconnected: Connection unexpectedly closed",
        ],
    },
    ErrorCategory.PORTAL: {
        "The mail server could not verify that this email is from us.": [
            "550 5.7.26 Your email has been blocked because the sender is unauthenticated.",
            "550 5.7.509 Access denied, sending domain p2c.example does not pass DMARC",
        ],
        "Our mail server has reached its sending limit for today.": [
            "550 5.4.5 Daily user sending limit exceeded. - gsmtp",
        ],
        "The mail server does not accept our sender address.": [
            "550 5.1.8 Access denied, bad outbound sender",
            "450 4.1.8 <noreply@p2c.example>: Sender address rejected: Domain not found",
        ],
        "The email is larger than the mail server accepts.": [
            "552 5.3.4 Message size exceeds fixed limit",
        ],
        "The mail server does not accept the host name of our mail server.": [
            "450 4.7.1 <portal>: Helo command rejected: Host not found",
            "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]",
        ],
        "No encrypted connection to the mail server could be made.": [
            "530 5.7.0 Must issue a STARTTLS command first",
            "454 4.7.0 TLS not available due to local problem",
            "SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number",
            "SMTPNotSupportedError: STARTTLS extension not supported by server.",
            "SSLCertVerificationError: bad",
        ],
        "The portal could not sign in to its mail server. Tell the people who run the portal.": [
            "454 4.7.0 Temporary authentication failure: connection lost",
            "535 5.7.8 Error: authentication failed",
        ],
        "The mail server could not be reached: it refused the connection.": [
            "ConnectionRefusedError: [Errno 111] Connection refused",
        ],
        "The mail server's name could not be found.": [
            "gaierror: [Errno -2] no",
        ],
        "This portal can only send emails to the addresses on its allowlist.": [
            "ada@example.org is not on MAIL_ALLOWLIST",
        ],
        "The mail server could not be used.": [
            "OSError: something else",
        ],
    },
    ErrorCategory.NONE: {
        "The mail server accepted the message.": [
            "250 2.0.0 Ok: queued",
        ],
        "The message expired before it could be sent.": [
            "Pointless by now",
        ],
        "No longer relevant.": [
            "Its cause is gone",
        ],
        "Ada Lovelace cancelled the message.": [
            "Cancelled by Ada Lovelace",
        ],
    },
}


@pytest.mark.parametrize(
    ("answer", "meaning", "trouble"),
    [
        (answer, meaning, trouble)
        for trouble, meanings in ANSWERS.items()
        for meaning, answers in meanings.items()
        for answer in answers
    ],
)
def test_answers_as_servers_give_them_are_told_with_what_to_do(answer, meaning, trouble):
    message = MessageFactory.build(server_response=answer, **FAILED)

    explanation = explain_delivery(message, at=NOON)

    final = "This is final: the message will not be retried automatically."
    assert explanation == Explanation(meaning, final, str(ADVICE[trouble]))


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (FAILED, ""),
        (SENT, "The message was sent. There is no server response."),
        (RETURNED, "The message bounced."),
    ],
)
def test_explain_claims_no_answer_where_there_was_none(facts, sentence):
    assert explain(MessageFactory.build(server_response="", **facts)) == sentence


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("450 4.2.1 too quickly", "No action needed."),
        ("535 5.7.8 No", "If this continues, tell the people who run the portal."),
        ("450 4.1.2 Domain not found", "If the address is mistyped, correct it."),
        ("452 4.2.2 Over quota", "No action needed."),
    ],
)
def test_what_waits_is_told_with_what_to_do(answer, advice):
    message = MessageFactory.build(due_at=NOON + HOUR, server_response=answer)

    assert explain_delivery(message, at=NOON).advice == advice


@pytest.mark.parametrize(
    ("facts", "prospect"),
    [
        ({"due_at": NOON}, "The message will be retried within minutes."),
        (
            {"due_at": NOON + 2 * HOUR},
            "The message will be retried automatically on 25 October 2021, 16:00.",
        ),
        (
            {"due_at": NOON + 6 * HOUR, "server_trouble_at": NOON},
            (
                "The message will be sent when the mail server accepts emails again. The portal "
                "tries every minute."
            ),
        ),
    ],
)
def test_what_waits_is_told_with_when_it_is_tried_again(facts, prospect):
    message = MessageFactory.build(server_response="421 Busy", **facts)

    assert explain_delivery(message, at=NOON).prospect == prospect


def test_what_came_back_is_told_by_what_it_came_back_with():
    message = MessageFactory.build(
        server_response="250 OK", bounce_response="552 5.2.2 full", **RETURNED
    )

    explanation = explain_delivery(message, at=NOON)

    prospect = "The message was sent but bounced. It will not be retried automatically."
    assert explanation == Explanation(FULL, prospect, str(ADVICE[ErrorCategory.FULL]))


@pytest.mark.parametrize(
    "facts",
    [{**FAILED, "server_response": "421 Busy"}, {**RETURNED, "bounce_response": "421 Busy"}],
)
def test_what_lost_its_private_links_is_advised_to_be_written_again(facts):
    message = MessageFactory.build(cancel_reason=CancelReason.LINKS_REVOKED, **facts)

    explanation = explain_delivery(message, at=NOON)

    assert explanation.prospect != ""
    assert (
        explanation.advice == "Its private links were revoked. Resend the message with new links."
    )


@pytest.mark.parametrize("answer", SUPPRESSED.values())
def test_what_was_held_back_is_told_with_how_to_write_again(answer):
    message = MessageFactory.build(server_response=answer, **CANCELLED)

    explanation = explain_delivery(message, at=NOON)

    assert explanation.prospect == "The message was not sent."
    assert "remove it from the suppression list first" in explanation.advice


@pytest.mark.parametrize(
    ("facts", "prospect"),
    [
        ({**SENT, "server_response": "250 OK"}, ""),
        ({**CANCELLED, "server_response": "Cancelled by Ada"}, ""),
        ({**FAILED, "server_response": "550 no", "cancel_reason": CancelReason.CAUSE_GONE}, ""),
        ({"status": MessageStatus.QUEUED, "server_response": ""}, ""),
        (
            {**RETURNED, "cancel_reason": CancelReason.CAUSE_GONE},
            "The message was sent but bounced. It will not be retried automatically.",
        ),
    ],
)
def test_nothing_is_advised_where_there_is_nothing_to_do(facts, prospect):
    explanation = explain_delivery(MessageFactory.build(**facts), at=NOON)

    assert (explanation.prospect, explanation.advice) == (prospect, "")


def test_every_trouble_has_its_advice_and_some_answer_that_means_it():
    assert set(ADVICE) == set(ErrorCategory)
    assert {trouble for _pattern, _meaning, trouble in MEANINGS} == set(ErrorCategory)
