"""The agendas that co-leads write for the meetings of their working group."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from meetings.models import Meeting, MeetingQuerySet, MeetingStatus
from meetings.services.agenda import ItemFacts, set_agenda
from members.models import FocalPoint
from members.services.co_leads import NotCoLead, lock_co_lead


def meetings_to_prepare(person: FocalPoint, *, at: datetime) -> MeetingQuerySet:
    """Return the meetings of a co-lead's group whose agenda they can change, the next first."""
    scheduled = Meeting.objects.filter(status=MeetingStatus.SCHEDULED)
    return scheduled.filter(focus_area=person.member.focus_area).upcoming(at)


@transaction.atomic
def set_group_agenda(
    *,
    person: FocalPoint,
    meeting: Meeting,
    items: Iterable[ItemFacts],
    version: int,
    by: User,
    at: datetime,
) -> Meeting:
    """Save the agenda of a meeting of a co-lead's group, as staff do.

    Raises MeetingDeleted, MeetingConflict, AlreadyCancelled, NothingChanged, and NotCoLead, also if
    the meeting is not, or no longer, an upcoming one of the group.
    """
    co_lead = lock_co_lead(person, by=by, at=at)
    set_agenda(meeting=meeting, items=items, version=version, by=by, at=at)
    if not meetings_to_prepare(co_lead, at=at).filter(pk=meeting.pk).exists():
        raise NotCoLead
    return meeting
