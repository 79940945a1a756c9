"""What the officer who has a file is told of it, in a mail that leads there."""

from typing import Final

from django.conf import settings
from django.urls import reverse

from members.follow_up.letters import fill_in, topic_of_kind, with_reference
from members.models import TO_AN_OFFICER, Member, TimelineEntry, TimelineKind
from outbox.models import Message
from outbox.queueing import queue_message
from outbox.rendering import typed
from outbox.wording import Wordings

# Nobody has asked staff yet in which language they read mail.
LANGUAGE: Final = "en"


def tell_officer(member: Member, entry: TimelineEntry) -> Message | None:
    """Tell who has the file what a focal point did; nobody, where nobody active has it.

    Says that it is there and where, and repeats nothing that was typed but the name: mail is
    forwarded, the file is not.
    """
    officer = member.assignee
    if officer is None or not (officer.is_active and officer.is_staff):
        return None
    kind = TimelineKind(entry.kind)
    file = reverse("admin:members_member_change", args=[member.pk])
    told = f"officer_{kind}"
    letter = fill_in(
        Wordings(told),
        told,
        LANGUAGE,
        {
            "name": typed(str(officer)),
            "organisation": typed(member.organisation_name),
            "reference": member.reference,
            "by": typed(entry.by_name),
            "file": settings.SITE_URL + file,
        },
    )
    return queue_message(
        topic=f"{topic_of_kind(member, kind)}/entry-{entry.pk}{TO_AN_OFFICER}{officer.pk}",
        reference=member.reference,
        recipient=officer.email,
        recipient_name=str(officer),
        language=letter.language,
        subject=with_reference(member, letter.subject),
        body=letter.body,
        at=entry.at,
    )
