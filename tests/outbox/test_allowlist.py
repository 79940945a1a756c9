import pytest
from django.core.mail import EmailMessage

from outbox.services.allowlist import AllowlistBackend, NotOnAllowlist


@pytest.fixture(autouse=True)
def _kept_in_memory(settings):
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def message(*to, cc=()):
    return EmailMessage("Subject", "Text", "from@example.org", to, cc=cc)


@pytest.mark.parametrize("unset", [None, []])
def test_everybody_is_written_to_without_a_list(settings, mailoutbox, unset):
    settings.MAIL_ALLOWLIST = unset

    accepted = AllowlistBackend().send_messages([message("a@example.org")])

    assert accepted == 1
    assert [sent.to for sent in mailoutbox] == [["a@example.org"]]


@pytest.mark.parametrize(
    ("entry", "to"),
    [
        ("a@example.org", "a@EXAMPLE.org"),
        ("A@Example.ORG", "a@EXAMPLE.org"),
        ("example.org", "a@EXAMPLE.org"),
        ("@example.org", "a@EXAMPLE.org"),
        (" example.org ", "Ada <a@example.org>"),
    ],
)
def test_those_on_the_list_are_written_to(settings, mailoutbox, entry, to):
    settings.MAIL_ALLOWLIST = ["other@example.com", entry]

    AllowlistBackend().send_messages([message(to)])

    assert [sent.to for sent in mailoutbox] == [[to]]


@pytest.mark.parametrize(
    "refused",
    [
        message("b@example.org"),
        message("a@example.org", "b@example.org"),
        message("a@example.org", cc=["b@example.org"]),
        message("a@sub.example.org"),
        message("a@notexample.org"),
        message('"a@example.org" <b@example.org>'),
    ],
)
def test_others_are_refused_and_nothing_is_sent(settings, mailoutbox, refused):
    settings.MAIL_ALLOWLIST = ["a@example.org"]

    with pytest.raises(NotOnAllowlist, match="is not on MAIL_ALLOWLIST"):
        AllowlistBackend().send_messages([message("a@example.org"), refused])

    assert mailoutbox == []
