"""Letters to focal points about a withdrawal."""

from members.models import Member, TimelineEntry
from members.services.letters.composing import draft_letter, queue_letters
from outbox.models import Message
from outbox.services.rendering import escape_inline


def confirm_withdrawal(member: Member, entry: TimelineEntry) -> list[Message]:
    """Tell each focal point who has withdrawn the EOI."""
    return queue_letters(
        member,
        entry,
        lambda focal_point: draft_letter(
            "withdrawn_by_another", focal_point, {"by": escape_inline(entry.by_name)}
        ),
    )
