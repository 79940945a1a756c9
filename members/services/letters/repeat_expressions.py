"""The letters about another EOI of the same organisation, or with the same address."""

from datetime import datetime
from typing import Final

from django.db.models.functions import Lower

from core.addresses import normalise_address
from members.models import ACTIVE_STATUSES, FocalPoint, Member, TimelineEntry
from members.services.letters.composing import (
    draft_letter,
    member_envelope,
    primary_focal_point,
    queue_letters,
    topic_of_kind,
)
from outbox.models import Message
from outbox.services.queue import post

REPEAT_ADDRESS: Final = "repeat_address"


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


def send_repeat_address_notice(later: Member, *, at: datetime) -> Message | None:
    """Tell the address of a new EOI that another active one of the same call has it too.

    Only the latest is named. Nothing is sent about one that got no letter yet. If it is of the same
    organisation, `send_repeat_expression_notice` tells its focal point.
    """
    address = normalise_address(primary_focal_point(later).email)
    people = FocalPoint.objects.alias(address=Lower("email")).filter(
        address=address,
        is_alternate=False,
        member__call=later.call,
        member__status__in=ACTIVE_STATUSES,
        member__submitted_at__lte=later.submitted_at,
    )
    earlier = (
        people.exclude(member=later)
        .exclude(member__in=later.others_of_the_organisation())
        .select_related("member__call")
        .order_by("-member__submitted_at", "-member_id")
        .first()
    )
    if earlier is None or earlier.member.is_unacknowledged:
        return None
    draft = draft_letter(REPEAT_ADDRESS, earlier, {"another": later.reference})
    topic = f"{topic_of_kind(earlier.member, REPEAT_ADDRESS)}/{later.reference}"
    return post(member_envelope(earlier, draft, kind=REPEAT_ADDRESS, topic=topic), at=at)
