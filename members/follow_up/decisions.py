"""The letters that tell a member what staff decided, and that its EOI arrived."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy, override

from focus_areas.models import FocusArea, Meeting, MeetingStatus
from focus_areas.times import GENEVA, meeting_in_words
from members.follow_up.letters import Draft, draft_letter, letter_language, primary, queue_letters
from members.models import FocalPoint, GrantedRole, Member, TimelineEntry
from outbox.models import Message
from outbox.rendering import typed

# How many of the working group's next meetings the admission names.
NEXT_MEETINGS = 3


class DeclineReason(models.TextChoices):
    """Why a member is declined, as staff choose it; REASON_TEXTS is what the letter says."""

    OUTSIDE_FOCUS_AREAS = "outside_focus_areas", gettext_lazy("Outside the four focus areas")
    NOT_AN_ORGANISATION = "not_an_organisation", gettext_lazy("Not on behalf of an organisation")
    NOT_AUTHORISED = "not_authorised", gettext_lazy("The organisation did not confirm it")
    NOT_ENOUGH_KNOWN = "not_enough_known", gettext_lazy("Not enough is known to decide")
    PRINCIPLES = "principles", gettext_lazy("Does not agree with the coalition's principles")


REASON_TEXTS: Final = {
    DeclineReason.OUTSIDE_FOCUS_AREAS: gettext_lazy(
        "What you would like to bring lies outside the four focus areas of the coalition."
    ),
    DeclineReason.NOT_AN_ORGANISATION: gettext_lazy(
        "Membership is open to organisations, and we could not see on behalf of which one the "
        "interest was expressed."
    ),
    DeclineReason.NOT_AUTHORISED: gettext_lazy(
        "We asked the organisation, and it did not confirm that the interest was expressed on "
        "its behalf."
    ),
    DeclineReason.NOT_ENOUGH_KNOWN: gettext_lazy(
        "What we know of the organisation and its work is not enough for us to decide."
    ),
    DeclineReason.PRINCIPLES: gettext_lazy(
        "The activities described do not agree with the principles of the coalition."
    ),
}


def acknowledge(
    member: Member, focal_points: Iterable[FocalPoint], entry: TimelineEntry
) -> list[Message]:
    """Tell the focal points that their EOI arrived and what happens next.

    Repeats nothing that was typed but names: anyone can type anything to any address.
    """
    return queue_letters(
        member,
        entry,
        lambda focal_point: draft_letter(
            "received",
            focal_point,
            gettext_lazy("We received your expression of interest"),
        ),
        focal_points=focal_points,
    )


def draft_information_request(
    *, member: Member, missing: str, focal_point: FocalPoint | None = None
) -> Draft:
    """Draft the letter that asks for what is missing, for one focal point or the first."""
    return draft_letter(
        "information_requested",
        focal_point or primary(member),
        gettext_lazy("We need some information from you"),
        missing=missing.strip(),
    )


def draft_admission(
    *,
    member: Member,
    focus_area: FocusArea,
    role: str,
    at: datetime,
    focal_point: FocalPoint | None = None,
) -> Draft:
    """Draft the letter that welcomes a member to a working group."""
    recipient = focal_point or primary(member)
    return draft_letter(
        "admitted",
        recipient,
        gettext_lazy("Welcome to the Partner2Connect Digital Coalition"),
        **facts_of_working_group(focus_area, role, at, recipient),
    )


def draft_move(
    *,
    member: Member,
    focus_area: FocusArea,
    role: str,
    at: datetime,
    focal_point: FocalPoint | None = None,
) -> Draft:
    """Draft the letter that tells a member of its new working group or role."""
    recipient = focal_point or primary(member)
    return draft_letter(
        "moved",
        recipient,
        gettext_lazy("Your place in the working groups has changed"),
        **facts_of_working_group(focus_area, role, at, recipient),
    )


def draft_decline(
    *, member: Member, reasons: Iterable[str], focal_point: FocalPoint | None = None
) -> Draft:
    """Draft the letter that declines a member, for the reasons given."""
    return draft_letter(
        "declined",
        focal_point or primary(member),
        gettext_lazy("Your expression of interest"),
        reasons=[REASON_TEXTS[DeclineReason(reason)] for reason in reasons],
    )


def facts_of_working_group(
    focus_area: FocusArea, role: str, at: datetime, focal_point: FocalPoint
) -> dict[str, object]:
    """Gather what a letter says of a working group: area, role, and the next meetings."""
    meetings = Meeting.objects.on_the_calendar().of_focus_area(focus_area).not_over(at)
    with override(letter_language(focal_point)):
        return {
            "focus_area": focus_area,
            "role": str(GrantedRole(role).label),
            "meetings": [
                {
                    "title": typed(meeting.title),
                    "when": meeting_in_words(meeting, [focal_point.time_zone, GENEVA]),
                }
                for meeting in meetings.exclude(status=MeetingStatus.CANCELLED)[:NEXT_MEETINGS]
            ],
        }
