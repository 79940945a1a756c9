"""The addresses of letters take replies; the portal does not start with others."""

import pytest

from p2c_portal.checks import senders_take_replies
from tests.p2c_portal.test_settings import HERE, run

HINT = "Set an address whose mail somebody reads, such as partner2connect@ and your domain."


@pytest.mark.parametrize("name", ["DEFAULT_FROM_EMAIL", "MAIL_REPLY_TO", "MAIL_RETURN_MAILBOX"])
@pytest.mark.parametrize(
    "local_part",
    ["noreply", "NoReply", "no-reply", "no.reply", "no_reply", "donotreply", "do-not-reply"],
)
def test_address_that_takes_no_replies_is_refused(settings, name, local_part):
    setattr(settings, name, f"{local_part}@p2c.example")

    [error] = senders_take_replies()

    assert (error.id, error.hint) == ("p2c_portal.E004", HINT)
    assert error.msg == f"{name} begins with “{local_part}”, but letters ask people to reply."


def test_sub_address_with_a_name_is_refused_too(settings):
    settings.DEFAULT_FROM_EMAIL = "Partner2Connect <noreply+p2c@p2c.example>"

    assert [error.id for error in senders_take_replies()] == ["p2c_portal.E004"]


@pytest.mark.parametrize(
    "sender",
    [
        "Partner2Connect <partner2connect@p2c.example>",
        "No-reply desk <desk@p2c.example>",
        "reply@noreply.example",
        "noreply-team@p2c.example",
    ],
)
def test_address_that_takes_replies_is_accepted(settings, sender):
    settings.DEFAULT_FROM_EMAIL = sender

    assert senders_take_replies() == []


def test_portal_does_not_start_with_a_sender_that_takes_no_replies():
    ended = run("manage.py", "check", **HERE, DEFAULT_FROM_EMAIL="noreply@p2c.example")

    assert ended.returncode == 1
    assert "(p2c_portal.E004) DEFAULT_FROM_EMAIL begins with “noreply”" in ended.stderr
    assert HINT in ended.stderr
