"""Successors who were asked to take a role over, and the letters about it."""

from datetime import timedelta

from members.models import MemberStatus, RoleTransfer, TimelineEntry
from members.services.focal_points import request_role_transfer
from outbox.models import Message, MessageStatus
from outbox.services.rendering import as_text
from tests.factories import NOON, FocalPointFactory, MemberFactory

HOPPER = {
    "title": "dr",
    "given_name": "Grace",
    "family_name": "Hopper",
    "position": "Rear Admiral",
    "email": "grace@example.org",
    "phone": "+41227305111",
    "language": "fr",
    "time_zone": "Africa/Nairobi",
}
LATER = NOON + timedelta(days=1)
TOO_LATE = NOON + timedelta(days=14)


def a_member(status=MemberStatus.PENDING, **facts):
    """A member with both focal points, in English and in French."""
    member = MemberFactory(
        status=status, organisation_name="Ministry of Health", reference="P2C-7K3MQ9", **facts
    )
    person = FocalPointFactory(
        member=member, given_name="Ada", family_name="Lovelace", email="ada@example.org"
    )
    alternate = FocalPointFactory(
        member=member,
        is_alternate=True,
        given_name="Alan",
        family_name="Turing",
        email="alan@example.org",
        language="fr",
    )
    return member, person, alternate


def name(person, by=None, at=NOON, **facts):
    return request_role_transfer(focal_point=person, by=by or person, at=at, **{**HOPPER, **facts})


def letters():
    """The recipient and language of each letter, in the order of queueing."""
    return [(m.recipient, m.language, m.status) for m in Message.objects.order_by("pk")]


def text_to(recipient):
    letter = Message.objects.filter(recipient=recipient).latest("pk")
    return as_text(letter.body, **letter.keys)


def nothing_came_of_it(member):
    member.refresh_from_db()
    return (
        list(RoleTransfer.objects.all()) == []
        and list(TimelineEntry.objects.all()) == []
        and list(Message.objects.all()) == []
        and member.version == 1
    )


def sent(message):
    message.status, message.sent_at, message.server_response = MessageStatus.SENT, LATER, "250 OK"
    for column in message.keys:
        setattr(message, column, "")
    message.save()
    return message
