"""The template types of mail about meetings, and their placeholders.

The default texts are in `participation/data/letters/`.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.languages import page_url
from focus_areas.models import FocusArea
from meetings.models import Meeting
from members.services.letters.placeholder_values import join_paragraphs
from members.services.template_types import (
    CLOSING,
    REASON_COORDINATOR,
    REASON_FOCAL_POINT,
    sample_greeting,
)
from outbox.models.template_types import Audience, Placeholder, PlaceholderType, TemplateType
from outbox.services.rendering import private_link_marker
from participation.models import Announcement, RsvpChoice
from participation.services import placeholder_values
from participation.services.meeting_changes import NoticeKind
from participation.services.placeholder_values import RoleToReply

TEXTS: Final = Path(__file__).parents[1] / "data" / "letters"
# A Tuesday with a sample meeting, for previews.
SAMPLE_TIME: Final = datetime(2022, 2, 22, 13, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SAMPLE_TIME_ZONE: Final = "Africa/Nairobi"
SAMPLE_TITLE: Final = "Working group meeting 4"
# Typed by staff, in any language.
SAMPLE_REASON: Final = "…"


def _a_meeting() -> Meeting:
    starts_at = SAMPLE_TIME + DAY
    return Meeting(
        title=SAMPLE_TITLE,
        focus_area=FocusArea(number=2),
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
    )


def _asked(choice: str = "", *, again: bool = False) -> list[RoleToReply]:
    links = [(str(each.label), private_link_marker(1)) for each in RsvpChoice]
    return [RoleToReply("", choice, links, is_asked_again=again)]


def _planned() -> str:
    return _sample(
        placeholder_values.scheduled_text(_a_meeting(), SAMPLE_TIME_ZONE),
        placeholder_values.replies_text(_asked()),
    )


def _moved() -> str:
    meeting = _a_meeting()
    told = Announcement(
        starts_at=SAMPLE_TIME, ends_at=SAMPLE_TIME + HOUR, time_zone=meeting.time_zone
    )
    told.is_all_day = False
    return _sample(
        placeholder_values.moved_text(meeting, told, SAMPLE_TIME_ZONE, SAMPLE_REASON),
        placeholder_values.replies_text(_asked(again=True)),
    )


def _cancelled() -> str:
    return _sample(placeholder_values.cancelled_text(_a_meeting(), SAMPLE_TIME_ZONE, SAMPLE_REASON))


def _sample(*paragraphs: str) -> str:
    return join_paragraphs(placeholder_values.heading_text(_a_meeting()), *paragraphs)


TITLE: Final = Placeholder(
    "title",
    _("the title of the meeting"),
    SAMPLE_TITLE,
    may_be_in_subject=True,
    may_be_shortened=True,
)
# Not shortened as a whole: how many more there are would be cut off.
TITLES: Final = Placeholder(
    "title",
    _("the title of the meeting, or of the first of several, and how many more there are"),
    SAMPLE_TITLE,
    may_be_in_subject=True,
)
FIRST_TITLE: Final = Placeholder(
    "first_title",
    _("the title of the meeting, or of the first of several"),
    SAMPLE_TITLE,
    may_be_in_subject=True,
    may_be_shortened=True,
)
MORE: Final = Placeholder(
    "more",
    _("how many more meetings there are; empty if there is only one"),
    lambda: placeholder_values.more_text(more=2),
    may_be_in_subject=True,
)
DAY_OF_MEETING: Final = Placeholder(
    "day",
    _("the day of the meeting, or of the first of several"),
    lambda: placeholder_values.day_text(_a_meeting(), SAMPLE_TIME_ZONE),
    may_be_in_subject=True,
    subject_sample=lambda: placeholder_values.short_day_text(_a_meeting(), SAMPLE_TIME_ZONE),
)
GROUP: Final = Placeholder(
    "group",
    _("the working group of the meeting, or of the first of several"),
    lambda: placeholder_values.group_text(_a_meeting()),
    may_be_in_subject=True,
)
PAGE: Final = Placeholder(
    "page",
    _("the meeting page, or the calendar if there are several meetings"),
    lambda: page_url("participation:my_calendar", get_language() or "en"),
    PlaceholderType.ADDRESS,
    is_required=True,
)
PREFERENCES: Final = Placeholder(
    "preferences",
    _("the page with their email preferences"),
    lambda: page_url("participation:my_preferences", get_language() or "en"),
    PlaceholderType.ADDRESS,
    is_required=True,
)
WHEN: Final = Placeholder(
    "when",
    _("the date and time of the meeting, in the time zones of the reader and of the meeting"),
    lambda: placeholder_values.meeting_time_text(_a_meeting(), SAMPLE_TIME_ZONE),
    PlaceholderType.BLOCK,
    is_required=True,
)
ABOUT: Final = Placeholder(
    "about",
    _("the place, the reader’s own links to join and to reply, and the reply so far"),
    lambda: placeholder_values.meeting_details_text(
        _a_meeting(), _asked(RsvpChoice.REMOTE), join=private_link_marker(1)
    ),
    PlaceholderType.BLOCK,
)
NAME: Final = Placeholder("name", _("the name of the coordinator"), "Kofi Mensah")
AREA: Final = Placeholder(
    "focus_area", _("the focus area of the meeting"), lambda: FocusArea(number=2).name
)
DESK_PAGE: Final = Placeholder(
    "meeting_page",
    _("the meeting page in the administration"),
    f"{settings.SITE_URL}/admin/",
    PlaceholderType.ADDRESS,
    is_required=True,
)


WHAT: Final = Placeholder(
    "what",
    _("what happened"),
    lambda: placeholder_values.update_text([NoticeKind.MOVED]),
    may_be_in_subject=True,
)


def _changes(sample: Callable[[], str]) -> Placeholder:
    return Placeholder(
        "changes",
        _(
            "the changes, with the old and the new time of each meeting and the reader’s own links "
            "to reply"
        ),
        sample,
        PlaceholderType.BLOCK,
        is_required=True,
    )


TITLES_OF_NOTICE: Final = (TITLES, FIRST_TITLE, MORE)
PLANNED: Final = "meeting_scheduled"
UPDATED: Final = "meeting_updated"
CANCELLED: Final = "meeting_cancelled"
DAY_BEFORE: Final = "meeting_day_before"
HOUR_BEFORE: Final = "meeting_hour_before"
INVITED: Final = "meeting_invitation"
UNINVITED: Final = "meeting_invitation_withdrawn"
REPLY_MISSING: Final = "meeting_reply_missing"
AGENDA_MISSING: Final = "agenda_missing"
MINUTES_MISSING: Final = "minutes_missing"

FOCAL_POINT_TYPES: Final = tuple(
    TemplateType(
        name,
        label,
        description,
        (*placeholders, DAY_OF_MEETING, GROUP, PAGE, PREFERENCES),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_FOCAL_POINT,
    )
    for name, label, description, placeholders in (
        (
            PLANNED,
            _("Meeting scheduled"),
            _("A meeting or a series was scheduled."),
            (*TITLES_OF_NOTICE, _changes(_planned)),
        ),
        (
            UPDATED,
            _("Meeting changed"),
            format_lazy(
                "{} {} {}",
                _("The time of a scheduled meeting was changed."),
                _(
                    "The place, join link or group of a meeting was changed, or a cancelled "
                    "meeting takes place after all."
                ),
                _("The time of a scheduled meeting was to be confirmed, and is confirmed now."),
            ),
            (*TITLES_OF_NOTICE, WHAT, _changes(_moved)),
        ),
        (
            CANCELLED,
            _("Meeting cancelled"),
            _(
                "A scheduled meeting was cancelled. The letter may also tell of other changes, "
                "after the cancellations."
            ),
            (*TITLES_OF_NOTICE, _changes(_cancelled)),
        ),
        (
            DAY_BEFORE,
            _("Reminder, a day before a meeting"),
            _("A meeting begins in a day."),
            (TITLE, WHEN, ABOUT),
        ),
        (
            HOUR_BEFORE,
            _("Reminder, an hour before a meeting"),
            _("A meeting begins in an hour, and the recipient asked for a reminder."),
            (TITLE, WHEN, ABOUT),
        ),
        (
            REPLY_MISSING,
            _("Reply still missing"),
            _("A coordinator reminds everybody who has not replied to a meeting."),
            (TITLE, WHEN, ABOUT),
        ),
        (
            INVITED,
            _("Meeting comes into the calendar"),
            _("The recipient chose invitations, or a sitting: the calendar app adds the meeting."),
            (TITLE, WHEN),
        ),
        (
            UNINVITED,
            _("Meeting leaves the calendar"),
            _(
                "The recipient chose no invitations any more, or another sitting: the calendar "
                "app removes the meeting, which takes place."
            ),
            (TITLE, WHEN),
        ),
    )
)
COORDINATOR_TYPES: Final = tuple(
    TemplateType(
        name,
        label,
        description,
        (TITLE, NAME, AREA, WHEN, DESK_PAGE),
        audience=Audience.STAFF,
        reason=REASON_COORDINATOR,
    )
    for name, label, description in (
        (
            AGENDA_MISSING,
            _("Agenda missing, to the coordinators"),
            _("A meeting begins in three days and has no agenda."),
        ),
        (
            MINUTES_MISSING,
            _("Minutes missing, to the coordinators"),
            _("A meeting ended ten days ago and has no minutes."),
        ),
    )
)
TEMPLATE_TYPES: Final = (*FOCAL_POINT_TYPES, *COORDINATOR_TYPES)
