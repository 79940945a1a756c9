"""The letters about who holds a role: who is asked, who takes over, who leaves, and who is told."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy, override

from focus_areas.times import GENEVA, moment_in_words
from members.follow_up.decisions import facts_of_working_group
from members.follow_up.letters import Draft, compose_letter, draft_letter, letter_language
from members.links import take_over_address
from members.models import (
    OF_A_PERSON,
    FocalPoint,
    Member,
    MemberStatus,
    Successor,
    TimelineEntry,
    TimelineKind,
)
from outbox.models import Message
from outbox.queueing import cancel_private_links, queue_messages
from outbox.rendering import typed

# Whoever held a role before has no links, and is written to at the address of then.
FORMER: Final = "former-focal-point-{}"


def greet_alternate(member: Member, entry: TimelineEntry, *, by: FocalPoint) -> list[Message]:
    """Write to an alternate who was added to an EOI, with their own links."""
    alternate = member.focal_points.get(is_alternate=True)
    draft = draft_letter(
        "named_alternate",
        alternate,
        gettext_lazy("You are named as alternate focal point"),
        named_by=typed(by.full_name),
    )
    return queue_messages([compose_letter(entry, alternate, draft)])


def ask_successor(successor: Successor, entry: TimelineEntry) -> list[Message]:
    """Ask somebody to take a role over, and tell whose role it is, and who else did not ask.

    Whose role it is hears of it even if they asked: others may have their link. Repeats nothing
    that was typed but names.
    """
    holder, named_by = successor.focal_point, successor.named_by
    asked = as_focal_point(successor)
    language = letter_language(asked)
    draft = draft_letter(
        "successor_named",
        asked,
        gettext_lazy("You are asked to take over a role"),
        named_by=typed(named_by.full_name),
        predecessor=typed(holder.full_name),
        is_their_own=holder == named_by,
        **_until(successor.expires_at, asked),
    )
    letters = [
        compose_letter(
            entry,
            asked,
            draft,
            segment=_segment_of(successor),
            keys={"private_page": take_over_address(successor, language)},
        )
    ]
    letters += [
        compose_letter(
            entry,
            person,
            draft_letter(
                "successor_named_told",
                person,
                gettext_lazy("A new focal point was asked"),
                named_by=typed(named_by.full_name),
                successor=typed(successor.full_name),
                predecessor=typed(holder.full_name),
                is_theirs=holder == person,
                is_their_doing=named_by == person,
                role_is_alternate=holder.is_alternate,
            ),
        )
        for person in holder.member.focal_points.order_by("is_alternate")
        if holder == person or named_by != person
    ]
    return queue_messages(letters)


def cancel_question(successor: Successor, *, at: datetime) -> None:
    """Cancel the letter to a successor whose link has ended, if it has not gone out."""
    cancel_private_links(
        reference=successor.focal_point.member.reference, segment=_segment_of(successor), at=at
    )


def tell_unsucceeded(
    successor: Successor, entry: TimelineEntry, *, has_declined: bool
) -> list[Message]:
    """Tell who named a successor that they do not take the role over."""
    holder, named_by = successor.focal_point, successor.named_by
    draft = draft_letter(
        "successor_gone",
        named_by,
        gettext_lazy("The role was not taken over"),
        successor=typed(successor.full_name),
        holder=typed(holder.full_name),
        is_theirs=holder == named_by,
        has_declined=has_declined,
    )
    return queue_messages([compose_letter(entry, named_by, draft)])


def tell_of_new_focal_point(
    focal_point: FocalPoint, former: FocalPoint, entry: TimelineEntry
) -> list[Message]:
    """Welcome who took a role over, with their links, and tell who left and who stays.

    `former` is the focal point as it was before.
    """
    member = focal_point.member
    names = {"new": typed(focal_point.full_name), "former": typed(former.full_name)}
    letters = [
        compose_letter(
            entry,
            focal_point,
            draft_letter(
                "role_taken_over",
                focal_point,
                gettext_lazy("You have taken the role over"),
                is_admitted=member.status == MemberStatus.ADMITTED,
                **names,
            ),
        )
    ]
    if member.status == MemberStatus.ADMITTED and member.focus_area:
        # Counted as an admission's, so that a move overtakes it as it overtakes that.
        letters.append(
            compose_letter(
                entry,
                focal_point,
                draft_letter(
                    "working_group",
                    focal_point,
                    gettext_lazy("Your working group"),
                    **facts_of_working_group(
                        member.focus_area, member.granted_role, entry.at, focal_point
                    ),
                ),
                kind=TimelineKind.ADMITTED,
            )
        )
    letters.append(
        compose_letter(
            entry,
            former,
            draft_letter(
                "role_ended", former, gettext_lazy("Your role has been taken over"), **names
            ),
            segment=FORMER.format(former.pk),
            keys={},
        )
    )
    letters += [
        compose_letter(entry, other, _told_of_change(other, focal_point, names))
        for other in member.focal_points.exclude(pk=focal_point.pk)
    ]
    return queue_messages(letters)


def as_focal_point(successor: Successor) -> FocalPoint:
    """Return the focal point that a successor would be, to be written to; it is never saved."""
    return FocalPoint(
        member=successor.focal_point.member,
        is_alternate=successor.focal_point.is_alternate,
        **{name: getattr(successor, name) for name in OF_A_PERSON},
    )


def _told_of_change(other: FocalPoint, changed: FocalPoint, names: dict[str, str]) -> Draft:
    return draft_letter(
        "role_changed",
        other,
        gettext_lazy("A focal point has changed"),
        role_is_alternate=changed.is_alternate,
        **names,
    )


def _until(expires_at: datetime, reader: FocalPoint) -> dict[str, object]:
    """Return until when, in the reader's time zone, and in Geneva's where that is another."""
    with override(letter_language(reader)):
        here, geneva = (moment_in_words(expires_at, zone) for zone in (reader.time_zone, GENEVA))
    return {"until": here, "until_in_geneva": geneva if reader.time_zone != GENEVA else ""}


def _segment_of(successor: Successor) -> str:
    return f"successor-{successor.pk}"
