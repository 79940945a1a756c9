"""Values of the placeholders in mail about meetings, in the active language.

All of it is translated into the six languages, even where pages are not. Join links are never
included, because mails are forwarded. In place of the reader's own links there are markers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from core.dates import format_date, format_date_in_subject, format_day_and_month
from core.languages import page_url
from meetings.models import Meeting
from meetings.services.agenda import agenda_of
from meetings.services.meeting_times import meeting_in_words
from meetings.services.recurrence import is_by_the_rule
from members.services.letters.placeholder_values import join_paragraphs, times_paragraph
from outbox.services.rendering import escape_inline, escape_paragraphs, one_line
from outbox.services.template_rendering import IsolatedText, bidi_isolated
from papers.models import PaperVersion
from participation.models import ActionPoint, Announcement
from participation.services.chosen_sittings import reply_in_words
from participation.services.meeting_changes import MeetingChange, NoticeKind

# Short names of what happened, for a list. What is cancelled has a list of its own.
KINDS: Final = {
    NoticeKind.PLANNED: pgettext_lazy("of a meeting", "New"),
    NoticeKind.MOVED: pgettext_lazy("of a meeting", "Moved"),
    NoticeKind.CHANGED: pgettext_lazy("of a meeting", "Changed"),
    NoticeKind.CONFIRMED: pgettext_lazy("of a meeting", "Time confirmed"),
    NoticeKind.PUT_BACK: pgettext_lazy("of a meeting", "Takes place after all"),
    NoticeKind.LEFT: pgettext_lazy("of a meeting", "No longer of your working group"),
}
# Of the first of several meetings, so that the words after it stay in a short subject.
MAX_TITLE_LENGTH: Final = 40
TIME_FIELDS: Final = ("starts_at", "ends_at", "time_zone", "is_all_day")


@dataclass(frozen=True)
class RoleToReply:
    """One role in which a reader is asked whether they will attend a meeting.

    `organisation` is empty if the reader has only one. `choice` is the answer for the current start
    of the meeting, or OTHER_SITTING, and may be empty. `links` are pairs of an answer and the
    marker of its link.
    """

    organisation: str
    choice: str
    links: Sequence[tuple[str, str]] = ()
    is_asked_again: bool = False


def meeting_time_text(timed: Meeting | Announcement, zone: str) -> str:
    """Return the time of a meeting in the reader's zone and in its own zone, in bold."""
    return times_paragraph(_times(timed, zone))


def heading_text(meeting: Meeting, *, has_area: bool = True) -> str:
    """Return the heading of the text about one meeting: its title, and its area."""
    return _lines([f"**{escape_inline(meeting.title)}**", meeting.area_name if has_area else ""])


def scheduled_text(meeting: Meeting, zone: str) -> str:
    """Return the text about a new meeting."""
    return join_paragraphs(
        _box(meeting_time_text(meeting, zone)), _where_lines(meeting), agenda_text(meeting, zone)
    )


def moved_text(meeting: Meeting, told: Announcement, zone: str, reason: str = "") -> str:
    """Return the text about a meeting that was moved: new time, old time, and other changes."""
    new = [_("New time:"), meeting_time_text(meeting, zone), _to_be_confirmed(meeting)]
    return join_paragraphs(
        _box(_lines(new)),
        _lines([_("Old time:"), *_times(told, zone)]),
        _reason(reason),
        _lines(_differences(meeting, told)),
        agenda_text(meeting, zone),
    )


def changed_text(meeting: Meeting, told: Announcement, zone: str, reason: str = "") -> str:
    """Return the text about a meeting with changes that do not include its time."""
    return join_paragraphs(
        _box(meeting_time_text(meeting, zone)),
        _lines(_differences(meeting, told)),
        _reason(reason),
    )


def kind_text(what: NoticeKind, *, number: int = 1) -> str:
    """Return what happened to a meeting, or several, if the text about it does not say so."""
    match what:
        case NoticeKind.CANCELLED if number > 1:
            return _("These meetings are cancelled.")
        case NoticeKind.CANCELLED:
            return _("This meeting is cancelled.")
        case NoticeKind.PLANNED if number > 1:
            return _("These meetings are new.")
        case NoticeKind.PLANNED:
            return _("This meeting is new.")
        case _:
            return ""


