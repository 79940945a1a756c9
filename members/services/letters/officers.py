"""Messages to the assigned officer of a member, with a link to the member."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from core.languages import desk_language
from members.models import OFFICER_TOPIC, Member, TimelineEntry, TimelineKind
from members.services.letters.composing import topic_of_kind, with_reference
from outbox.models import Message
from outbox.services.letters import Addressee, write
from outbox.services.queue import Envelope, post
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import Value

# The users who can get notifications: active staff, once they have accepted their invitation.
IS_NOTIFIABLE: Final = Q(is_active=True, is_staff=True, invitation=None)
# The template of the notification, by what the focal point did.
OFFICER_LETTERS: Final = {
    TimelineKind.ANSWERED: "officer_reply_received",
    TimelineKind.WITHDRAWN: "officer_withdrawn",
}


def notifiable_officer(officer: User | None) -> User | None:
    """Return the officer if they can be notified; None if they are inactive or not staff."""
    return officer if officer and officer.is_active and officer.is_staff else None


def staff_addressee(colleague: User) -> Addressee:
    """Return a staff user as the addressee of a message. The template has the greeting."""
    return Addressee(
        email=colleague.email, language=desk_language(colleague.language), name=str(colleague)
    )


def notify_officer(member: Member, entry: TimelineEntry) -> Message | None:
    """Notify the assigned officer, if active, of what a focal point did."""
    kind = TimelineKind(entry.kind)
    return notify_assignee(
        member,
        OFFICER_LETTERS[kind],
        {"by": escape_inline(entry.by_name)},
        topic=f"{topic_of_kind(member, kind)}/entry-{entry.pk}",
        at=entry.at,
    )


def notify_assignee(
    member: Member, kind: str, values: Mapping[str, Value], *, topic: str, at: datetime
) -> Message | None:
    """Send a message of one kind to the assigned officer, if there is one."""
    if member.assignee is None:
        return None
    return notify_colleague(member, member.assignee, kind, values, topic=topic, at=at)


def notify_colleague(
    member: Member,
    colleague: User,
    kind: str,
    values: Mapping[str, Value],
    *,
    topic: str,
    at: datetime,
) -> Message | None:
    """Send a message of one kind about a member to a member of staff, if active."""
    organisation = {"organisation": escape_inline(member.organisation_name)}
    return notify_of_row(member, colleague, kind, {**organisation, **values}, topic=topic, at=at)


def notify_of_row(
    row: Any,
    colleague: User,
    kind: str,
    values: Mapping[str, Value],
    *,
    topic: str,
    at: datetime,
) -> Message | None:
    """Send a message of one kind about a row with a reference to a member of staff, if active.

    It contains a link to the row and, of what was entered, only names: mail may be forwarded to
    people who may not see the row.
    """
    if notifiable_officer(colleague) is None:
        return None
    meta = row._meta
    file = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    reader = staff_addressee(colleague)
    letter = write(
        kind,
        reader.language,
        {
            "name": escape_inline(reader.name),
            "reference": row.reference,
            "file": settings.SITE_URL + file,
            **values,
        },
    )
    return post(
        Envelope(
            with_reference(row, letter),
            reader,
            topic=f"{topic}{OFFICER_TOPIC}{colleague.pk}",
            reference=row.reference,
        ),
        at=at,
    )
