"""What is put in place of a placeholder, in the language that is active.

Everything else that a message says is in its template: here is only what changes with each
message. All of it is translated into the six languages, also where pages are not.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import GENEVA, format_date, format_datetime
from meetings.models import Meeting
from meetings.services.meeting_times import meeting_in_words
from outbox.services.rendering import escape_inline


def in_days(number: int) -> str:
    """Write how many days something lasts, as it stands after "for"."""
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": number}


def in_working_days(number: int) -> str:
    """Write a number of working days, as it stands after "within"."""
    words = ngettext("%(days)s working day", "%(days)s working days", number)
    return words % {"days": number}


def role_in_words(*, is_alternate: bool) -> str:
    """Name the role of a focal point."""
    return _("alternate focal point") if is_alternate else _("focal point")


def somebody_erased() -> str:
    """Stand for the name of somebody who was asked for something and never agreed."""
    return _("a person whose name was deleted")


def times_paragraph(lines: Iterable[str]) -> str:
    """Set lines that tell one moment, each on another's clocks, as one bold paragraph."""
    return "\\\n".join(f"**{line}**" for line in lines)


def time_for(at: datetime, time_zone: str) -> str:
    """Write an instant as clocks show it where somebody is, if that is known, and in Geneva."""
    zones = dict.fromkeys([time_zone or GENEVA, GENEVA])
    return times_paragraph(format_datetime(at, zone) for zone in zones)


def day_for(at: datetime, time_zone: str) -> str:
    """Write the day of an instant where somebody is, as it stands after "on"."""
    return format_date(at.astimezone(ZoneInfo(time_zone or GENEVA)).date())


def next_meetings(meetings: Sequence[Meeting], time_zone: str) -> str:
    """List the next meetings of a working group, or say that there is none yet."""
    if not meetings:
        return _(
            "The working group's first meeting is not on the calendar yet. You will find it there "
            "as soon as it is."
        )
    items = [
        "\\\n  ".join(
            [
                f"- **{escape_inline(meeting.title)}**",
                *meeting_in_words(meeting, [time_zone, GENEVA]),
            ]
        )
        for meeting in meetings
    ]
    return "\n\n".join([_("The working group meets next:"), "\n".join(items)])


def reasons(snippets: Sequence[str]) -> str:
    """Set the reasons for a decision under their heading; nothing where none is given."""
    return "\n\n".join([_("Our reasons:"), *snippets]) if snippets else ""


def join_paragraphs(*texts: str) -> str:
    """Set texts one after another, without those that are empty."""
    return "\n\n".join(text for text in texts if text)
