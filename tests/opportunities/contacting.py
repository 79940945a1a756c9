"""Two members at a need, and what is told to them, for tests of contacts and endings."""

from members.models import Member, MemberStatus
from opportunities.models import OpportunityEvent
from opportunities.services.contacts import send_contact
from outbox.models import Message, MessageStatus
from outbox.services.rendering import as_text
from tests.factories import (
    NOON,
    ContactFactory,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    OpportunityFactory,
)

MESSAGE = "We can train 300 of them next spring."


def a_person(**facts):
    """Return the focal point of an admitted member."""
    member = MemberFactory(status=MemberStatus.ADMITTED, focus_area=FocusAreaFactory())
    return FocalPointFactory(member=member, **facts)


def a_need(**facts):
    """Return an open need and the focal point of its member."""
    person = a_person()
    return OpportunityFactory(member=person.member, **facts), person


def a_contact(**facts):
    """Return a contact that waits, and the focal points of the member asked and of the sender."""
    opportunity, asked = a_need()
    sender = a_person()
    facts = {"opportunity": opportunity, "member": sender.member, "sent_by": sender, **facts}
    return ContactFactory(**facts), asked, sender


def sending(opportunity, by, *, own=None, message=MESSAGE, at=NOON):
    return send_contact(
        opportunity=opportunity, own=own, message=message, language="en", by=by, at=at
    )


def leave(person):
    """Let the member of a focal point withdraw from the coalition."""
    left = {"status": MemberStatus.WITHDRAWN, "withdrawn_at": NOON}
    Member.objects.filter(pk=person.member_id).update(**left)


def mail():
    """Return to whom mail waits, with its subject."""
    waiting = Message.objects.exclude(status=MessageStatus.CANCELLED).order_by("pk")
    return list(waiting.values_list("recipient", "subject"))


def text_of(message):
    return as_text(message.body, **message.keys)


def events_of(opportunity):
    rows = OpportunityEvent.objects.filter(opportunity=opportunity).order_by("pk")
    return list(rows.values_list("kind", "by_name"))
