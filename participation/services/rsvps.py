"""RSVPs: the only code that records whether somebody attends a meeting."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from core.history import set_history_actor
from meetings.models import Meeting, MeetingKind, MeetingStatus
from members.models import FocalPoint
from participation.models import Rsvp, RsvpChoice
from participation.services.participants import focal_points_of, with_member_as_shown


class NotInvited(Refused):
    """The meeting is a draft or of another working group, or the person no longer has the role."""

    def __init__(self) -> None:
        super().__init__(
            _("Your reply was not saved. You are not, or no longer, invited to this meeting.")
        )


class NotAGathering(Refused):
    """A deadline has no RSVPs."""

    def __init__(self) -> None:
        super().__init__(_("This is a deadline, not a meeting. No reply is needed."))


class MeetingCancelled(Refused):
    """The meeting is cancelled."""

    def __init__(self) -> None:
        super().__init__(_("The meeting is cancelled. You can no longer reply."))


class MeetingOver(Refused):
    """The meeting has ended."""

    def __init__(self) -> None:
        super().__init__(_("The meeting is over. You can no longer reply."))


class MeetingMoved(Refused):
    """The meeting was moved after the person opened the page."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The meeting was moved after you opened this page. Your reply was not saved. Check "
                "the new time, then reply again."
            )
        )


class SameRsvp(Refused):
    """The person has already given the same answer."""

    def __init__(self, choice: RsvpChoice) -> None:
        super().__init__(
            _("You have already replied “%(reply)s”. Nothing was changed.")
            % {"reply": choice.label}
        )


@transaction.atomic
def record_rsvp(
    *,
    meeting: Meeting,
    focal_point: FocalPoint,
    choice: RsvpChoice,
    by: User,
    at: datetime,
    starts_at: datetime | None = None,
) -> Rsvp:
    """Record the RSVP of a focal point to a meeting. It can be changed until the meeting ends.

    `starts_at` is the start of the meeting that the page showed, if any.

    Raises NotInvited, NotAGathering, MeetingCancelled, MeetingOver, MeetingMoved, SameRsvp.
    """
    # Locked in this order, so that no RSVP is saved while the member withdraws, the role is handed
    # over, or the meeting is moved.
    lock(focal_point.member)
    lock(meeting)
    found = with_member_as_shown(focal_points_of(by).filter(pk=focal_point.pk), at=at)
    theirs = found[0] if found else None
    if theirs is None or not is_invited(meeting, theirs):
        raise NotInvited
    if meeting.kind == MeetingKind.DEADLINE:
        raise NotAGathering
    if meeting.status == MeetingStatus.CANCELLED:
        raise MeetingCancelled
    if meeting.ends_at <= at:
        raise MeetingOver
    if starts_at is not None and meeting.starts_at != starts_at:
        raise MeetingMoved

    key = {"meeting": meeting, "focal_point": theirs, "link_version": theirs.link_version}
    given = Rsvp.objects.filter(**key).first() or Rsvp(**key)
    if (given.choice, given.starts_at) == (choice, meeting.starts_at):
        raise SameRsvp(choice)

    given.choice, given.starts_at = choice, meeting.starts_at
    given.responded_at, given.by = at, by
    set_history_actor(given, by, at)
    given.save()
    return given


def is_invited(meeting: Meeting, focal_point: FocalPoint) -> bool:
    """Return whether a focal point is invited: by a meeting of their group or the coalition."""
    if meeting.status == MeetingStatus.DRAFT:
        return False
    return meeting.focus_area_id in (None, focal_point.member.focus_area_id)
