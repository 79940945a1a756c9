"""No name of an organisation or a person adds a link to a letter."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings

from core.languages import page_url
from outbox.models import Queue
from outbox.services.delivery import compose
from tests.members.every_letter import NUMBER, write_every_letter

# Several in each name, as short as the name of a person may be.
SEVERAL_IN_ONE = [
    "[x](http://evil.example) <http://evil.example> HTTPS://EVIL.EXAMPLE www.evil.example evil.to",
    '<a href="//evil.example">x</a><img src=x><script>x</script> ![x][1] <robber@evil.example>',
    "ITU\r\nBcc: x@evil.example\r\n\r\nhttp://evil.example\u2028evil。ex x](//evil.to) **_`",
    "[[private-page]][[private-code]] \u202eelpmaxe.live//:ptth\u2066 evil\u200d.example evil.भारत",
    "[x](javascript:alert(1)) [x](data:text/html;base64,PHNjcmlwdD4=) hxxp://evil.to \\\\evil.to",
]
# Text that programs automatically convert into links.
LINKED_BY_PROGRAMS = re.compile(
    r"\b[a-z][a-z0-9+.-]*://\S+"
    r"|\bwww\.\S+"
    r"|\bmailto:\S+@\S+\.\S+"
    r"|[\w.+-]+@[\w-]+(?:[.。．｡][\w-]+)+"
    r"|\b[\w-]+(?:[.。．｡][^\W\d_][^\s.,;:]+)+",
    re.IGNORECASE,
)
# What letters contain themselves: the portal's mailbox, and the page on privacy.
OURS = {
    settings.MAIL_REPLY_TO,
    *(page_url("privacy", language) for language in settings.MODELTRANSLATION_LANGUAGES),
}


HEADERS = {
    *("Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "MIME-Version"),
    *("Message-ID", "Reply-To", "Subject", "To", "X-Auto-Response-Suppress"),
}
# Of letters with a reference, so that those of one member are shown together.
THREAD = {"In-Reply-To", "References"}


class Addresses(HTMLParser):
    """Everything that a document would load or link to."""

    def __init__(self, document):
        super().__init__()
        self.found = []
        self.tags = set()
        self.feed(document)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        names = ("href", "src", "action", "background", "srcset", "data", "poster", "cite")
        self.found += [value for name, value in attributes if name in names]


def assert_links_are_ours(message, theirs):
    mail = compose(message)
    assert mail.recipients() == [message.recipient]
    headers = mail.message()
    is_letter = message.reference and message.queue != Queue.BULK
    assert sorted(headers.keys()) == sorted(HEADERS | THREAD if is_letter else HEADERS)
    assert b"\nBcc" not in headers.as_bytes().partition(b"\n\n")[0]
    [(document, _type)] = mail.alternatives
    html = Addresses(document)
    linked = {each.rstrip(">.,)") for each in LINKED_BY_PROGRAMS.findall(mail.body)}
    assert set(html.found) - theirs - OURS == set()
    assert linked - theirs - OURS == set()
    assert not html.tags & {"img", "script", "iframe", "form", "object", "svg", "link"}
    assert "evil" not in message.subject.lower()


@pytest.mark.parametrize(
    ("called", "language"),
    [(called, ("en", "fr")[number % 2]) for number, called in enumerate(SEVERAL_IN_ONE)],
    ids=lambda called: repr(called[:30]),
)
def test_letters_link_to_our_own_addresses_alone_and_have_no_header_but_ours(called, language):
    messages, theirs = write_every_letter(called, language)

    assert len(messages) == NUMBER
    for message in messages:
        assert_links_are_ours(message, theirs)
