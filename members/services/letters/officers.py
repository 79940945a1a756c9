"""What the officer who has a file is told of it, in a mail that leads there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from core.languages import page_language
from members.models import OFFICER_TOPIC, Member, TimelineEntry, TimelineKind
from members.services.letters.composing import topic_of_kind, with_reference
from outbox.models import Message
from outbox.services.letters import Addressee, compose_letter, fill_in_letter
from outbox.services.queue import queue_message
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import Value

# Who of the staff is written to at all.
IS_NOTIFIABLE: Final = Q(is_active=True, is_staff=True)
# What tells who has the file of what a focal point did.
OFFICER_LETTERS: Final = {
    TimelineKind.ANSWERED: "officer_reply_received",
    TimelineKind.WITHDRAWN: "officer_withdrawn",
}


def notifiable_officer(officer: User | None) -> User | None:
    """Return an officer who is written to; nobody, where they have left or are no staff."""
    return officer if officer and officer.is_active and officer.is_staff else None


def staff_addressee(colleague: User) -> Addressee:
    """Return somebody of the staff, whom texts greet, as somebody who is written to."""
    return Addressee(
        email=colleague.email, language=page_language(colleague.language), name=str(colleague)
    )


def notify_officer(member: Member, entry: TimelineEntry) -> Message | None:
    """Tell who has the file what a focal point did; nobody, where nobody active has it."""
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
    """Write to who has the file, in words of some kind; to nobody, where nobody active has it.

    Says that it is there and where, and repeats nothing that was typed but names: mail is
    forwarded, the file is not.
    """
    officer = notifiable_officer(member.assignee)
    if officer is None:
        return None
    file = reverse("admin:members_member_change", args=[member.pk])
    reader = staff_addressee(officer)
    letter = fill_in_letter(
        kind,
        reader.language,
        {
            "name": escape_inline(reader.name),
            "organisation": escape_inline(member.organisation_name),
            "reference": member.reference,
            "file": settings.SITE_URL + file,
            **values,
        },
    )
    message = compose_letter(
        reader,
        with_reference(member, letter),
        topic=f"{topic}{OFFICER_TOPIC}{officer.pk}",
        reference=member.reference,
        at=at,
    )
    return queue_message(message)
