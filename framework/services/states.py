"""Where a framework and its drafts stand, in words."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.dates import GENEVA, days_in_words, format_date, format_date_short, format_datetime
from framework.models import Draft, DraftState, Framework
from framework.services.progress import Progress, progress_of
from framework.services.reader import Reader


def framework_sentence(framework: Framework, *, at: datetime) -> str:
    """Return where a framework stands, with one query."""
    return progress_sentence(progress_of(framework, at=at))


def progress_sentence(progress: Progress) -> str:
    """Say what the latest draft is; without one, whether staff prepare it."""
    if progress.latest:
        return draft_sentence(progress.latest, progress.at)
    if progress.prepared:
        return _("The first draft is in preparation.")
    return _("The working group has not begun to write it yet.")


def draft_sentence(draft: Draft, at: datetime) -> str:
    """Say whether a draft is open and until when, or that it has closed or was adopted."""
    if draft.adopted_at:
        return _("Adopted on %(day)s.") % {"day": day_in_words(draft.adopted_at)}
    when = format_datetime(draft.closes_at, GENEVA) if draft.closes_at else ""
    facts = {"number": draft.number, "when": when}
    if draft.state_at(at) == DraftState.OPEN:
        return _("Draft %(number)s is open for proposals until %(when)s.") % facts
    return _("Draft %(number)s closed on %(when)s.") % facts


@dataclass(frozen=True)
class DraftLine:
    """A draft in the list of all. `amendments` counts those that the reader sees."""

    draft: Draft
    title: str
    days: str
    amendments: int
    # The number of the draft before it.
    former: int | None


def draft_lines(progress: Progress, reader: Reader) -> list[DraftLine]:
    """Return the drafts that the working group reads, the latest first."""
    former = [each.number for each in progress.shown[1:]]
    return [
        DraftLine(
            draft,
            _title(draft, progress.at),
            _days(draft),
            draft.amendment_count if reader.sees_amendments(draft) else 0,
            number,
        )
        for draft, number in zip(progress.shown, [*former, None], strict=True)
    ]


def _title(draft: Draft, at: datetime) -> str:
    facts = {"number": draft.number}
    words = {
        DraftState.OPEN: _("Draft %(number)s, open"),
        DraftState.CLOSED: _("Draft %(number)s, closed"),
        DraftState.ADOPTED: _("Draft %(number)s, adopted"),
    }
    return words[draft.state_at(at)] % facts


def _days(draft: Draft) -> str:
    """Return from when to when a draft was open, or the day on which it was adopted."""
    if draft.opens_at and draft.closes_at:
        return days_in_words(_in_geneva(draft.opens_at), _in_geneva(draft.closes_at))
    return format_date_short(_in_geneva(draft.adopted_at)) if draft.adopted_at else ""


def day_in_words(moment: datetime) -> str:
    """Format the day of an instant in Geneva."""
    return format_date(_in_geneva(moment))


def _in_geneva(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(GENEVA))
