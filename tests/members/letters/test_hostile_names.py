"""No name of an organisation or a person adds a link to a letter."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.urls import reverse

from members.models import TimelineKind
from members.services.letters.decisions import acknowledge
from members.services.private_links import status_page_url
from outbox.models import Message
from outbox.services.delivery import compose
from tests.factories import FocalPointFactory, MemberFactory, TimelineEntryFactory
from tests.members.every_letter import NUMBER, write_every_letter

HOSTILE = [
    "[Verify your account](http://evil.example)",
    "[Verify][1]\n\n[1]: http://evil.example",
    "<http://evil.example>",
    "http://evil.example/pay?now=1#here",
    "HTTPS://EVIL.EXAMPLE",
    "hxxp://evil.example //evil.example \\\\evil.example\\share",
    "evil.example",
    "www.evil.example/pay",
    "evil。example evil．example",
    "evil.भारत and evil.xn--h2brj9c",
    "evil\u200d.example evil.\u200bexample",
    "mailto:robber@evil.example?subject=x",
    "<robber@evil.example>",
    "![x](http://evil.example/x.png)",
    "![x][1]",
    '<a href="http://evil.example">x</a><img src=http://evil.example/x.png>',
    "<script>location='http://evil.example'</script><style>@import url(//evil.example)</style>",
    "[x](javascript:alert(1)) javascript:alert(1)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "Ministry\r\nBcc: victim@evil.example\r\n\r\nhttp://evil.example",
    "Ministry\u2028http://evil.example\x0b\x0c\x85",
    "\u202eelpmaxe.live//:ptth\u2066",
    "[[private-page]] and [[private-code]]",
    "x](http://evil.example) **_`",
    "A" * 79 + " http://evil.example " + "B" * 2_000,
]
# Several in each name, as short as the name of a person may be.
SEVERAL_IN_ONE = [
    "[x](http://evil.example) <http://evil.example> HTTPS://EVIL.EXAMPLE www.evil.example evil.to",
    '<a href="//evil.example">x</a><img src=x><script>x</script> ![x][1] <robber@evil.example>',
    "ITU\r\nBcc: x@evil.example\r\n\r\nhttp://evil.example\u2028evil。ex x](//evil.to) **_`",
    "[[private-page]][[private-code]] \u202eelpmaxe.live//:ptth\u2066 evil\u200d.example evil.भारत",
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
# The portal's mailbox, which letters contain themselves; no other text has a dot in it.
OURS = {settings.MAIL_REPLY_TO}


HEADERS = {
    *("Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "MIME-Version"),
    *("Message-ID", "Reply-To", "Subject", "To", "X-Auto-Response-Suppress"),
}


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
    assert sorted(headers.keys()) == sorted(HEADERS)
    assert b"\nBcc" not in headers.as_bytes().partition(b"\n\n")[0]
    [(document, _type)] = mail.alternatives
    html = Addresses(document)
    linked = {each.rstrip(">.,)") for each in LINKED_BY_PROGRAMS.findall(mail.body)}
    assert set(html.found) - theirs - {f"mailto:{one}" for one in OURS} == set()
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


@pytest.mark.parametrize("called", HOSTILE, ids=lambda called: repr(called[:30]))
def test_letter_holds_no_link_whatever_an_organisation_and_its_people_are_called(called):
    member = MemberFactory(organisation_name=called[:200])
    names = {"given_name": called[:100], "family_name": called[:100]}
    people = [
        FocalPointFactory(member=member, is_alternate=is_alternate, **names)
        for is_alternate in (False, True)
    ]

    acknowledge(member, people, TimelineEntryFactory(member=member, kind=TimelineKind.RECEIVED))

    theirs = {status_page_url(person, "en") for person in people}
    theirs |= {
        settings.SITE_URL + reverse(name) for name in ("eoi:confirmation_code", "eoi:recover_link")
    }
    messages = Message.objects.all()
    assert {message.recipient for message in messages} == {person.email for person in people}
    for message in messages:
        assert_links_are_ours(message, theirs)
