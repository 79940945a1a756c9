"""The answers of calendar programs to invitations, which are RSVPs of the person invited.

The address of the organiser decides who answers: it is in the person's invitations only, as a
private link is. Whatever else the mail says about its sender is not believed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from core.conflicts import Refused
from inbox.services.calendar_replies import CalendarReply
from meetings.models import Meeting
from meetings.services.meeting_times import first_day
from members.models import FocalPoint
from members.services.participants import focal_points_of, with_member_as_shown
from outbox.services.return_addresses import ReturnAddress
from participation.models import ATTENDING, Announcement, MailPreferences, Rsvp, RsvpChoice
from participation.services.invited import is_invited
from participation.services.rsvp_buttons import rsvp_choices
from participation.services.rsvps import SameRsvp, record_rsvp

# TENTATIVE, DELEGATED and NEEDS-ACTION are no RSVP.
ACCEPTED: Final = "ACCEPTED"
DECLINED: Final = "DECLINED"


def reference_of(organiser: ReturnAddress) -> str:
    """Return the reference of the first member of the person to whom an organiser belongs."""
    user = _invited_user(organiser)
    role = focal_points_of(user).first() if user else None
    return role.member.reference if role else ""


def record_reply(organiser: ReturnAddress, reply: CalendarReply, at: datetime) -> str:
    """Record the RSVP in a reply for all roles in which its person is invited.

    Returns in one word what became of it, for the log. A reply that is too late, or that answers an
    invitation to an earlier start, changes nothing.
    """
    user = _invited_user(organiser)
    if user is None:
        return "unknown"
    if reply.has_occurrence or reply.partstat not in (ACCEPTED, DECLINED):
        return "no answer"
    meeting = Meeting.objects.select_related("focus_area").filter(uid=reply.uid).first()
    found = with_member_as_shown(focal_points_of(user), at=at)
    roles = [role for role in found if meeting and is_invited(meeting, role)]
    if meeting is None or not roles:
        return "not invited"
    if _is_outdated(reply, meeting, found, user):
        return "outdated"
    try:
        is_new = _record(reply.partstat, meeting, roles, user, at)
    except Refused:
        return "refused"
    return "recorded" if is_new else "known"


def _invited_user(organiser: ReturnAddress) -> User | None:
    """Return the active account to which an organiser belongs."""
    chosen = MailPreferences.objects.select_related("user")
    found = chosen.filter(organiser_id__range=organiser.ids, user__is_active=True)
    preferences = found.order_by("pk").first()
    return preferences.user if preferences else None


@transaction.atomic
def _record(
    partstat: str, meeting: Meeting, roles: Sequence[FocalPoint], user: User, at: datetime
) -> bool:
    """Record the RSVP of each role; return whether one of them is new. Raises Refused."""
    is_new = False
    # In one order, so that two replies do not wait for each other.
    for role in sorted(roles, key=lambda each: each.member_id):
        choice = _choice(partstat, meeting, role)
        if choice is None:
            continue
        try:
            record_rsvp(
                meeting=meeting,
                focal_point=role,
                choice=choice,
                by=user,
                at=at,
                starts_at=meeting.starts_at,
                # The event was about one sitting. The others have events of their own.
                others_shown={},
            )
        except SameRsvp:
            continue
        is_new = True
    return is_new


def _choice(partstat: str, meeting: Meeting, role: FocalPoint) -> RsvpChoice | None:
    """Return the RSVP that an answer means; None if the role attends already, in either way."""
    if partstat == DECLINED:
        return RsvpChoice.NO
    given = Rsvp.objects.filter(
        meeting=meeting,
        focal_point=role,
        link_version=role.link_version,
        starts_at=meeting.starts_at,
        choice__in=ATTENDING,
    )
    if given.exists():
        return None
    possible = [choice for choice, _words in rsvp_choices(meeting)]
    return RsvpChoice.YES if RsvpChoice.YES in possible else RsvpChoice.REMOTE


def _is_outdated(
    reply: CalendarReply, meeting: Meeting, people: Sequence[FocalPoint], user: User
) -> bool:
    """Return whether a reply answers an invitation to another start than the current one.

    SEQUENCE counts the changes of the meeting, and the answers and choices of the person, which
    never become fewer. So it is lower in each invitation that was sent before the current start
    was told.
    """
    told = Announcement.objects.filter(meeting=meeting).first()
    if told is None or told.starts_at != meeting.starts_at:
        return True
    start = first_day(meeting) if meeting.is_all_day else meeting.starts_at
    is_same_kind = isinstance(reply.starts_at, datetime) == isinstance(start, datetime)
    if reply.starts_at is not None and is_same_kind and reply.starts_at != start:
        return True
    sequence, since = _first_with_this_start(meeting, told.announced_at)
    answers: Any = Rsvp
    answered: int = answers.history.filter(
        meeting_id=meeting.pk,
        focal_point_id__in=[role.pk for role in people],
        history_date__lt=since,
    ).count()
    return reply.sequence < sequence + answered + _revision_at(since, user)


def _revision_at(at: datetime, user: User) -> int:
    """Return how often the own choices of a person had changed their invitations at some time."""
    history: Any = MailPreferences
    before = history.history.filter(user=user, history_date__lt=at).order_by("-history_id")
    return before.values_list("invitation_revision", flat=True).first() or 0


def _first_with_this_start(meeting: Meeting, told_at: datetime) -> tuple[int, datetime]:
    """Return SEQUENCE and time of the version with which the current start began.

    Versions that nobody was told, such as a move that was undone, are left out.
    """
    history: Any = Meeting
    versions = history.history.filter(id=meeting.pk, history_date__lte=told_at)
    columns = versions.order_by("-version", "-history_id").values_list(
        "starts_at", "sequence", "history_date"
    )
    first = (0, meeting.changed_at)
    for starts_at, sequence, changed_at in columns:
        if starts_at != meeting.starts_at:
            break
        first = (sequence, changed_at)
    return first
