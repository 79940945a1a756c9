"""Reminders to focal points, and the notification of the officer if no answer came."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from core.dates import format_datetime_for
from core.languages import is_written
from members.models import FocalPoint, Member, ReasonGiven, TimelineEntry, TimelineKind
from members.services.letters import placeholder_values
from members.services.letters.composing import (
    draft_letter,
    member_envelope,
    segment_of,
    topic_of_kind,
)
from members.services.letters.officers import notify_assignee
from outbox.models import Message
from outbox.services.queue import Envelope, cancel, post, post_all
from outbox.services.rendering import escape_paragraphs
from outbox.services.template_rendering import Value

# Used in the topic of reminders in place of the kind of timeline entry, if there is none.
CONFIRM = "confirm-address"


def remind_of_request(member: Member, asked: TimelineEntry, *, at: datetime) -> list[Message]:
    """Remind the focal points of the request for information. An answer cancels the reminder."""
    given = list(asked.reasons_given.order_by("position"))
    return post_all(
        (
            _reminder(
                focal_point,
                "reminder_information_request",
                {
                    "asked_at": partial(format_datetime_for, asked.at, focal_point.time_zone),
                    "questions": lambda: _questions(given, asked.note),
                },
                topic=f"{topic_of_kind(member, asked.kind)}/entry-{asked.pk}/remind",
                reasons=given,
            )
            for focal_point in member.focal_points.order_by("is_alternate")
        ),
        at=at,
    )


def remind_to_confirm(focal_point: FocalPoint, *, at: datetime) -> Message:
    """Remind a focal point to confirm their email address."""
    topic = _topic_of_confirming(focal_point)
    return post(_reminder(focal_point, "reminder_confirm_address", {}, topic=topic), at=at)


def cancel_reminder_to_confirm(focal_point: FocalPoint, *, at: datetime) -> None:
    """Cancel the reminder to confirm an address, if it was not sent yet."""
    cancel(topic=f"{_topic_of_confirming(focal_point)}/{segment_of(focal_point)}", at=at)


def cancel_reminders_to_confirm(member: Member, *, at: datetime) -> int:
    """Cancel the unsent reminders to confirm an address of a member, and return how many."""
    return cancel(topic=topic_of_kind(member, CONFIRM), at=at)


def notify_officer_of_no_reply(
    member: Member, asked: TimelineEntry, *, at: datetime
) -> Message | None:
    """Notify the assigned officer, if active, that no answer came."""
    zone = member.assignee.time_zone if member.assignee else ""
    return notify_assignee(
        member,
        "officer_no_reply",
        {"asked_at": partial(format_datetime_for, asked.at, zone)},
        topic=f"{topic_of_kind(member, asked.kind)}/entry-{asked.pk}/unanswered",
        at=at,
    )


def _reminder(
    focal_point: FocalPoint,
    kind: str,
    values: dict[str, Value],
    *,
    topic: str,
    reasons: Iterable[ReasonGiven] = (),
) -> Envelope:
    is_whole = partial(_are_written, list(reasons))
    draft = draft_letter(kind, focal_point, values, is_whole=is_whole)
    return member_envelope(focal_point, draft, kind=TimelineKind.INFORMATION_REQUESTED, topic=topic)


def _questions(reasons: Iterable[ReasonGiven], note: str) -> str:
    """Return what was asked, in the wording of that time and in the active language."""
    told = [escape_paragraphs(given.text) for given in reasons]
    return placeholder_values.join_paragraphs(*told, escape_paragraphs(note))


def _are_written(reasons: Iterable[ReasonGiven], language: str) -> bool:
    return all(is_written(given, "text", language) for given in reasons)


def _topic_of_confirming(focal_point: FocalPoint) -> str:
    return f"{topic_of_kind(focal_point.member, CONFIRM)}/version-{focal_point.link_version}"
