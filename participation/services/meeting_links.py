"""Private links in mail about a meeting: to reply, to join, and to answer a poll about its date.

A link is for one role of one reader, and one meeting or poll. It ends with the other private links
of the role, and when the organisation or the meeting leaves the working group.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.conflicts import lock
from meetings.models import Meeting
from members.models import FocalPoint
from members.services.participants import participants, with_member_as_shown
from members.services.private_links import (
    InvalidLink,
    LinkPurpose,
    check_unrevoked,
    focal_point_and_meeting_of,
)
from participation.models import Rsvp, RsvpChoice
from participation.services.invited import is_invited
from participation.services.member_accounts import sync_member_account
from participation.services.rsvps import NotInvited, record_rsvp


@dataclass(frozen=True)
class MeetingLink:
    """What a private link about a meeting opens."""

    focal_point: FocalPoint
    meeting: Meeting
    # The start of the meeting when the mail was written.
    told_start: datetime

    @property
    def has_moved(self) -> bool:
        """Whether the meeting has another start than in the mail."""
        return self.meeting.starts_at != self.told_start


def meeting_link_of(token: str, purpose: LinkPurpose, *, at: datetime) -> MeetingLink:
    """Return what a link about a meeting opens.

    Raises InvalidLink, also if the organisation or the meeting has left the working group.
    """
    focal_point, uid, told_start = focal_point_and_meeting_of(token, purpose)
    shown = with_member_as_shown(participants().filter(pk=focal_point.pk), at=at)
    meeting = Meeting.objects.select_related("focus_area").filter(uid=uid).first()
    if not shown or meeting is None or not is_invited(meeting, shown[0]):
        raise InvalidLink
    return MeetingLink(shown[0], meeting, told_start)


@transaction.atomic
def reply_by_link(
    *, link: MeetingLink, choice: RsvpChoice, starts_at: datetime, at: datetime
) -> Rsvp:
    """Record the RSVP of the person that a link was made for, by their account.

    A No declines all open sittings of the meeting, as the page says.
    `starts_at` is the start that the page showed. Raises InvalidLink if the link was revoked
    meanwhile, and the refusals of `record_rsvp()`: NotInvited also if a colleague has closed the
    account of the person.
    """
    focal_point = link.focal_point
    # Locked before the link is checked again, so that a role cannot be handed over in between.
    lock(focal_point.member)
    check_unrevoked(focal_point)
    sync_member_account(focal_point=focal_point, at=at)
    account = User.objects.filter(email__iexact=focal_point.email, is_active=True).first()
    if account is None:
        raise NotInvited
    return record_rsvp(
        meeting=link.meeting,
        focal_point=focal_point,
        choice=choice,
        starts_at=starts_at,
        by=account,
        at=at,
    )
