"""Messages about an opinion: to the colleague who is asked, and to the person who asked."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse

from members.models import OpinionRequest, TimelineKind
from members.services.letters.composing import topic_of_kind
from members.services.letters.officers import notify_colleague
from outbox.models import Message
from outbox.services.queue import cancel
from outbox.services.rendering import escape_inline, escape_paragraphs

ASKED: Final = "officer_opinion_asked"
GIVEN: Final = "officer_opinion_given"


def send_opinion_request(opinion: OpinionRequest) -> None:
    """Send the question to the colleague, with a link to the page where they answer.

    They may not see the member elsewhere, so the text has only its name, its reference and the
    question.
    """
    _send(opinion, topic=_topic(opinion, TimelineKind.OPINION_ASKED), at=opinion.asked_at)


def resend_cancelled_request(opinion: OpinionRequest, *, at: datetime) -> None:
    """Send the question of a request that is open again, if its email was cancelled."""
    topic = _topic(opinion, TimelineKind.OPINION_ASKED)
    emails = Message.objects.filter(topic__startswith=f"{topic}/")
    number = emails.count()
    if number and not emails.filter(cancel_reason="").exists():
        _send(opinion, topic=f"{topic}/again-{number}", at=at)


def _send(opinion: OpinionRequest, *, topic: str, at: datetime) -> None:
    page = reverse("admin:members_member_opinion", args=[opinion.pk])
    notify_colleague(
        opinion.member,
        opinion.asked_of,
        ASKED,
        {
            "by": escape_inline(str(opinion.asked_by)),
            "question": escape_paragraphs(opinion.question),
            "opinion_page": settings.SITE_URL + page,
        },
        topic=topic,
        at=at,
    )


def cancel_opinion_request(opinion: OpinionRequest, *, at: datetime) -> None:
    """Cancel the question, if it was not sent yet."""
    cancel(topic=_topic(opinion, TimelineKind.OPINION_ASKED), at=at)


def notify_of_opinion(opinion: OpinionRequest, *, at: datetime) -> None:
    """Tell the person who asked that the opinion is there. The text is on the member's page."""
    notify_colleague(
        opinion.member,
        opinion.asked_by,
        GIVEN,
        {"by": escape_inline(str(opinion.asked_of))},
        topic=_topic(opinion, TimelineKind.OPINION_GIVEN),
        at=at,
    )


def _topic(opinion: OpinionRequest, kind: TimelineKind) -> str:
    return f"{topic_of_kind(opinion.member, kind)}/opinion-{opinion.pk}"
