"""What the officer who has a file is told of it, in a mail that leads there."""

from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, override

from members.follow_up.letters import topic_of_kind, with_reference
from members.models import TO_AN_OFFICER, Member, TimelineEntry, TimelineKind
from outbox.models import Message
from outbox.queueing import queue_message
from outbox.rendering import typed

# Nobody has asked staff yet in which language they read mail.
LANGUAGE: Final = "en"
SUBJECTS: Final[dict[TimelineKind, Promise]] = {
    TimelineKind.ANSWERED: gettext_lazy("The answer to your request is in the file"),
    TimelineKind.WITHDRAWN: gettext_lazy("Withdrawn by the organisation"),
}


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
    with override(LANGUAGE):
        body = render_to_string(
            f"members/mail/officer_{kind}.md",
            {
                "member": member,
                "name": typed(str(officer)),
                "organisation": typed(member.organisation_name),
                "by": typed(entry.by_name),
                "file": settings.SITE_URL + file,
            },
        )
        subject = str(SUBJECTS[kind])
    return queue_message(
        topic=f"{topic_of_kind(member, kind)}/entry-{entry.pk}{TO_AN_OFFICER}{officer.pk}",
        reference=member.reference,
        recipient=officer.email,
        recipient_name=str(officer),
        language=LANGUAGE,
        subject=with_reference(member, subject),
        body=body.strip(),
        at=entry.at,
    )
