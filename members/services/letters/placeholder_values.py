"""Values of placeholders, in the active language.

The rest of a message is in its template. All values are translated into the six languages, also
if pages are not.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import GENEVA, format_date, format_datetime, reader_zones
from meetings.models import Meeting
from meetings.services.meeting_times import meeting_in_words
from outbox.services.rendering import escape_inline


def in_days(number: int) -> str:
    """Return a number of days in the form used after "for"."""
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": number}


def in_working_days(number: int) -> str:
    """Return a number of working days in the form used after "within"."""
    words = ngettext("%(days)s working day", "%(days)s working days", number)
    return words % {"days": number}


def role_in_words(*, is_alternate: bool) -> str:
    """Return the name of a focal point's role."""
    return _("alternate focal point") if is_alternate else _("focal point")


def somebody_erased() -> str:
    """Return the replacement for the name of a person who was asked and never agreed."""
    return _("a person whose name was deleted")


def times_paragraph(lines: Iterable[str]) -> str:
    """Return lines with the same time in several time zones, as one bold paragraph."""
    return "\\\n".join(f"**{line}**" for line in lines)


def time_for(at: datetime, time_zone: str) -> str:
    """Return a time in the given time zone, if there is one, and in Geneva time if that differs."""
    return times_paragraph(format_datetime(at, zone) for zone in reader_zones(at, time_zone))


def day_for(at: datetime, time_zone: str) -> str:
    """Return the day in the given time zone, in the form used after "on"."""
    return format_date(at.astimezone(ZoneInfo(time_zone or GENEVA)).date())


def next_meetings(meetings: Sequence[Meeting], time_zone: str) -> str:
    """Return a list of a working group's next meetings, or a text that there is none yet."""
    if not meetings:
        return _(
            "The working group's first meeting is not scheduled yet. It will appear in the "
            "calendar as soon as it is."
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
    return "\n\n".join([_("Next meetings of the working group:"), "\n".join(items)])


def reasons(snippets: Sequence[str]) -> str:
    """Return the reasons for a decision with a heading; empty if there are none."""
    return "\n\n".join([_("Our reasons:"), *snippets]) if snippets else ""


def join_paragraphs(*texts: str) -> str:
    """Join the texts that are not empty, as paragraphs."""
    return "\n\n".join(text for text in texts if text)
