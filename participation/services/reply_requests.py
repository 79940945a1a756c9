"""The reminder to those who have not replied to a meeting, which staff send once."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from core.dates import GENEVA, format_datetime
from meetings.models import Meeting, MeetingStatus
from outbox.models import Queue
from outbox.services.letters import texts_of
from outbox.services.queue import Envelope, post_all
from outbox.services.rendering import one_line
from outbox.services.template_rendering import TemplateSet
from participation.models import Announcement, MailPreferences
from participation.services import placeholder_values
from participation.services.chosen_sittings import Answers, load_answers
from participation.services.expected_attendees import invited_focal_points
from participation.services.invited import is_asked, is_open_for_rsvp
from participation.services.letters import (
    Recipient,
    conversation_of,
    letter_to,
    recipients_among,
    roles_to_reply,
    topic_of,
)
from participation.services.mail_links import LinksOfMail
from participation.services.reminders import DAY, start_in_topic
from participation.services.template_types import REPLY_MISSING

# What the topic of such a message names it.
REPLY_REQUEST: Final = "reply-request"


class AlreadyAsked(Refused):
    """Those who had not replied were reminded before."""

    def __init__(self, told: Announcement) -> None:
        when = format_datetime(told.replies_asked_at, GENEVA) if told.replies_asked_at else ""
        super().__init__(
            _("Those who had not replied were reminded on %(when)s. This is done once a meeting.")
            % {"when": when}
        )


def people_to_ask(meeting: Meeting, *, at: datetime) -> list[Recipient]:
    """Return the people who would be reminded to reply: no answer yet, and reminders wanted."""
    return _to_ask(meeting, load_answers([meeting]), at)


@transaction.atomic
def ask_for_replies(*, meeting: Meeting, by: User, at: datetime) -> int:
    """Remind everybody who has not replied to a meeting; return the number of emails.

    People who switched reminders off get none. Raises AlreadyAsked and Refused (not_open,
    too_early, not_announced, everybody_replied).
    """
    lock(meeting)
    prefetch_related_objects([meeting], "agenda_items")
    if not is_open_for_rsvp(meeting, at=at) or meeting.starts_at <= at:
        raise Refused(_("Nobody can reply to this meeting now."), code="not_open")
    if not is_asked(meeting, at=at):
        raise Refused(_("It is too early to ask for replies to this meeting."), code="too_early")
    told = Announcement.objects.filter(meeting=meeting, status=MeetingStatus.SCHEDULED).first()
    if told is None or told.starts_at != meeting.starts_at:
        raise Refused(
            _("The notice of this meeting is not sent yet. It will ask for an answer."),
            code="not_announced",
        )
    if told.replies_asked_at:
        raise AlreadyAsked(told)
    answers = load_answers([meeting])
    readers = _to_ask(meeting, answers, at)
    if not readers:
        raise Refused(
            _("Everybody who wants reminders has replied. Nobody was written to."),
            code="everybody_replied",
        )

    words = texts_of(REPLY_MISSING)
    post_all([_letter(reader, meeting, answers, words, at) for reader in readers], at=at)
    told.replies_asked_at, told.replies_asked_by = at, by
    told.save(update_fields=["replies_asked_at", "replies_asked_by"])
    return len(readers)


def _to_ask(meeting: Meeting, answers: Answers, at: datetime) -> list[Recipient]:
    silent = [
        reader
        for reader in recipients_among(invited_focal_points(meeting))
        if any(not answers.of(role, meeting).is_answered(at=at) for role in reader.roles)
    ]
    addresses: Sequence[str] = [reader.address for reader in silent]
    wishing = MailPreferences.objects.addresses_opted_in(DAY.wish, addresses)
    return [reader for reader in silent if reader.address in wishing]


def _letter(
    reader: Recipient, meeting: Meeting, answers: Answers, words: TemplateSet, at: datetime
) -> Envelope:
    zone = reader.person.time_zone
    links = LinksOfMail(reader.person.language)
    return letter_to(
        reader,
        REPLY_MISSING,
        {
            "when": partial(placeholder_values.meeting_time_text, meeting, zone),
            "about": partial(_details, reader, meeting, answers, links, at),
        },
        title=one_line(meeting.title),
        timed=meeting,
        about=meeting,
        conversations=[conversation_of(meeting)],
        links=links,
        words=words,
        topic=f"{topic_of(meeting)}/{REPLY_REQUEST}/{start_in_topic(meeting)}",
        queue=Queue.BULK,
        expires_at=meeting.starts_at,
    )


def _details(
    reader: Recipient, meeting: Meeting, answers: Answers, links: LinksOfMail, at: datetime
) -> str:
    """Return where the meeting takes place, and the reader's own links to reply."""
    asked = roles_to_reply(reader, meeting, answers, links, at)
    return placeholder_values.meeting_details_text(meeting, asked, [], reader.person.time_zone)
