"""Letters about role transfers: requests, answers and replaced focal points."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from members.models import (
    FORMER_FOCAL_POINT_TOPIC,
    FocalPoint,
    Member,
    MemberStatus,
    RoleTransfer,
    TimelineEntry,
    TimelineKind,
)
from members.services.letters.composing import (
    draft_letter,
    entry_envelope,
    whole_letter,
)
from members.services.letters.decisions import working_group_values
from members.services.letters.placeholder_values import (
    day_for,
    role_in_words,
    somebody_erased,
    time_for,
)
from members.services.private_links import role_transfer_url
from members.services.questions import PERSON_FIELDS
from outbox.models import Message
from outbox.services.erasure import erase_recipient
from outbox.services.letters import NO_KEYS, EditableLetter, texts_of, with_closing
from outbox.services.queue import Envelope, cancel_for_recipient, post, post_all
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import Value

# The segment of the topic for a former focal point, who has no links and an old address.
FORMER: Final = FORMER_FOCAL_POINT_TOPIC.lstrip("/") + "{}"


def welcome_alternate(member: Member, entry: TimelineEntry, *, by: FocalPoint) -> list[Message]:
    """Send a letter with their private links to an alternate who was added to an EOI."""
    alternate = member.focal_points.get(is_alternate=True)
    draft = draft_letter("named_alternate", alternate, {"named_by": escape_inline(by.full_name)})
    return [post(entry_envelope(entry, alternate, draft), at=entry.at)]


def send_role_transfer_request(role_transfer: RoleTransfer, entry: TimelineEntry) -> list[Message]:
    """Ask a person to take over a role, and notify the focal points.

    The person who has the role is notified even if they asked, because others may have their link.
    The other focal point is notified unless they asked. Of the answers, only names are repeated.
    """
    holder, named_by = role_transfer.focal_point, role_transfer.named_by
    asked = as_focal_point(role_transfer)
    draft = draft_letter(
        "role_transfer_request",
        asked,
        {
            "named_by": escape_inline(named_by.full_name),
            "predecessor": escape_inline(holder.full_name),
            "role": lambda: role_in_words(is_alternate=holder.is_alternate),
            "answer_by": lambda: time_for(role_transfer.expires_at, asked.time_zone),
        },
    )
    letters = [
        replace(
            entry_envelope(entry, asked, draft, segment=_segment_of(role_transfer)),
            keys={"private_page": partial(role_transfer_url, role_transfer, asked.language)},
            # The text without the greeting, which has the person's name.
            anonymous_body=with_closing(draft.body, draft.closing),
        )
    ]
    letters += [
        _letter_about_question(role_transfer, entry, person)
        for person in holder.member.focal_points.order_by("is_alternate")
        if holder == person or named_by != person
    ]
    return post_all(letters, at=entry.at)


def _letter_about_question(
    role_transfer: RoleTransfer, entry: TimelineEntry, person: FocalPoint
) -> Envelope:
    """Address the letter that notifies a focal point of a role transfer request."""
    holder, named_by = role_transfer.focal_point, role_transfer.named_by
    kind = (
        "role_transfer_requested_by_you"
        if person == holder == named_by
        else "role_transfer_to_other_focal_point"
    )
    words = texts_of(kind)

    def draft_with(name: Value) -> EditableLetter:
        values: dict[str, Value] = {
            "named_by": escape_inline(named_by.full_name),
            "successor": name,
            "predecessor": escape_inline(holder.full_name),
            "role": lambda: role_in_words(is_alternate=holder.is_alternate),
        }
        return draft_letter(kind, person, values, words=words)

    return replace(
        entry_envelope(entry, person, draft_with(escape_inline(role_transfer.full_name))),
        anonymous_body=whole_letter(person, draft_with(somebody_erased)).body,
    )


def cancel_role_transfer_letter(role_transfer: RoleTransfer, *, at: datetime) -> None:
    """Cancel the letter to a successor whose link was revoked, if it was not sent yet."""
    cancel_for_recipient(
        reference=role_transfer.focal_point.member.reference,
        segment=_segment_of(role_transfer),
        at=at,
    )


def erase_successor(role_transfer: RoleTransfer, *, at: datetime) -> None:
    """Erase the name and address of a successor, who did not take over, from all messages.

    Unsent messages about the request are cancelled.
    """
    segment = _segment_of(role_transfer)
    reference = role_transfer.focal_point.member.reference
    to_them = Message.objects.filter(reference=reference, topic__endswith=f"/{segment}")
    for topic in list(to_them.values_list("topic", flat=True)):
        erase_recipient(topic=topic.removesuffix(f"/{segment}"), segment=segment, at=at)


def notify_transfer_ended(
    role_transfer: RoleTransfer, entry: TimelineEntry, *, has_declined: bool
) -> list[Message]:
    """Notify the person who named a successor that the successor, not named, did not take over."""
    holder, named_by = role_transfer.focal_point, role_transfer.named_by
    draft = draft_letter(
        "role_transfer_declined" if has_declined else "role_transfer_expired",
        named_by,
        {
            "named_on": lambda: day_for(role_transfer.named_at, named_by.time_zone),
            "holder": escape_inline(holder.full_name),
        },
    )
    return [post(entry_envelope(entry, named_by, draft), at=entry.at)]


def notify_of_new_focal_point(
    focal_point: FocalPoint, former: FocalPoint, entry: TimelineEntry
) -> list[Message]:
    """Welcome the new focal point, with their links, and notify the former and the other one.

    `former` is the focal point as it was before.
    """
    member = focal_point.member
    names: dict[str, Value] = {
        "new": escape_inline(focal_point.full_name),
        "former": escape_inline(former.full_name),
    }
    letters = [
        entry_envelope(
            entry,
            focal_point,
            draft_letter(
                "role_transfer_completed",
                focal_point,
                {
                    "role": lambda: role_in_words(is_alternate=focal_point.is_alternate),
                    **names,
                },
            ),
        )
    ]
    if member.status == MemberStatus.ADMITTED and member.focus_area:
        # Its kind is ADMITTED, so that a move cancels it like a letter of admission. It waits with
        # a decision that can still be undone.
        values = working_group_values(member.focus_area, member.granted_role, entry.at, focal_point)
        draft = draft_letter("working_group", focal_point, values)
        envelope = entry_envelope(entry, focal_point, draft, kind=TimelineKind.ADMITTED)
        if member.is_undoable(entry.at):
            envelope = replace(envelope, due_at=member.settles_at)
        letters.append(envelope)
    ended = draft_letter("role_ended", former, names)
    envelope = entry_envelope(entry, former, ended, segment=FORMER.format(former.pk))
    letters.append(replace(envelope, keys=NO_KEYS))
    letters += [
        entry_envelope(entry, other, _told_of_change(other, focal_point, names))
        for other in member.focal_points.exclude(pk=focal_point.pk)
    ]
    return post_all(letters, at=entry.at)


def as_focal_point(role_transfer: RoleTransfer) -> FocalPoint:
    """Return an unsaved focal point for a successor, as the addressee of a letter."""
    return FocalPoint(
        member=role_transfer.focal_point.member,
        is_alternate=role_transfer.focal_point.is_alternate,
        **{name: getattr(role_transfer, name) for name in PERSON_FIELDS},
    )


def _told_of_change(
    other: FocalPoint, changed: FocalPoint, names: dict[str, Value]
) -> EditableLetter:
    return draft_letter(
        "role_changed",
        other,
        {
            "role": lambda: role_in_words(is_alternate=changed.is_alternate),
            **names,
        },
    )


def _segment_of(role_transfer: RoleTransfer) -> str:
    return f"successor-{role_transfer.pk}"
