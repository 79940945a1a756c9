"""What the officer who has a file is told of it, in a mail that leads there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse

from members.follow_up.letters import fill_in, topic_of_kind, with_reference
from members.models import Member, TimelineEntry, TimelineKind
from outbox.models import Message
from outbox.queueing import queue_message
from outbox.rendering import typed
from outbox.wording import Value, Wordings

# Nobody has asked staff yet in which language they read mail.
LANGUAGE: Final = "en"


def tell_officer(member: Member, entry: TimelineEntry) -> Message | None:
    """Tell who has the file what a focal point did; nobody, where nobody active has it."""
    kind = TimelineKind(entry.kind)
    return tell_colleague(
        member,
        f"officer_{kind}",
        {"by": typed(entry.by_name)},
        topic=f"{topic_of_kind(member, kind)}/entry-{entry.pk}",
        at=entry.at,
    )


def tell_colleague(
    member: Member, kind: str, values: Mapping[str, Value], *, topic: str, at: datetime
) -> Message | None:
    """Write to who has the file, in words of some kind; to nobody, where nobody active has it.

    Says that it is there and where, and repeats nothing that was typed but names: mail is
    forwarded, the file is not.
    """
    officer = member.assignee
    if officer is None or not (officer.is_active and officer.is_staff):
        return None
    file = reverse("admin:members_member_change", args=[member.pk])
    letter = fill_in(
        Wordings(kind),
        kind,
        LANGUAGE,
        {
            "name": typed(str(officer)),
            "organisation": typed(member.organisation_name),
            "reference": member.reference,
            "file": settings.SITE_URL + file,
            **values,
        },
    )
    return queue_message(
        topic=f"{topic}/user-{officer.pk}",
        reference=member.reference,
        recipient=officer.email,
        recipient_name=str(officer),
        language=letter.language,
        subject=with_reference(member, letter.subject),
        body=letter.body,
        at=at,
    )
