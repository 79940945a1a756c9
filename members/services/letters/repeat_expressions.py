"""The letter that tells an organisation that another EOI came in its name."""

from members.models import Member, TimelineEntry
from members.services.letters.composing import draft_letter, primary_focal_point, queue_letters
from outbox.models import Message


def send_repeat_expression_notice(
    earlier: Member, later: Member, entry: TimelineEntry
) -> list[Message]:
    """Tell the focal point of an EOI that a later one came, by its reference and nothing else.

    Whoever sent the later one may be anybody: what they typed is not repeated.
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
