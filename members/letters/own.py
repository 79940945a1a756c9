"""What focal points are sent because one of them did something."""

from datetime import datetime

from members.letters.making import (
    draft_letter,
    keys_for,
    queue_letters,
    segment_of,
    whole_letter,
)
from members.models import FocalPoint, LinkRequest, Member, TimelineEntry
from outbox.models import Message
from outbox.services.queue import queue_message
from outbox.services.rendering import typed

# What the topics of new links say in place of a kind of timeline entry.
LINK = "link"


def tell_withdrawn(member: Member, entry: TimelineEntry) -> list[Message]:
    """Tell each focal point that one of them has withdrawn the EOI, and whom to write to."""
    return queue_letters(
        member,
        entry,
        lambda focal_point: draft_letter(
            "withdrawn" if entry.by_focal_point_id == focal_point.pk else "withdrawn_by_another",
            focal_point,
            {"by": typed(entry.by_name)},
        ),
    )


def queue_link(focal_point: FocalPoint, asked: LinkRequest, *, at: datetime) -> Message:
    """Send a focal point the link to the page of its EOI once more, since somebody asked."""
    letter = whole_letter(focal_point, draft_letter("link", focal_point))
    member = focal_point.member
    return queue_message(
        topic=f"{member.reference}/{LINK}/request-{asked.pk}/{segment_of(focal_point)}",
        reference=member.reference,
        recipient=focal_point.email,
        recipient_name=focal_point.full_name,
        language=letter.language,
        wanted_language=focal_point.language,
        subject=letter.subject,
        body=letter.body,
        at=at,
        **keys_for(focal_point, LINK, letter.body),
    )
