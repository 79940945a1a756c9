"""Organisations of a working group, and the letters that they got about its drafts."""

import re
from datetime import timedelta

from framework.models import NoticeKind
from members.models import GrantedRole, MemberStatus
from outbox.models import Message, MessageStatus
from outbox.services.delivery import compose
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    FrameworkNoticeFactory,
    MemberFactory,
)

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def reader(name="Ministry of Somewhere", *, area=1, role=GrantedRole.PARTICIPANT, **facts):
    """The focal point of an organisation that was admitted to a working group."""
    member = MemberFactory(
        status=MemberStatus.ADMITTED,
        granted_role=role,
        focus_area=FocusAreaFactory(number=area),
        organisation_name=name,
    )
    return FocalPointFactory(member=member, **facts)


def told_of(draft, *people, at=NOON - 7 * DAY):
    """Let the organisations of some people have been told that a draft is open."""
    for person in people:
        FrameworkNoticeFactory(draft=draft, member=person.member, kind=NoticeKind.OPENED, at=at)


def letters():
    """The letters that were or will be sent, in the order of writing."""
    return Message.objects.exclude(status=MessageStatus.CANCELLED).order_by("pk")


def sent():
    """The subject and the address of each letter."""
    return [(each.subject, each.recipient) for each in letters()]


def text_of(message):
    """The plain text that is sent, with single spaces."""
    return re.sub(r"\s+", " ", compose(message).body)
