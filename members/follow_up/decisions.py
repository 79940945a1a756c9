"""The letters that tell a member what staff decided, and that its EOI arrived."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy, override

from focus_areas.languages import is_written
from focus_areas.models import FocusArea, Meeting, MeetingStatus
from focus_areas.times import GENEVA, meeting_in_words
from members.follow_up.letters import Draft, draft_letter, letter_language, primary, queue_letters
from members.models import FocalPoint, GrantedRole, Member, Reason, TimelineEntry
from outbox.models import Message
from outbox.rendering import typed, typed_paragraphs

# How many of the working group's next meetings the admission names.
NEXT_MEETINGS = 3


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
    *,
    member: Member,
    missing: str = "",
    reasons: Iterable[Reason] = (),
    focal_point: FocalPoint | None = None,
) -> Draft:
    """Draft the letter that asks for what is missing, for one focal point or the first."""
    recipient = focal_point or primary(member)
    language = language_for(recipient, reasons)
    return draft_letter(
        "information_requested",
        recipient,
        gettext_lazy("We need some information from you"),
        language,
        reasons=snippets(reasons, language),
        missing=typed_paragraphs(missing),
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
    *, member: Member, reasons: Iterable[Reason], focal_point: FocalPoint | None = None
) -> Draft:
    """Draft the letter that declines a member, for the reasons given."""
    recipient = focal_point or primary(member)
    language = language_for(recipient, reasons)
    return draft_letter(
        "declined",
        recipient,
        gettext_lazy("Your expression of interest"),
        language,
        reasons=snippets(reasons, language),
    )


def language_for(focal_point: FocalPoint, reasons: Iterable[Reason]) -> str:
    """Return the language of a letter with reasons: theirs where each reason has it, else English.

    A letter is in one language as a whole.
    """
    language = letter_language(focal_point)
    is_whole = all(is_written(reason, "snippet", language) for reason in reasons)
    return language if is_whole else "en"


def snippets(reasons: Iterable[Reason], language: str) -> list[str]:
    """Return what a letter in a language says of each reason: plain paragraphs, in order."""
    with override(language):
        return [typed_paragraphs(reason.snippet) for reason in in_order(reasons)]


def in_order(reasons: Iterable[Reason]) -> list[Reason]:
    """Return reasons in the order in which an organisation reads them."""
    return sorted(reasons, key=lambda reason: (reason.position, reason.pk))


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
