"""The letter about another EOI in the name of the same organisation."""

from members.models import Member, TimelineEntry
from members.services.letters.composing import draft_letter, primary_focal_point, queue_letters
from outbox.models import Message


def send_repeat_expression_notice(
    earlier: Member, later: Member, entry: TimelineEntry
) -> list[Message]:
    """Notify the focal point of an EOI that a later one arrived. It contains only the reference.

    Anyone may have sent the later one, so its answers are not repeated.
    """
    return queue_letters(
        earlier,
        entry,
        lambda focal_point: draft_letter(
            "repeat_expression",
            focal_point,
            {"another": later.reference},
        ),
        focal_points=[primary_focal_point(earlier)],
    )
