"""Values of the placeholders in mail about meetings, in the active language.

All of it is translated into the six languages, even where pages are not. Join links are never
included, because mails are forwarded.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from meetings.models import Meeting
from meetings.services.meeting_times import meeting_in_words
from members.services.letters.placeholder_values import join_paragraphs, times_paragraph
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import bidi_isolated
from participation.models import Announcement
from participation.services.chosen_sittings import reply_in_words

# The limit of the list in a mail; the calendar shows all.
MAX_MEETINGS_LISTED: Final = 6
TIME_FIELDS: Final = ("starts_at", "ends_at", "time_zone", "is_all_day")


def meeting_time_text(timed: Meeting | Announcement, zone: str) -> str:
    """Return the time of a meeting in the reader's zone and in its own zone, in bold."""
    return times_paragraph(_times(timed, zone))


def scheduled_text(meeting: Meeting, zone: str) -> str:
    """Return the text about a new meeting."""
    return join_paragraphs(
        _heading(meeting), meeting_time_text(meeting, zone), _where_lines(meeting)
    )


def moved_text(meeting: Meeting, told: Announcement, zone: str) -> str:
    """Return the text about a meeting that was moved: old time, new time, and other changes."""
    return join_paragraphs(
        _heading(meeting),
        _lines([_("Old time:"), *_times(told, zone)]),
        _lines([_("New time:"), meeting_time_text(meeting, zone), _to_be_confirmed(meeting)]),
        _lines(_differences(meeting, told)),
    )


def changed_text(meeting: Meeting, told: Announcement, zone: str) -> str:
    """Return the text about a meeting with changes that do not include its time."""
    return join_paragraphs(
        _heading(meeting), meeting_time_text(meeting, zone), _lines(_differences(meeting, told))
    )


def cancelled_text(meeting: Meeting, told: Meeting | Announcement, zone: str) -> str:
    """Return the text about a cancelled meeting, with the time that its readers know."""
    return join_paragraphs(
        _heading(meeting), _lines([_("Planned date and time:"), *_times(told, zone)])
    )


def restored_text(meeting: Meeting, zone: str) -> str:
    """Return the text about a meeting that is no longer cancelled."""
    return join_paragraphs(
        _heading(meeting),
        _("It takes place after all:"),
        meeting_time_text(meeting, zone),
        _where_lines(meeting),
    )


def reassigned_text(meeting: Meeting, told: Announcement, zone: str) -> str:
    """Return the text about a meeting that moved to another working group."""
    return join_paragraphs(
        f"**{escape_inline(meeting.title)}**",
        _lines(_times(told, zone)),
        _("This is no longer a meeting of your working group."),
    )


def joined_changes_text(told: Sequence[str], *, is_asked_again: bool) -> str:
    """Join the texts about several meetings, cut to MAX_MEETINGS_LISTED.

    If the reader is asked to answer again, the request comes once at the end.
    """
    request = _(
        "Please tell us again whether you will attend. A reply is valid only for the time for "
        "which it was given."
    )
    rest = len(told) - MAX_MEETINGS_LISTED
    more = ngettext(
        "%(number)s more meeting is affected. Your calendar shows it.",
        "%(number)s more meetings are affected. Your calendar shows them.",
        rest,
    ) % {"number": rest}
    return join_paragraphs(
        *told[:MAX_MEETINGS_LISTED], more if rest > 0 else "", request if is_asked_again else ""
    )


def meeting_details_text(
    meeting: Meeting,
    answers: Iterable[tuple[str, str]],
    other_sittings: Iterable[Meeting] = (),
    zone: str = "",
) -> str:
    """Return the details of a meeting: where it takes place, and the RSVPs.

    Each RSVP is a pair of organisation and answer. The organisation is empty if there is only one.
    Other sittings that the reader can attend instead are named, with their time in a zone.
    """
    return join_paragraphs(
        _where_lines(meeting),
        *(
            _lines([_("You can attend this sitting instead:"), *_times(each, zone)])
            for each in other_sittings
        ),
        _lines(_answers(answers)),
    )


def _heading(meeting: Meeting) -> str:
    return _lines([f"**{escape_inline(meeting.title)}**", meeting.area_name])


def _times(timed: Meeting | Announcement, zone: str) -> list[str]:
    facts = {name: getattr(timed, name) for name in TIME_FIELDS}
    return meeting_in_words(Meeting(**facts), [zone, timed.time_zone])


def _where(meeting: Meeting) -> list[str]:
    place = _("Place: %(place)s") % {"place": _typed(meeting.place)} if meeting.place else ""
    link = _("The join link is on the meeting page.") if meeting.usable_join_link else ""
    return [place, link, _to_be_confirmed(meeting)]


def _to_be_confirmed(meeting: Meeting) -> str:
    return _("The time is still to be confirmed.") if meeting.is_tentative else ""


def _where_lines(meeting: Meeting) -> str:
    return _lines(_where(meeting))


def _differences(meeting: Meeting, told: Announcement) -> list[str]:
    """Return the lines about changes other than the time."""
    words = []
    if meeting.place != told.place:
        words += [
            _("Old place: %(place)s") % {"place": _typed(told.place)} if told.place else "",
            _("New place: %(place)s") % {"place": _typed(meeting.place)}
            if meeting.place
            else _("The place was removed."),
        ]
    if meeting.join_link != told.join_link:
        if not meeting.join_link:
            words.append(_("The join link was removed."))
        elif told.join_link:
            words.append(_("The join link has changed. The new link is on the meeting page."))
        else:
            words.append(_("A join link was added. It is on the meeting page."))
    return words


def _answers(answers: Iterable[tuple[str, str]]) -> list[str]:
    none = _("no reply yet")
    return [
        _("Your reply for %(organisation)s: %(reply)s")
        % {
            "organisation": _typed(organisation),
            "reply": reply_in_words(choice) or none,
        }
        if organisation
        else _("Your reply: %(reply)s") % {"reply": reply_in_words(choice) or none}
        for organisation, choice in answers
    ]


def _typed(value: str) -> str:
    return bidi_isolated(escape_inline(value), get_language() or "en")


def _lines(lines: Iterable[str]) -> str:
    return "\\\n".join(line for line in lines if line)