def update_text(changes: Iterable[NoticeKind]) -> str:
    """Return in one or two words what happened to meetings, for a subject."""
    exact = (NoticeKind.MOVED, NoticeKind.CONFIRMED)
    kinds = {each if each in exact else NoticeKind.CHANGED for each in changes}
    return str(KINDS[kinds.pop() if len(kinds) == 1 else NoticeKind.CHANGED])


def cancelled_text(told: Meeting | Announcement, zone: str, reason: str = "") -> str:
    """Return the text about a cancelled meeting, with the time that its readers know."""
    return join_paragraphs(
        _box(_lines([_("Planned date and time:"), *_times(told, zone)])), _reason(reason)
    )


def restored_text(meeting: Meeting, zone: str) -> str:
    """Return the text about a meeting that is no longer cancelled."""
    return join_paragraphs(
        _("It takes place after all:"),
        _box(meeting_time_text(meeting, zone)),
        _where_lines(meeting),
        agenda_text(meeting, zone),
    )


def reassigned_text(told: Announcement, zone: str) -> str:
    """Return the text about a meeting that moved to another working group."""
    return join_paragraphs(
        _lines(_times(told, zone)), _("This is no longer a meeting of your working group.")
    )


def details_text(change: MeetingChange, what: NoticeKind) -> str:
    """Return the lines of a notice about a change, without its time and reason."""
    match what:
        case NoticeKind.CANCELLED | NoticeKind.LEFT:
            return ""
        case NoticeKind.PLANNED | NoticeKind.PUT_BACK:
            return _where_lines(change.meeting)
        case _ if change.told:
            words = [
                _to_be_confirmed(change.meeting) if what is NoticeKind.MOVED else "",
                *_differences(change.meeting, change.told),
            ]
            return _lines(words)
        case _:
            return ""


def series_text(rule: str, changes: Sequence[tuple[MeetingChange, NoticeKind]], zone: str) -> str:
    """Return the text about meetings of one series, if all but the times is the same.

    `rule` is the series in one line, or empty. Meetings at its time are said by their days.
    """
    change, what = changes[0]
    days: list[str] = []
    times: list[str] = []
    for each, _what in changes:
        timed = each.timed(what)
        if rule and what is not NoticeKind.MOVED and is_by_the_rule(each.meeting):
            days.append(format_day_and_month(_day_of(timed, zone)))
        elif what is NoticeKind.MOVED and each.told:
            old = _times(each.told, zone)[0]
            times.append(f"- {_times(timed, zone)[0]} · {_('Old time:')} {old}")
        else:
            times.append(f"- {_times(timed, zone)[0]}")
    intro = {
        NoticeKind.CANCELLED: _("Planned date and time:"),
        NoticeKind.MOVED: _("New time:"),
        NoticeKind.PUT_BACK: _("It takes place after all:"),
        NoticeKind.LEFT: _("This is no longer a meeting of your working group."),
    }.get(what, "")
    return join_paragraphs(
        _box(f"**{rule}**") if rule else "",
        intro,
        " · ".join(days),
        "\n".join(times),
        details_text(change, what),
        _reason(change.reason),
    )


def series_replies_text(page: str, *, is_asked_again: bool) -> str:
    """Return the question whether a reader attends meetings of a series, with one link."""
    question = (
        _(
            "Please tell us again whether you will attend. A reply is valid only for the time "
            "for which it was given."
        )
        if is_asked_again
        else _("Will you attend?")
    )
    link = _("[Reply to all at once, or one by one](%(link)s)") % {"link": page}
    return join_paragraphs(question, link)


def titles_text(title: str, *, more: int) -> str:
    """Return the title of the first of several meetings, and how many more there are.

    The title is shortened. It alone is isolated, because the words after it are in the language of
    the text.
    """
    title = _shortened(one_line(title))
    if not more:
        return title
    words = ngettext(
        "%(title)s and %(number)s more meeting", "%(title)s and %(number)s more meetings", more
    )
    isolated = bidi_isolated(title, get_language() or "en")
    return IsolatedText(words % {"title": isolated, "number": more})


