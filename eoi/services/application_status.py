"""The status of an EOI as text for its focal points, without internal facts.

An entry of the timeline is shown if it is public and its kind has a label here. The reason for
closing an EOI, its assignee and suspicions are not shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.dates import format_datetime, reader_zones
from members.models import (
    FIRST_RESPONSE_KINDS,
    PUBLIC_LABELS,
    AnswerFile,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)

FINAL_KINDS: Final = (TimelineKind.ADMITTED, TimelineKind.DECLINED, TimelineKind.WITHDRAWN)


# The name of a step, and when it was reached, if known.
Reached = tuple[str, datetime | None]


class StepState(StrEnum):
    """The state of a step."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True)
class ProgressStep:
    """One step of the progress; `at` is when it was reached, if known."""

    name: str
    place: StepState
    at: datetime | None = None
    moments: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class QuotedText:
    """A text for the organisation. Its language is empty if it is not known."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class StatusEvent:
    """One event, and who caused it: a person of the organisation, or the team."""

    what: str
    by: str
    is_ours: bool
    at: datetime
    moments: list[str]
    note: str
    reasons: list[QuotedText]
    files: list[AnswerFile]


@dataclass(frozen=True)
class ApplicationStatus:
    """The status of an EOI: its progress and its events."""

    steps: list[ProgressStep]
    happened: list[StatusEvent]
    # The open request for information, and its standard reasons.
    question: TimelineEntry | None
    asked: list[QuotedText]
    # Why the organisation is not admitted.
    reasons: list[QuotedText]
    # Whether the team has responded, so that no first response is due any more.
    is_answered: bool

    @property
    def now(self) -> ProgressStep:
        """The current step of the EOI."""
        return next(step for step in self.steps if step.place == StepState.NOW)


def application_status(
    member: Member, entries: Iterable[TimelineEntry], *, zone: str
) -> ApplicationStatus:
    """Return the status of a member from its timeline, with times in a zone and in Geneva time.

    `timeline_with_files` loads the entries with their reasons and files.
    """
    public = [
        entry
        for entry in sorted(entries, key=lambda entry: (entry.at, entry.pk))
        if entry.is_public and entry.kind in PUBLIC_LABELS
    ]
    latest = {entry.kind: entry for entry in public}
    asked = latest.get(TimelineKind.INFORMATION_REQUESTED)
    declined = latest.get(TimelineKind.DECLINED)
    is_asked = member.status == MemberStatus.INFORMATION_REQUESTED
    is_declined = member.status == MemberStatus.DECLINED
    return ApplicationStatus(
        steps=_steps(member, asked, is_again=_is_again(member, latest), zone=zone),
        happened=[_happening(entry, zone) for entry in reversed(public)],
        question=asked if is_asked else None,
        asked=_reasons_of(asked) if asked and is_asked else [],
        reasons=_why_declined(declined) if declined and is_declined else [],
        is_answered=not member.is_undecided or any(kind in latest for kind in FIRST_RESPONSE_KINDS),
    )


def _reasons_of(entry: TimelineEntry) -> list[QuotedText]:
    return [QuotedText(given.text, given.language) for given in entry.reasons_given.all()]


def _why_declined(entry: TimelineEntry) -> list[QuotedText]:
    # Older entries have the reasons in their note.
    return _reasons_of(entry) or [QuotedText(line) for line in entry.note_in_words.splitlines()]


def _is_again(member: Member, latest: dict[str, TimelineEntry]) -> bool:
    return member.is_undecided and any(kind in latest for kind in FINAL_KINDS)


def _steps(
    member: Member, asked: TimelineEntry | None, *, is_again: bool, zone: str
) -> list[ProgressStep]:
    """Return the completed steps, the current one, and the later ones."""
    received: Reached = (_("Received"), member.submitted_at)
    if member.is_undecided:
        way = [received, *_looked_at(member, asked, is_again=is_again)]
        ahead = [_("Under review"), _("Decision")] if len(way) == 1 else [_("Decision")]
    else:
        way, ahead = [received, *_ended(member)], []
    *behind, (present, reached_at) = way
    return [
        *(ProgressStep(name, StepState.DONE, at, _moments(at, zone)) for name, at in behind),
        ProgressStep(present, StepState.NOW, reached_at, _moments(reached_at, zone)),
        *(ProgressStep(name, StepState.AHEAD) for name in ahead),
    ]


def _looked_at(member: Member, asked: TimelineEntry | None, *, is_again: bool) -> list[Reached]:
    """Return the steps of an undecided EOI after its receipt; none if it was never assigned."""
    asked_at = asked.at if asked else None
    if member.status == MemberStatus.INFORMATION_REQUESTED:
        return [
            (pgettext("of an expression of interest", "Reviewed"), None),
            (_("Information needed"), asked_at),
        ]
    if member.replied_at:
        return [
            (_("We asked you for information"), asked_at),
            (_("Reply under review"), member.replied_at),
        ]
    if is_again:
        return [(_("Under review again"), None)]
    return [(_("Under review"), None)] if member.assignee_id else []


def _ended(member: Member) -> list[Reached]:
    """Return the last steps of an EOI that has ended, without reasons."""
    if member.status == MemberStatus.ADMITTED:
        admitted = _("Admitted to %(area)s as: %(role)s") % {
            "area": member.focus_area,
            "role": member.get_granted_role_display(),
        }
        return [
            (pgettext("of an expression of interest", "Reviewed"), None),
            (admitted, member.decided_at),
        ]
    if member.status == MemberStatus.DECLINED:
        return [
            (pgettext("of an expression of interest", "Reviewed"), None),
            (_("Not admitted"), member.decided_at),
        ]
    if member.status == MemberStatus.CLOSED:
        return [(_("Closed"), member.decided_at)]
    return [(_("Withdrawn"), member.withdrawn_at)]


def _happening(entry: TimelineEntry, zone: str) -> StatusEvent:
    """Return the event of a public entry, without names of staff."""
    is_theirs = entry.by_focal_point_id is not None
    return StatusEvent(
        what=str(PUBLIC_LABELS[TimelineKind(entry.kind)]),
        by=entry.by_name if is_theirs else _("the coalition’s team"),
        is_ours=not is_theirs,
        at=entry.at,
        moments=_moments(entry.at, zone),
        note=entry.note_in_words,
        reasons=_reasons_of(entry),
        files=list(entry.files.all()),
    )


def _moments(at: datetime | None, zone: str) -> list[str]:
    """Format an instant in a zone and in Geneva time, or once if both show the same time."""
    if at is None:
        return []
    return [format_datetime(at, each) for each in reader_zones(at, zone)]
