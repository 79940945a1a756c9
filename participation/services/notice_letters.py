"""Composes notices: one mail to a reader about all meetings that changed for them.

A reader who gets invitations has one mail for each meeting instead.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Final

from meetings.models import Meeting
from members.models import area_shown
from members.services.letters.placeholder_values import join_paragraphs
from members.services.participants import participants, with_member_as_shown
from outbox.models import Queue
from outbox.services.queue import Envelope
from outbox.services.rendering import one_line
from outbox.services.template_rendering import TemplateSet
from papers.models import PaperVersion
from participation.services import placeholder_values
from participation.services.chosen_sittings import Answers, Presentation, load_answers
from participation.services.invitations import Invitations
from participation.services.invited import is_open_for_rsvp
from participation.services.letters import (
    Recipient,
    conversation_of,
    letter_to,
    recipients_among,
    roles_to_reply,
    topic_of,
)
from participation.services.mail_links import LinksOfMail
from participation.services.meeting_changes import (
    GONE,
    MeetingChange,
    NoticeKind,
    by_meeting,
    is_cancelled,
)
from participation.services.my_papers import papers_by_meeting
from participation.services.series_in_notices import (
    NextMeetings,
    as_entries,
    next_meetings_of_series,
    series_replies,
    series_text,
)
from participation.services.template_types import (
    CANCELLED,
    PLANNED,
    UPDATED,
)

# A notice of several kinds is sent as a cancellation if it has one, otherwise as an update.
KIND_OF: Final = {
    NoticeKind.PLANNED: PLANNED,
    NoticeKind.MOVED: UPDATED,
    NoticeKind.CHANGED: UPDATED,
    NoticeKind.CONFIRMED: UPDATED,
    NoticeKind.PUT_BACK: UPDATED,
    NoticeKind.LEFT: UPDATED,
    NoticeKind.CANCELLED: CANCELLED,
}
# The prefix of the topics of notices about several meetings.
MEETINGS_TOPIC: Final = "meetings/"
# So many cancelled meetings are told in full, and so many others; the rest is a list. The meetings
# of a series of which the same is told count as one.
MAX_TOLD_IN_FULL: Final = 6
# Files by the primary key of their meeting.
Papers = Mapping[int, Sequence[PaperVersion]]
Section = Sequence[tuple[MeetingChange, NoticeKind]]


def notice_letters(
    changes: Sequence[MeetingChange], words: TemplateSet, at: datetime
) -> list[Envelope]:
    """Write the letters to the readers for whom something changed."""
    answers = load_answers(change.meeting for change in changes)
    papers = papers_by_meeting(change.meeting for change in changes)
    readers = readers_of(changes, at)
    invitations = Invitations(readers, changes, answers, at)
    coming = next_meetings_of_series(changes, at)
    letters = []
    for reader in readers:
        theirs = list(_changes_to(reader, changes, answers, at))
        together = [[each] for each in theirs] if invitations.are_for(reader) else [theirs]
        letters += [
            _letter(reader, told, answers, papers, coming, invitations, words, at)
            for told in together
            if told
        ]
    return letters


def readers_of(changes: Sequence[MeetingChange], at: datetime) -> list[Recipient]:
    """Return everybody whom these meetings concern now or concerned before, in one query."""
    areas = {change.meeting.focus_area_id for change in changes}
    areas |= {change.told.focus_area_id for change in changes if change.told}
    people = participants().select_related("member__focus_area")
    if None not in areas:
        people = people.alias(area=area_shown("member__")).filter(area__in=areas)
    return recipients_among(with_member_as_shown(people, at=at))


def _letter(
    reader: Recipient,
    theirs: Section,
    answers: Answers,
    papers: Papers,
    coming: NextMeetings,
    invitations: Invitations,
    words: TemplateSet,
    at: datetime,
) -> Envelope:
    sections = by_meeting(theirs)
    first, what = _named_first(sections)
    links = LinksOfMail(reader.person.language)
    return letter_to(
        reader,
        _kind_of(theirs),
        {
            "what": partial(placeholder_values.update_text, [what for _change, what in theirs]),
            "changes": partial(_in_words, reader, sections, answers, papers, coming, links, at),
        },
        title=partial(_title, first.meeting.title, sections),
        first_title=one_line(first.meeting.title),
        more=partial(_more, sections),
        timed=first.timed(what),
        about=first.meeting if len(sections) == 1 and what is not NoticeKind.LEFT else None,
        conversations=[conversation_of(section[0][0].meeting) for section in sections],
        attachment=invitations.of(reader, theirs),
        links=links,
        words=words,
        topic=_topic_of([change for section in sections for change, _what in section]),
        # An urgent one must not wait behind a mailing to thousands.
        queue=Queue.MAIL if any(change.is_urgent for change, _what in theirs) else Queue.BULK,
        expires_at=max(change.timed(what).ends_at for change, what in theirs),
    )


def _changes_to(
    reader: Recipient, changes: Sequence[MeetingChange], answers: Answers, at: datetime
) -> Iterator[tuple[MeetingChange, NoticeKind]]:
    """Yield what changed for a reader, except what is over and what their calendar leaves out.

    A reader who attends one sitting is told nothing about the others (decision 40).
    """
    for change in changes:
        what = change.to(reader.areas, reader.members)
        if what is None or change.timed(what).ends_at <= at:
            continue
        if answers.presentation(reader.roles, change.meeting) != Presentation.LEFT_OUT:
            yield change, what


def _kind_of(theirs: Section) -> str:
    """Return the letter for some changes."""
    kinds = {KIND_OF[what] for _change, what in theirs}
    if CANCELLED in kinds:
        return CANCELLED
    return kinds.pop() if len(kinds) == 1 else UPDATED


def _is_mixed(changes: Iterable[tuple[MeetingChange, NoticeKind]]) -> bool:
    """Return whether changes are of several kinds."""
    return len({KIND_OF[what] for _change, what in changes}) > 1


def _named_first(sections: Sequence[Section]) -> tuple[MeetingChange, NoticeKind]:
    """Return the change that the subject names: the first cancelled one, if there is one."""
    cancelled = (each for each in sections[0] if each[1] is NoticeKind.CANCELLED)
    return next(cancelled, sections[0][0])


def _title(first: str, sections: Sequence[Section]) -> str:
    """Return the first title, and how many more meetings are cancelled or changed."""
    number = sum(is_cancelled(section) for section in sections)
    if not number:
        return placeholder_values.titles_text(first, more=len(sections) - 1)
    return placeholder_values.cancelled_titles_text(
        first, more=number - 1, other_changes=len(sections) - number
    )


def _more(sections: Sequence[Section]) -> str:
    """Return how many more meetings there are than the one that the subject names."""
    number = sum(is_cancelled(section) for section in sections)
    if not number:
        return placeholder_values.more_text(more=len(sections) - 1)
    return placeholder_values.more_text(more=number - 1, other_changes=len(sections) - number)


def _in_words(
    reader: Recipient,
    sections: Sequence[Section],
    answers: Answers,
    papers: Papers,
    coming: NextMeetings,
    links: LinksOfMail,
    at: datetime,
) -> str:
    """Return the text about all meetings: first those that are cancelled, then the others.

    A letter about one meeting that takes place names its papers too.
    """
    is_mixed = _is_mixed(each for section in sections for each in section)
    paragraphs: list[str] = []
    for are_cancelled in (True, False):
        group = as_entries(each for each in sections if is_cancelled(each) == are_cancelled)
        if group and any(paragraphs):
            paragraphs.append(placeholder_values.other_changes_text())
        in_full, rest = group[:MAX_TOLD_IN_FULL], group[MAX_TOLD_IN_FULL:]
        for entry in in_full:
            # The letter says that its first meetings are cancelled.
            says_kind = _is_mixed(entry[0]) if are_cancelled else is_mixed
            if len(entry) > 1:
                paragraphs.append(
                    _series_text(reader, entry, answers, coming, at, is_mixed=says_kind)
                )
            else:
                paragraphs.append(
                    _section_text(reader, entry[0], answers, links, at, is_mixed=says_kind)
                )
        told, listed = (list(chain.from_iterable(each)) for each in (in_full, rest))
        paragraphs.append(_rest_text(reader, told, listed, are_cancelled=are_cancelled))
    if len(sections) == 1 and all(what not in GONE for _change, what in sections[0]):
        files = papers.get(sections[0][0][0].meeting.pk, [])
        paragraphs.append(placeholder_values.papers_text(files, reader.person.language))
    if links.addresses and any(map(is_cancelled, sections)):
        # The letter about a cancellation does not say so, because few of them have links.
        paragraphs.append(placeholder_values.private_links_text())
    return join_paragraphs(*paragraphs)


def _rest_text(
    reader: Recipient, in_full: Sequence[Section], rest: Sequence[Section], *, are_cancelled: bool
) -> str:
    """Return the list of the meetings that are not told in full. It repeats no reason."""
    reasons = {change.reason for section in in_full for change, _what in section}
    items = []
    for change, what in (each for section in rest for each in section):
        reason = "" if change.reason in reasons else change.reason
        reasons.add(change.reason)
        items.append(
            placeholder_values.list_item_text(change, what, reader.person.time_zone, reason=reason)
        )
    return placeholder_values.more_meetings_text(items, are_cancelled=are_cancelled)


def _series_text(
    reader: Recipient,
    sections: Sequence[Section],
    answers: Answers,
    coming: NextMeetings,
    at: datetime,
    *,
    is_mixed: bool,
) -> str:
    """Return the text about meetings of one series of which the same is told, and their sittings.

    If it `is_mixed`, it says what the change is.
    """
    zone = reader.person.time_zone
    change, what = sections[0][0]
    paragraphs = [
        placeholder_values.heading_text(change.meeting, has_area=what is not NoticeKind.LEFT)
    ]
    for sitting in zip(*sections, strict=True):
        if is_mixed:
            paragraphs.append(placeholder_values.kind_text(sitting[0][1], number=len(sitting)))
        paragraphs.append(series_text(sitting, coming, zone))
        replies = series_replies(reader, sitting, answers, at)
        if replies not in paragraphs:
            paragraphs.append(replies)
    return join_paragraphs(*paragraphs)


def _section_text(
    reader: Recipient,
    section: Section,
    answers: Answers,
    links: LinksOfMail,
    at: datetime,
    *,
    is_mixed: bool,
) -> str:
    """Return the text about one meeting; its sittings have one heading if it is the same.

    If it `is_mixed`, each change says what it is. A reader whose sitting was
    cancelled is offered the others, except those that have a text here.
    """
    zone = reader.person.time_zone
    paragraphs: list[str] = []
    for change, what in section:
        heading = placeholder_values.heading_text(
            change.meeting, has_area=what is not NoticeKind.LEFT
        )
        if heading not in paragraphs:
            paragraphs.append(heading)
        if is_mixed:
            paragraphs.append(placeholder_values.kind_text(what))
        paragraphs.append(_change_text(change, what, zone))
        if what not in GONE:
            paragraphs.append(_replies(reader, change, answers, links, at))
    told = {change.meeting.pk for change, _what in section}
    for sitting in _sittings_instead(reader, section, answers, at):
        if sitting.pk not in told:
            asked = roles_to_reply(reader, sitting, answers, links, at)
            paragraphs.append(placeholder_values.other_sitting_text(sitting, zone))
            paragraphs.append(placeholder_values.replies_text(asked))
    return join_paragraphs(*paragraphs)


def _sittings_instead(
    reader: Recipient, section: Section, answers: Answers, at: datetime
) -> list[Meeting]:
    """Return the open sittings that the reader can attend instead of a cancelled one."""
    cancelled = [change.meeting for change, what in section if what is NoticeKind.CANCELLED]
    of_roles = (answers.of(role, meeting) for meeting in cancelled for role in reader.roles)
    instead = {
        sitting.pk: sitting
        for answer in of_roles
        if answer.has_lost_sitting
        for sitting in answer.candidates
        if is_open_for_rsvp(sitting, at=at)
    }
    return list(instead.values())


def _change_text(change: MeetingChange, what: NoticeKind, zone: str) -> str:
    """Return the text of a change in a time zone, in the active language."""
    meeting, told = change.meeting, change.told
    match what:
        case NoticeKind.MOVED if told:
            return placeholder_values.moved_text(meeting, told, zone, change.reason)
        case NoticeKind.CHANGED | NoticeKind.CONFIRMED if told:
            return placeholder_values.changed_text(meeting, told, zone, change.reason)
        case NoticeKind.CANCELLED:
            return placeholder_values.cancelled_text(told or meeting, zone, change.reason)
        case NoticeKind.LEFT if told:
            return placeholder_values.reassigned_text(told, zone)
        case NoticeKind.PUT_BACK:
            return placeholder_values.restored_text(meeting, zone)
        case _:
            return placeholder_values.scheduled_text(meeting, zone)


def _replies(
    reader: Recipient, change: MeetingChange, answers: Answers, links: LinksOfMail, at: datetime
) -> str:
    """Return the reader's replies to a meeting, and the links to reply."""
    meeting, told = change.meeting, change.told
    has_moved = told is not None and told.starts_at != meeting.starts_at
    # People who answered for a start that has changed must answer again.
    asked_again = [
        role.pk
        for role in reader.roles
        if has_moved
        and meeting.pk in (answer := answers.of(role, meeting)).rsvps
        and not answer.choice_at(meeting)
    ]
    asked = roles_to_reply(reader, meeting, answers, links, at, asked_again=asked_again)
    return placeholder_values.replies_text(asked)


def _topic_of(changes: Sequence[MeetingChange]) -> str:
    """Return the topic of a notice: the meeting and the number of the notice.

    A notice about several meetings has another prefix, so that it is not cancelled with one of
    them. It is unique because each version of a meeting is told once.
    """
    [first, *others] = changes
    if others:
        return f"{MEETINGS_TOPIC}notice-{first.meeting.pk}-version-{first.meeting.version}"
    number = first.told.notice_count + 1 if first.told else 1
    return f"{topic_of(first.meeting)}/notice/{number}"


def is_notice(topic: str) -> bool:
    """Return whether a message with this topic is a notice about one meeting or several."""
    _about, _slash, what = topic.partition("/")
    return what.startswith("notice")
