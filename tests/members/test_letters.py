"""Whatever an organisation and its people are called, no letter holds a link but ours."""

import re
from copy import copy
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from focus_areas.models import Meeting
from members.follow_up import (
    STANDARD,
    acknowledge,
    ask_successor,
    draft_admission,
    draft_decline,
    draft_information_request,
    draft_move,
    greet_alternate,
    queue_letter,
    queue_link,
    tell_of_another,
    tell_of_new_focal_point,
    tell_officer,
    tell_unsucceeded,
    tell_withdrawn,
)
from members.follow_up.drafts import send_link, send_link_again, tell_of_moved_deadline, warn
from members.links import (
    draft_address,
    eoi_address,
    feed_address,
    take_over_address,
    working_group_address,
)
from members.models import GrantedRole, MemberStatus, Reason, TimelineKind
from outbox.delivery import compose
from outbox.models import Message
from tests.factories import (
    NOON,
    EoiDraftFactory,
    FocalPointFactory,
    FocusAreaFactory,
    LinkRequestFactory,
    MeetingFactory,
    MemberFactory,
    SuccessorFactory,
    TimelineEntryFactory,
    UserFactory,
)

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
    "[[private-page]] and [[private-feed]]",
    "x](http://evil.example) **_`",
    "A" * 79 + " http://evil.example " + "B" * 2_000,
]
# What programs that show text make into links by themselves.
LINKED_BY_PROGRAMS = re.compile(
    r"\b[a-z][a-z0-9+.-]*://\S+"
    r"|\bwww\.\S+"
    r"|\bmailto:\S+@\S+\.\S+"
    r"|[\w.+-]+@[\w-]+(?:[.。．｡][\w-]+)+"
    r"|\b[\w-]+(?:[.。．｡][^\W\d_][^\s.,;:]+)+",
    re.IGNORECASE,
)
# What letters say themselves: the mailbox that answers go to, and nothing else with a dot in it.
OURS = {settings.MAIL_REPLY_TO}


class Addresses(HTMLParser):
    """Whatever a document would load or lead to."""

    def __init__(self, document):
        super().__init__()
        self.found = []
        self.tags = set()
        self.feed(document)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        names = ("href", "src", "action", "background", "srcset", "data", "poster", "cite")
        self.found += [value for name, value in attributes if name in names]


def letters(called, language):
    """Write every letter there is to and about somebody who is called so, and their alternate."""
    area = FocusAreaFactory()
    Meeting.objects.all().delete()
    MeetingFactory(focus_area=area, title=called[:200], starts_at=NOON + timedelta(days=1))
    member = MemberFactory(organisation_name=called[:200])
    people = [
        FocalPointFactory(
            member=member,
            is_alternate=is_alternate,
            given_name=called[:100],
            family_name=called[:100],
            language=language,
        )
        for is_alternate in (False, True)
    ]
    placed = {"focus_area": area, "role": GrantedRole.CO_LEAD, "at": NOON}
    drafts = {
        TimelineKind.INFORMATION_REQUESTED: lambda **facts: draft_information_request(
            missing="The letter of your ministry.", **facts
        ),
        TimelineKind.ADMITTED: lambda **facts: draft_admission(**placed, **facts),
        TimelineKind.MOVED: lambda **facts: draft_move(**placed, **facts),
        TimelineKind.DECLINED: lambda **facts: draft_decline(
            reasons=list(Reason.objects.all()), **facts
        ),
    }
    acknowledge(member, people, TimelineEntryFactory(member=member, kind=TimelineKind.RECEIVED))
    member.assignee = UserFactory(name=called[:200])
    for kind in (TimelineKind.ANSWERED, TimelineKind.WITHDRAWN):
        entry = TimelineEntryFactory(
            member=member, kind=kind, by_focal_point=people[0], by_name=called[:200]
        )
        tell_officer(member, entry)
    tell_withdrawn(member, entry)
    asked = LinkRequestFactory()
    unfinished = EoiDraftFactory(language=language, email="ada@example.org")
    for person in people:
        queue_link(person, asked, at=NOON)
    send_link(unfinished, at=NOON)
    send_link_again(unfinished, asked, at=NOON)
    warn(unfinished, at=NOON)
    call = unfinished.call
    tell_of_moved_deadline([unfinished], before=call.opens_at, call=call, change=1, at=NOON)
    another = TimelineEntryFactory(member=member, kind=TimelineKind.SAME_ORGANISATION)
    tell_of_another(member, MemberFactory(organisation_name=called[:200]), another)
    for kind, draft in drafts.items():
        queue_letter(member, TimelineEntryFactory(member=member, kind=kind), STANDARD, draft)
    successor = about_roles(member, people, called, language, area)
    theirs = {
        address
        for person in people
        for address in (
            eoi_address(person, language),
            working_group_address(person, language),
            feed_address(person),
        )
    }
    with override(language):
        theirs |= {
            settings.SITE_URL + reverse(name) for name in ("members:eoi_code", "members:eoi_links")
        }
    file = reverse("admin:members_member_change", args=[member.pk])
    theirs |= {settings.SITE_URL + file, draft_address(unfinished)}
    theirs.add(take_over_address(successor, language))
    return list(Message.objects.order_by("pk")), theirs


def about_roles(member, people, called, language, area):
    """Write every letter about who holds a role, and return who was asked to take one."""
    names = {"given_name": called[:100], "family_name": called[:100], "language": language}
    successor = SuccessorFactory(focal_point=people[0], position=called[:200], **names)
    member.status, member.focus_area = MemberStatus.ADMITTED, area
    member.granted_role = GrantedRole.PARTICIPANT

    def entry(kind):
        return TimelineEntryFactory(member=member, kind=kind)

    greet_alternate(member, entry(TimelineKind.CORRECTED), by=people[0])
    ask_successor(successor, entry(TimelineKind.SUCCESSOR_NAMED))
    for has_declined in (True, False):
        tell_unsucceeded(successor, entry(TimelineKind.SUCCESSOR_GONE), has_declined=has_declined)
    tell_of_new_focal_point(people[0], copy(people[0]), entry(TimelineKind.ROLE_TAKEN_OVER))
    return successor


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("called", HOSTILE, ids=lambda called: repr(called[:30]))
def test_letters_link_to_our_own_addresses_alone(called, language):
    messages, theirs = letters(called, language)

    assert len(messages) == 31
    for message in messages:
        mail = compose(message)
        [(document, _type)] = mail.alternatives
        html = Addresses(document)
        linked = {each.rstrip(">.,)") for each in LINKED_BY_PROGRAMS.findall(mail.body)}
        assert set(html.found) - theirs - {f"mailto:{one}" for one in OURS} == set()
        assert linked - theirs - OURS == set()
        assert not html.tags & {"img", "script", "iframe", "form", "object", "svg", "link"}
        assert "evil" not in message.subject.lower()


@pytest.mark.parametrize("called", HOSTILE, ids=lambda called: repr(called[:30]))
def test_letters_have_no_header_but_ours(called):
    messages, _theirs = letters(called, "en")

    for message in messages:
        mail = compose(message).message()
        assert sorted(mail.keys()) == [
            "Auto-Submitted",
            "Content-Language",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Reply-To",
            "Subject",
            "To",
            "X-Auto-Response-Suppress",
        ]
        assert compose(message).recipients() == [message.recipient]
        head, _, _body = mail.as_bytes().partition(b"\n\n")
        assert b"\nBcc" not in head