def cancelled_titles_text(title: str, *, more: int, other_changes: int) -> str:
    """Return the titles of cancelled meetings, and on how many others there is other news."""
    titles = titles_text(title, more=more)
    if not other_changes:
        return titles
    words = ngettext(
        "%(titles)s; %(number)s other change", "%(titles)s; %(number)s other changes", other_changes
    )
    return words % {"titles": titles, "number": other_changes}


def more_text(*, more: int, other_changes: int = 0) -> str:
    """Return how many more meetings a subject is about, and how many of them only changed."""
    if more and other_changes:
        words = _("(and %(more)s more; changed: %(changed)s)")
        return IsolatedText(words % {"more": more, "changed": other_changes})
    if more:
        return IsolatedText(_("(and %(number)s more)") % {"number": more})
    if other_changes:
        return IsolatedText(_("(changed: %(number)s)") % {"number": other_changes})
    return ""


def short_day_text(timed: Meeting | Announcement, zone: str) -> str:
    """Return the day of a meeting as `day_text()` does, but in the short form for a subject."""
    return format_date_in_subject(_day_of(timed, zone))


def day_text(timed: Meeting | Announcement, zone: str) -> str:
    """Return the day of a meeting in a time zone; whole days are not converted."""
    return format_date(_day_of(timed, zone))


def group_text(timed: Meeting | Announcement) -> str:
    """Return the working group of a meeting by its number, or the whole coalition."""
    if timed.focus_area is None:
        return _("Whole coalition")
    return _("Working group %(number)s") % {"number": timed.focus_area.number}


def list_item_text(change: MeetingChange, what: NoticeKind, zone: str, *, reason: str) -> str:
    """Return a change as one item of a list: the meeting, its time, what happened, the reason."""
    facts = [
        f"**{_typed(one_line(change.meeting.title))}**",
        _times(change.timed(what), zone)[0],
        str(KINDS.get(what, "")),
        _reason(one_line(reason)),
    ]
    return "- " + " · ".join(fact for fact in facts if fact)


def more_meetings_text(items: Sequence[str], *, are_cancelled: bool) -> str:
    """Return a list of further meetings that were cancelled or changed; empty without any."""
    intro = _("Also cancelled:") if are_cancelled else _("Also changed:")
    return join_paragraphs(intro, "\n".join(items)) if items else ""


def other_changes_text() -> str:
    """Return the introduction of what else changed, after what was cancelled."""
    return _("This has changed as well:")


def private_links_text() -> str:
    """Return the request not to forward the reader's own links."""
    return _("The links to reply are for you alone. Please do not forward them.")


def meeting_details_text(
    meeting: Meeting,
    asked: Iterable[RoleToReply],
    other_sittings: Iterable[Meeting] = (),
    zone: str = "",
    join: str = "",
) -> str:
    """Return the details of a meeting: the place, the link to join it, the agenda, the RSVPs.

    `join` is the marker of the link, or empty. Other sittings that the reader can attend instead
    are named, with their time in a zone.
    """
    link = _("[Join the meeting](%(link)s) from 15 minutes before it begins.") % {"link": join}
    replies = (_reply(each, [_answer(each)]) for each in asked)
    others = (other_sitting_text(each, zone) for each in other_sittings)
    return join_paragraphs(
        _where_lines(meeting),
        link if join else "",
        agenda_text(meeting, zone or meeting.time_zone),
        *others,
        *replies,
    )


def agenda_text(meeting: Meeting, zone: str) -> str:
    """Return the items of a meeting's agenda with their times; empty if it has no items."""
    agenda = agenda_of(meeting, zone=zone)
    lines = []
    for timed in agenda.items:
        time = f"**{timed.time}** " if timed.time else ""
        length, *speaker = timed.details
        lines.append(
            " · ".join([f"- {time}{_typed(timed.item.title)}", length, *map(_typed, speaker)])
        )
    return join_paragraphs(_("Agenda:"), "\n".join(lines)) if lines else ""


def papers_text(files: Iterable[PaperVersion], language: str) -> str:
    """Return links to papers, which ask for a sign-in; empty if there are none.

    Of each paper, the file in a language is named, or else the one in English, or any. Files that
    cannot be downloaded now are left out.
    """
    chosen: dict[int, PaperVersion] = {}
    for file in sorted(files, key=lambda each: (each.language != language, each.language != "en")):
        if file.is_available:
            chosen.setdefault(file.paper_id, file)
    in_order = sorted(
        chosen.values(), key=lambda each: (each.paper.kind, each.paper.title, each.pk)
    )
    lines = [
        f"- [{escape_inline(each.paper.title)}]"
        f"({page_url('participation:my_paper', language, each.pk)})"
        for each in in_order
    ]
    return join_paragraphs(_("Papers:"), "\n".join(lines)) if lines else ""


