"""What focal points and writers of drafts are sent because one of them did something."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from members.follow_up.letters import (
    closing,
    draft_letter,
    greeting,
    keys_for,
    letter_language,
    queue_letters,
    segment_of,
    with_reference,
)
from members.links import draft_address
from members.models import EoiDraft, FocalPoint, LinkRequest, Member, TimelineEntry
from outbox.models import Message
from outbox.queueing import queue_message
from outbox.rendering import PRIVATE_PAGE, typed

# What the topics of new links say in place of a kind of timeline entry.
LINK = "link"


def tell_withdrawn(member: Member, entry: TimelineEntry) -> list[Message]:
    """Tell each focal point that one of them has withdrawn the EOI, and whom to write to."""
    return queue_letters(
        member,
        entry,
        lambda focal_point: draft_letter(
            "withdrawn",
            focal_point,
            gettext_lazy("Your expression of interest is withdrawn"),
            by_another=entry.by_focal_point_id != focal_point.pk,
            by=typed(entry.by_name),
        ),
    )


def queue_link(focal_point: FocalPoint, asked: LinkRequest, *, at: datetime) -> Message:
    """Send a focal point the link to the page of its EOI once more, since somebody asked."""
    draft = draft_letter("link", focal_point, gettext_lazy("The link to your page"))
    body = f"{greeting(focal_point)}\n\n{draft.body}\n\n{closing(focal_point)}"
    member = focal_point.member
    return queue_message(
        topic=f"{member.reference}/{LINK}/request-{asked.pk}/{segment_of(focal_point)}",
        reference=member.reference,
        recipient=focal_point.email,
        recipient_name=focal_point.full_name,
        language=letter_language(focal_point),
        subject=with_reference(member, draft.subject),
        body=body,
        at=at,
        **keys_for(focal_point, LINK, body),
    )


def queue_draft_link(draft: EoiDraft, asked: LinkRequest, *, at: datetime) -> Message:
    """Send the address of a draft the link to it once more, since somebody asked."""
    whole = [code for code, _name in settings.LANGUAGES]
    language = draft.language if draft.language in whole else "en"
    with override(language):
        subject = _("The link to your unfinished expression of interest")
        body = render_to_string(
            "members/mail/draft_link.md",
            {"private_page": PRIVATE_PAGE, "contact": settings.MAIL_REPLY_TO},
        )
    return queue_message(
        topic=f"{draft.reference}/{LINK}/request-{asked.pk}",
        reference=draft.reference,
        recipient=draft.email,
        language=language,
        subject=subject,
        body=body.strip(),
        at=at,
        private_page=draft_address(draft),
    )
