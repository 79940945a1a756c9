"""Calendar files in notices, for readers who want them and do not subscribe to their feed."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Final

from django.db.models.functions import Lower
from django.utils.translation import override

from core.languages import page_url
from meetings.models import Meeting, MeetingStatus
from meetings.services.ical import write_published
from meetings.services.sittings import Groups
from outbox.services.queue import NO_ATTACHMENT, Attachment
from participation.models import CalendarFeed, MailPreferences
from participation.services.letters import Recipient
from participation.services.meeting_changes import TIME_FIELDS, MeetingChange, NoticeKind

NAME: Final = "meetings.ics"
CONTENT_TYPE: Final = "text/calendar; method=PUBLISH"


class CalendarFiles:
    """The calendar files of all mails of one run: one for readers of the same meetings.

    `groups` are the sittings of the meetings. Two queries find out who gets a file.
    """

    def __init__(self, readers: Sequence[Recipient], groups: Groups, at: datetime) -> None:
        addresses = [reader.address for reader in readers]
        wanted = MailPreferences.objects.addresses_opted_in("calendar_files", addresses)
        feeds = CalendarFeed.objects.in_use(at).annotate(address=Lower("user__email"))
        self.addresses = wanted - set(feeds.values_list("address", flat=True))
        self.sittings = list(chain.from_iterable(groups.values()))
        self.at = at
        self._written = cache(self._write)

    def of(
        self, reader: Recipient, theirs: Sequence[tuple[MeetingChange, NoticeKind]]
    ) -> Attachment:
        """Return the file with the meetings that changed for a reader, if they get one."""
        if reader.address not in self.addresses:
            return NO_ATTACHMENT
        content = self._written(tuple(theirs), reader.areas, reader.person.language)
        return Attachment(NAME, CONTENT_TYPE, content)

    def _write(
        self,
        theirs: tuple[tuple[MeetingChange, NoticeKind], ...],
        areas: frozenset[int | None],
        language: str,
    ) -> str:
        meetings = [_as_seen(change, what) for change, what in theirs]
        own = {meeting.pk for meeting in meetings}
        others = [
            each
            for each in self.sittings
            if each.pk not in own and each.focus_area_id in {None, *areas}
        ]
        pages = {
            change.meeting.pk: page_url("participation:my_meeting", language, change.meeting.uid)
            for change, what in theirs
            if what is not NoticeKind.LEFT
        }
        with override(language):
            # Without join links, because mails are forwarded.
            file = write_published(
                meetings, with_join_links=False, at=self.at, sittings=others, pages=pages
            )
        return file.decode()


def _as_seen(change: MeetingChange, what: NoticeKind) -> Meeting:
    """Return a meeting as its reader is to have it: cancelled if it left their group."""
    if what is not NoticeKind.LEFT or change.told is None:
        return change.meeting
    meeting = copy(change.meeting)
    meeting.status = MeetingStatus.CANCELLED
    for name in TIME_FIELDS:
        setattr(meeting, name, getattr(change.told, name))
    return meeting
