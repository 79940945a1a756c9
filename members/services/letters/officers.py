"""What the officer who has a file is told of it, in a mail that leads there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from members.models import OFFICER_TOPIC, Member, TimelineEntry, TimelineKind
from members.services.letters.composing import fill_in, subject_with_reference, topic_of_kind
from outbox.models import Message
from outbox.services.queue import queue_message
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import TemplateSet, Value

# Who of the staff is written to at all.
IS_NOTIFIABLE: Final = Q(is_active=True, is_staff=True)


def notifiable_officer(officer: User | None) -> User | None:
    """Return an officer who is written to; nobody, where they have left or are no staff."""
    return officer if officer and officer.is_active and officer.is_staff else None


def staff_language(colleague: User) -> str:
    """Return the language that somebody of the staff is written to in, if pages still have it."""
    return colleague.language if colleague.language in dict(settings.LANGUAGES) else "en"


def notify_officer(member: Member, entry: TimelineEntry) -> Message | None:
    """Tell who has the file what a focal point did; nobody, where nobody active has it."""
    kind = TimelineKind(entry.kind)
    return notify_assignee(
        member,
        f"officer_{kind}",
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
    letter = fill_in(
        TemplateSet(kind),
        kind,
        staff_language(officer),
        {
            "name": escape_inline(str(officer)),
            "organisation": escape_inline(member.organisation_name),
            "reference": member.reference,
            "file": settings.SITE_URL + file,
            **values,
        },
    )
    return queue_message(
        topic=f"{topic}{OFFICER_TOPIC}{officer.pk}",
        reference=member.reference,
        recipient=officer.email,
        recipient_name=str(officer),
        language=letter.language,
        wanted_language=staff_language(officer),
        subject=subject_with_reference(member, letter.subject),
        body=letter.body,
        at=at,
    )
