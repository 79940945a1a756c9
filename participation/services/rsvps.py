"""RSVPs: the only code that records whether somebody attends a meeting, and at which sitting."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from core.history import set_history_actor
from meetings.models import Meeting, MeetingKind, MeetingStatus
from meetings.services.sittings import lock_sittings
from members.models import FocalPoint
from members.services.participants import focal_points_of, with_member_as_shown
from participation.models import ATTENDING, Rsvp, RsvpChoice
from participation.services.invitation_updates import invitations_follow
from participation.services.invited import is_invited, is_open_for_rsvp, load_parts


class NotInvited(Refused):
    """The meeting is a draft or of another working group, or the person no longer has the role."""

    def __init__(self) -> None:
        super().__init__(
            _("Your reply was not saved. You are not, or no longer, invited to this meeting.")
        )


class MeetingCancelled(Refused):
    """The meeting is cancelled."""

    def __init__(self) -> None:
        super().__init__(_("The meeting is cancelled. You can no longer reply."))


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
    others_shown: Mapping[int, datetime] | None = None,
) -> Rsvp:
    """Record the RSVP of a focal point to a meeting. It can be changed until the meeting ends.

    Sittings of one meeting are answered together. Who attends this one does not attend the others:
    earlier answers to them are removed, and stay in the history. A No declines all open sittings.

    `starts_at` is the start of the meeting that the page showed, if any. `others_shown` has those
    of its other sittings, by primary key; a No does not decline a sitting that was not shown.

    Raises NotInvited, MeetingCancelled, MeetingDeleted, MeetingMoved, SameRsvp, and Refused
    (not_a_gathering, meeting_over).
    """
    # Locked in this order, so that no RSVP is saved while the member withdraws, the role is handed
    # over, or a sitting is moved, linked or separated.
    lock(focal_point.member)
    lock_sittings(meeting)
    # Read again: the meeting may have been for another part before the lock.
    load_parts([meeting])
    found = with_member_as_shown(focal_points_of(by).filter(pk=focal_point.pk), at=at)
    theirs = found[0] if found else None
    if theirs is None or not is_invited(meeting, theirs):
        raise NotInvited
    if meeting.kind == MeetingKind.DEADLINE:
        raise Refused(
            _("This is a deadline, not a meeting. No reply is needed."), code="not_a_gathering"
        )
    if meeting.status == MeetingStatus.CANCELLED:
        raise MeetingCancelled
    if meeting.ends_at <= at:
        raise Refused(_("The meeting is over. You can no longer reply."), code="meeting_over")
    if starts_at is not None and meeting.starts_at != starts_at:
        raise MeetingMoved

    others = list(Meeting.objects.other_sittings(meeting))
    load_parts(others)
    answered = [meeting]
    if choice == RsvpChoice.NO:
        open_for_them = [
            each for each in others if is_invited(each, theirs) and is_open_for_rsvp(each, at=at)
        ]
        answered += _as_shown(open_for_them, others_shown)

    key: dict[str, Any] = {"focal_point": theirs, "link_version": theirs.link_version}
    rows = Rsvp.objects.filter(meeting__in=[meeting, *others], **key)
    given = {rsvp.meeting_id: rsvp for rsvp in rows}
    replaced = [rsvp for pk, rsvp in given.items() if choice in ATTENDING and pk != meeting.pk]
    if not replaced and all(_says(given.get(each.pk), choice, each) for each in answered):
        raise SameRsvp(choice)

    with invitations_follow([meeting, *others], user=by, at=at):
        for each in answered:
            rsvp = given.setdefault(each.pk, Rsvp(meeting=each, **key))
            rsvp.choice, rsvp.starts_at = choice, each.starts_at
            rsvp.responded_at, rsvp.by = at, by
            set_history_actor(rsvp, by, at)
            rsvp.save()
        for rsvp in replaced:
            set_history_actor(rsvp, by, at)
            rsvp.delete()
    return given[meeting.pk]


@transaction.atomic
def record_series_rsvp(
    *,
    meetings: Sequence[Meeting],
    focal_point: FocalPoint,
    choice: RsvpChoice,
    by: User,
    at: datetime,
    starts: Mapping[int, datetime],
    others_shown: Mapping[int, datetime] | None = None,
) -> list[Rsvp]:
    """Record one RSVP of a focal point to several meetings of a series, to all or to none.

    `starts` has the starts that the page showed, by primary key. Meetings with the same RSVP stay
    as they are.

    Raises the refusals of `record_rsvp()`; SameRsvp only if all meetings have the same RSVP.
    """
    lock(focal_point.member)
    # All at once and in one order, so that two people do not wait for each other.
    lock_sittings(*meetings)
    given = []
    for meeting in meetings:
        try:
            rsvp = record_rsvp(
                meeting=meeting,
                focal_point=focal_point,
                choice=choice,
                starts_at=starts[meeting.pk],
                others_shown=others_shown,
                by=by,
                at=at,
            )
        except SameRsvp:
            continue
        given.append(rsvp)
    if not given:
        raise SameRsvp(choice)
    return given


def _as_shown(others: list[Meeting], shown: Mapping[int, datetime] | None) -> list[Meeting]:
    """Return those of the other sittings that the page showed; all of them without a page.

    Raises MeetingMoved if one of them has another start now.
    """
    if shown is None:
        return others
    seen = [each for each in others if each.pk in shown]
    if any(each.starts_at != shown[each.pk] for each in seen):
        raise MeetingMoved
    return seen


def _says(rsvp: Rsvp | None, choice: RsvpChoice, meeting: Meeting) -> bool:
    return rsvp is not None and (rsvp.choice, rsvp.starts_at) == (choice, meeting.starts_at)