def action_points_text(points: Iterable[ActionPoint]) -> str:
    """Return the open action points of the reader's organisation; empty if there are none."""
    lines = [
        "- "
        + _("%(what)s (by %(day)s)")
        % {"what": _typed(one_line(point.text)), "day": format_date(point.due_on)}
        for point in points
    ]
    intro = _("Your action points from earlier meetings. Mark them as done on your page:")
    return join_paragraphs(intro, "\n".join(lines)) if lines else ""


def other_sitting_text(sitting: Meeting, zone: str) -> str:
    """Return the time of another sitting that the reader can attend instead."""
    return _lines([_("You can attend this sitting instead:"), *_times(sitting, zone)])


def replies_text(asked: Iterable[RoleToReply]) -> str:
    """Return a paragraph for each role, with the answer so far and the links to answer."""
    return join_paragraphs(
        *(_reply(each, [_answer(each)] if each.choice else []) for each in asked)
    )


def _day_of(timed: Meeting | Announcement, zone: str) -> date:
    here = timed.time_zone if timed.is_all_day else zone
    return timed.starts_at.astimezone(ZoneInfo(here)).date()


def _shortened(title: str) -> str:
    if len(title) <= MAX_TITLE_LENGTH:
        return title
    return title[: MAX_TITLE_LENGTH - 1].rstrip() + "…"


def _reason(reason: str) -> str:
    if not reason:
        return ""
    typed = bidi_isolated(escape_paragraphs(reason), get_language() or "en")
    return _("Reason: %(reason)s") % {"reason": typed}


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
    if told.is_tentative and not meeting.is_tentative:
        words.append(_("The time is now confirmed."))
    if told.title and meeting.title != told.title:
        words.append(_("Old title: %(title)s") % {"title": _typed(told.title)})
    if meeting.place != told.place:
        words += [
            _("Old place: %(place)s") % {"place": _typed(told.place)} if told.place else "",
            _("New place: %(place)s") % {"place": _typed(meeting.place)}
            if meeting.place
            else _("The place was removed."),
        ]
    if told.join_link and not meeting.join_link:
        words.append(_("The join link was removed."))
    elif meeting.join_link and not told.join_link:
        words.append(_("A join link was added. It is on the meeting page."))
    return words


def _reply(asked: RoleToReply, lines: list[str]) -> str:
    """Return the lines about an answer, and the links to give it or to change it as buttons."""
    if asked.is_asked_again:
        organisation = _typed(asked.organisation) if asked.organisation else ""
        lines = [
            _("For %(organisation)s:") % {"organisation": organisation} if organisation else "",
            _(
                "Please tell us again whether you will attend. A reply is valid only for the time "
                "for which it was given."
            ),
        ]
    elif not asked.links:
        return _lines(lines)
    elif asked.choice:
        lines.append(_("You can change your reply."))
    elif asked.organisation and not lines:
        words = _("Will you attend for %(organisation)s?")
        lines.append(words % {"organisation": _typed(asked.organisation)})
    else:
        lines.append(_("Will you attend?"))
    buttons = (f"[{label}]({marker})" for label, marker in asked.links)
    return join_paragraphs(_lines(lines), "\n".join(buttons))


def _answer(asked: RoleToReply) -> str:
    reply = reply_in_words(asked.choice) or _("no reply yet")
    if not asked.organisation:
        return _("Your reply: %(reply)s") % {"reply": reply}
    return _("Your reply for %(organisation)s: %(reply)s") % {
        "organisation": _typed(asked.organisation),
        "reply": reply,
    }


def _typed(value: str) -> str:
    return bidi_isolated(escape_inline(value), get_language() or "en")


def _lines(lines: Iterable[str]) -> str:
    return "\\\n".join(line for line in lines if line)


def _box(text: str) -> str:
    """Return a paragraph as a box, which is a quotation in Markdown."""
    return "> " + text.replace("\n", "\n> ")
