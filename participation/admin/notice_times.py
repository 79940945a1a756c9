"""When participants are told of changes of meetings, in words for staff."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from meetings.models import Meeting
from participation.models import Announcement
from participation.services.meeting_changes import MeetingChange
from participation.services.notice_waits import NO_WAIT, SHORT_WAIT, USUAL_WAIT, wait_before


def notice_times_text(meetings: Iterable[Meeting], *, at: datetime) -> str:
    """Return when participants are told of the changes of some meetings; empty without changes."""
    meetings = list(meetings)
    rows = Announcement.objects.filter(meeting__in=[each.pk for each in meetings])
    told = {each.meeting_id: each for each in rows}
    changes = [MeetingChange(meeting, told.get(meeting.pk)) for meeting in meetings]
    waits = {wait_before(each.begins_at, at=at) for each in changes if each.is_told(at)}
    texts = {
        NO_WAIT: _("Participants get an email about it at once."),
        SHORT_WAIT: _(
            "Participants get an email about it in two minutes. If the meeting is edited again, "
            "the email waits longer, but ten minutes at most."
        ),
        USUAL_WAIT: _(
            "Participants get an email about it in ten minutes. If a meeting of the same group is "
            "edited again, the email waits longer, but an hour at most."
        ),
    }
    sooner = _("About meetings that begin within a day, they get an email sooner.")
    longest = max(waits, key=lambda wait: wait.longest, default=None)
    if longest is None:
        return ""
    return f"{texts[longest]} {sooner}" if len(waits) > 1 else texts[longest]
