"""Reminds coordinators of missing documents: agendas before meetings, minutes after them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.models import User
from meetings.models import Meeting, MeetingKind, MeetingQuerySet, MeetingStatus
from meetings.services.agenda import has_agenda
from members.services.letters.co_leads import coordinators_by_area
from members.services.letters.officers import staff_addressee
from outbox.models import Message
from outbox.services.letters import texts_of, write
from outbox.services.queue import AlreadyQueued, Envelope, post
from outbox.services.rendering import escape_inline, one_line
from outbox.services.template_rendering import TemplateSet
from papers.models import Paper, PaperKind, PaperQuerySet
from participation.services import placeholder_values
from participation.services.template_types import AGENDA_MISSING, MINUTES_MISSING

# The maximum of meetings per run and kind of document; the next run continues.
BATCH_SIZE: Final = 20
# Agendas are requested in this period before the start. After it, it is too late to add one.
AGENDA_FROM: Final = timedelta(days=3)
AGENDA_UNTIL: Final = timedelta(hours=1)
# Minutes are requested in this period after the end. The limit prevents reminders about
# meetings of years ago when the portal is installed.
MINUTES_FROM: Final = timedelta(days=10)
MINUTES_UNTIL: Final = timedelta(days=24)
MAY_RUN_MEETINGS: Final = "meetings.change_meeting"


@dataclass(frozen=True)
class MissingDocument:
    """A meeting without a document, the kind of mail for it, and when the mail expires."""

    kind: str
    meeting: Meeting
    expires_at: datetime


def remind_of_missing_documents(*, at: datetime) -> int:
    """Remind the coordinators of meetings without agenda or minutes; return the number of mails.

    Each coordinator gets one reminder per meeting and document. Meetings of the whole coalition
    have no coordinators.
    """
    lacking = [
        *(
            MissingDocument(AGENDA_MISSING, meeting, meeting.starts_at - AGENDA_UNTIL)
            for meeting in without_agenda(at)
        ),
        *(
            MissingDocument(MINUTES_MISSING, meeting, meeting.ends_at + MINUTES_UNTIL)
            for meeting in without_minutes(at)
        ),
    ]
    if not lacking:
        return 0
    coordinators = coordinators_by_area(MAY_RUN_MEETINGS)
    there = _written_to(lacking, coordinators)
    left = (
        (missing, user)
        for missing in lacking
        for user in coordinators.get(missing.meeting.focus_area_id, [])
        if _topic(missing, user) not in there
    )
    words = texts_of(AGENDA_MISSING, MINUTES_MISSING)
    return sum(_tell(missing, user, words, at) for missing, user in islice(left, BATCH_SIZE))


def without_agenda(at: datetime) -> MeetingQuerySet:
    """Return the meetings that begin in the next days and have neither agenda nor agenda paper."""
    return (
        _of_a_group()
        .filter(
            starts_at__gt=at + AGENDA_UNTIL,
            starts_at__lte=at + AGENDA_FROM,
        )
        .exclude(has_agenda())
        .filter(~Exists(agendas_of(OuterRef("pk"))))
    )


def without_minutes(at: datetime) -> MeetingQuerySet:
    """Return the meetings that ended some days ago and have no minutes."""
    return (
        _of_a_group()
        .filter(ends_at__gt=at - MINUTES_UNTIL, ends_at__lte=at - MINUTES_FROM)
        .filter(~Exists(minutes_of(OuterRef("pk"))))
    )


def agendas_of(meeting: OuterRef) -> PaperQuerySet:
    """Return the agenda papers of a meeting of an outer query."""
    return Paper.objects.filter(meeting=meeting, kind=PaperKind.AGENDA, is_withdrawn=False)


def minutes_of(meeting: OuterRef) -> PaperQuerySet:
    """Return the minutes of a meeting of an outer query."""
    return Paper.objects.filter(meeting=meeting, kind=PaperKind.MINUTES, is_withdrawn=False)


def _of_a_group() -> MeetingQuerySet:
    """Return the scheduled meetings of working groups with their areas, past and future."""
    return (
        Meeting.objects.filter(
            status=MeetingStatus.SCHEDULED, kind=MeetingKind.MEETING, focus_area__isnull=False
        )
        .select_related("focus_area")
        .order_by("starts_at", "pk")
    )


def _written_to(
    lacking: list[MissingDocument], coordinators: Mapping[int | None, list[User]]
) -> set[str]:
    """Return the topics of the reminders that were already sent."""
    topics = [
        _topic(missing, user)
        for missing in lacking
        for user in coordinators.get(missing.meeting.focus_area_id, [])
    ]
    return set(Message.objects.filter(topic__in=topics).values_list("topic", flat=True))


def _topic(missing: MissingDocument, user: User) -> str:
    """Return the topic of a reminder. It is unique for coordinator, meeting and document."""
    what = missing.kind.replace("_", "-")
    return f"{what}/meeting-{missing.meeting.pk}/user-{user.pk}"


@transaction.atomic
def _tell(missing: MissingDocument, user: User, words: TemplateSet, at: datetime) -> int:
    """Queue a reminder to one coordinator, and return the number of mails."""
    meeting, reader = missing.meeting, staff_addressee(user)
    page = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    letter = write(
        missing.kind,
        reader.language,
        {
            "name": escape_inline(reader.name),
            "title": escape_inline(meeting.title),
            "focus_area": lambda: meeting.area_name,
            "when": partial(placeholder_values.meeting_time_text, meeting, user.time_zone),
            "meeting_page": settings.SITE_URL + page,
        },
        subject_values={"title": one_line(meeting.title)},
        words=words,
    )
    topic = _topic(missing, user)
    try:
        post(Envelope(letter, reader, topic=topic, expires_at=missing.expires_at), at=at)
    except AlreadyQueued:
        # Another run has just queued it.
        return 0
    return 1
