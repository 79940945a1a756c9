"""Letters about decisions, and the acknowledgement of an EOI."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial
from typing import Final

from core.languages import is_written
from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from members.models import FocalPoint, GrantedRole, Member, Reason, TimelineEntry
from members.services.letters import placeholder_values
from members.services.letters.composing import (
    draft_letter,
    primary_focal_point,
    queue_letters,
    topic_of_kind,
    with_reference,
)
from outbox.models import Message
from outbox.services.letters import Addressee, EditableLetter, texts_of
from outbox.services.queue import Envelope, post
from outbox.services.rendering import escape_inline, escape_paragraphs
from outbox.services.template_rendering import Value

RECEIVED: Final = "received"
RECEIVED_ALTERNATE: Final = "received_alternate"

# The number of next meetings in the letter of admission.
NEXT_MEETINGS = 3


def acknowledge(
    member: Member,
    focal_points: Collection[FocalPoint],
    entry: TimelineEntry,
    *,
    due_at: datetime | None = None,
) -> list[Message]:
    """Acknowledge an EOI to its focal points, at once or later, and explain the next steps.

    Of the answers, only names are repeated: anyone can submit any text with any address.
    """
    words = texts_of(
        *{_acknowledgement_for(each) for each in focal_points},
        languages={each.language for each in focal_points},
    )
    return queue_letters(
        member,
        entry,
        lambda focal_point: draft_letter(
            _acknowledgement_for(focal_point), focal_point, words=words
        ),
        focal_points=focal_points,
        due_at=due_at,
    )


def notify_former_address(focal_point: FocalPoint, email: str, entry: TimelineEntry) -> Message:
    """Tell the former address of a focal point, which nobody confirmed, that it was replaced.

    The letter repeats nothing that was typed, and has no link: the address may be a stranger's.
    """
    member = focal_point.member
    return post(
        Envelope(
            with_reference(member, draft_letter("address_changed", focal_point)),
            Addressee(email=email, language=focal_point.language),
            topic=f"{topic_of_kind(member, entry.kind)}/entry-{entry.pk}/former-address",
            reference=member.reference,
        ),
        at=entry.at,
    )


def confirm_withdrawal(member: Member, entry: TimelineEntry) -> list[Message]:
    """Tell each focal point who has withdrawn the EOI."""
    return queue_letters(
        member,
        entry,
        lambda focal_point: draft_letter(
            "withdrawn_by_another", focal_point, {"by": escape_inline(entry.by_name)}
        ),
    )


def _acknowledgement_for(focal_point: FocalPoint) -> str:
    return RECEIVED_ALTERNATE if focal_point.is_alternate else RECEIVED


def draft_information_request(
    *,
    member: Member,
    missing: str = "",
    reasons: Iterable[Reason] = (),
    focal_point: FocalPoint | None = None,
) -> EditableLetter:
    """Draft the request for information, for one focal point or the primary one."""
    asked = reasons_in_order(reasons)
    return draft_letter(
        "information_requested",
        focal_point or primary_focal_point(member),
        {
            "questions": lambda: placeholder_values.join_paragraphs(
                *reason_texts(asked), escape_paragraphs(missing)
            )
        },
        is_whole=partial(has_reason_texts, asked),
    )


def draft_admission(
    *,
    member: Member,
    focus_area: FocusArea,
    role: str,
    at: datetime,
    focal_point: FocalPoint | None = None,
) -> EditableLetter:
    """Draft the letter that welcomes a member to a working group."""
    recipient = focal_point or primary_focal_point(member)
    return draft_letter(
        "admitted", recipient, working_group_values(focus_area, role, at, recipient)
    )


def draft_move(
    *,
    member: Member,
    focus_area: FocusArea,
    role: str,
    at: datetime,
    focal_point: FocalPoint | None = None,
) -> EditableLetter:
    """Draft the letter that tells a member of its new working group or role."""
    recipient = focal_point or primary_focal_point(member)
    return draft_letter("moved", recipient, working_group_values(focus_area, role, at, recipient))


def draft_decline(
    *, member: Member, reasons: Iterable[Reason], focal_point: FocalPoint | None = None
) -> EditableLetter:
    """Draft the letter that declines a member, for the reasons given."""
    given = reasons_in_order(reasons)
    return draft_letter(
        "declined",
        focal_point or primary_focal_point(member),
        {"reasons": lambda: placeholder_values.reasons(reason_texts(given))},
        is_whole=partial(has_reason_texts, given),
    )


def has_reason_texts(reasons: Iterable[Reason], language: str) -> bool:
    """Tell whether a letter with reasons can be in a language: each reason has it."""
    return all(is_written(reason, "snippet", language) for reason in reasons)


def reason_texts(reasons: Iterable[Reason]) -> list[str]:
    """Return the text of each reason in the active language, as plain paragraphs."""
    return [escape_paragraphs(reason.snippet) for reason in reasons]


def reasons_in_order(reasons: Iterable[Reason]) -> list[Reason]:
    """Return the reasons in the order in which letters list them."""
    return sorted(reasons, key=lambda reason: (reason.position, reason.pk))


def working_group_values(
    focus_area: FocusArea, role: str, at: datetime, focal_point: FocalPoint
) -> dict[str, Value]:
    """Return the placeholder values of a working group: area, role and next meetings.

    While no role is chosen, an ellipsis stands in its place.
    """

    def next_meetings() -> str:
        meetings = Meeting.objects.scheduled_or_cancelled().of_focus_area(focus_area).upcoming(at)
        coming = list(meetings.exclude(status=MeetingStatus.CANCELLED)[:NEXT_MEETINGS])
        return placeholder_values.next_meetings(coming, focal_point.time_zone)

    return {
        "focus_area": lambda: focus_area.name,
        "granted_role": lambda: str(GrantedRole(role).label) if role else "…",
        "meetings": next_meetings,
    }
