"""Where an EOI stands, in words for those who sent it. Plain data, and nothing internal.

What the staff do among themselves stays out by two gates: an entry of the timeline has to be
public, and of a kind that has words here. Why a file was closed, who has it and what was
suspected have no words at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import GENEVA, format_datetime
from members.models import FIRST_RESPONSE_KINDS, Member, MemberStatus, TimelineEntry, TimelineKind

# What the organisation reads of each kind of entry that it may read.
EVENT_LABELS: Final[dict[TimelineKind, Promise]] = {
    TimelineKind.RECEIVED: gettext_lazy("The expression of interest arrived"),
    TimelineKind.INFORMATION_REQUESTED: gettext_lazy("We asked for information"),
    TimelineKind.ANSWERED: gettext_lazy("The answer arrived"),
    TimelineKind.ADMITTED: gettext_lazy("Admitted"),
    TimelineKind.MOVED: gettext_lazy("Focus area or role changed"),
    TimelineKind.DECLINED: gettext_lazy("Not admitted"),
    TimelineKind.WITHDRAWN: gettext_lazy("Withdrawn"),
    TimelineKind.CORRECTED: gettext_lazy("Answers corrected"),
    TimelineKind.ADDRESS_CONFIRMED: gettext_lazy("Email address confirmed"),
    TimelineKind.ROLE_TRANSFER_REQUESTED: gettext_lazy("A successor was asked to take over"),
    TimelineKind.ROLE_TRANSFER_ENDED: gettext_lazy("The successor did not take over"),
    TimelineKind.REMINDED: gettext_lazy("We reminded you of our question"),
    TimelineKind.REMINDED_TO_CONFIRM: gettext_lazy("We asked again to confirm the email address"),
    TimelineKind.ROLE_TAKEN_OVER: gettext_lazy("A focal point was replaced"),
}
FINAL_KINDS: Final = (TimelineKind.ADMITTED, TimelineKind.DECLINED, TimelineKind.WITHDRAWN)


# The name of a step, and when it was reached if that is known.
Reached = tuple[str, datetime | None]


class StepState(StrEnum):
    """Where a step is on the way: behind, present, or ahead."""

    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True)
class ProgressStep:
    """One step on the way; `at` is when it was reached, if that is known."""

    name: str
    place: StepState
    at: datetime | None = None
    moments: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class QuotedText:
    """Something that the organisation was told; its language is empty where nobody noted it."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class StatusEvent:
    """One thing that happened, and who did it: a person of the organisation, or the team."""

    what: str
    by: str
    is_ours: bool
    at: datetime
    moments: list[str]
    note: str
    reasons: list[QuotedText]


@dataclass(frozen=True)
class ApplicationStatus:
    """Where an EOI stands: the way as far as it is known, and what happened on it."""

    steps: list[ProgressStep]
    happened: list[StatusEvent]
    # What was asked, while we wait for the answer.
    question: TimelineEntry | None
    # What of it staff ask of others as well.
    asked: list[QuotedText]
    # Why the organisation is not admitted.
    reasons: list[QuotedText]
    # Whether we have answered in any way, so that the first answer is not due any more.
    is_answered: bool

    @property
    def now(self) -> ProgressStep:
        """The step that the EOI is at."""
        return next(step for step in self.steps if step.place == StepState.NOW)


def application_status(
    member: Member, entries: Iterable[TimelineEntry], *, zone: str
) -> ApplicationStatus:
    """Tell where a member stands, by its public entries, with times in a zone and in Geneva's.

    `entries` are best read by `timeline_with_reasons`, which brings their reasons along.
    """
    public = [
        entry
        for entry in sorted(entries, key=lambda entry: (entry.at, entry.pk))
        if entry.is_public and entry.kind in EVENT_LABELS
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
    """Return the reasons that were given with an entry, in the reader's language where they can."""
    return [QuotedText(given.text, given.language) for given in entry.reasons_given.all()]


def _why_declined(entry: TimelineEntry) -> list[QuotedText]:
    """Return why the organisation is not admitted; what is older has it in its note."""
    return _reasons_of(entry) or [QuotedText(line) for line in entry.note_in_words.splitlines()]


def _is_again(member: Member, latest: dict[str, TimelineEntry]) -> bool:
    """Tell whether the EOI is undecided once more, after it had come to an end."""
    return member.is_undecided and any(kind in latest for kind in FINAL_KINDS)


def _steps(
    member: Member, asked: TimelineEntry | None, *, is_again: bool, zone: str
) -> list[ProgressStep]:
    """Lay out the way: what lies behind, the present step, and the decision if it is ahead."""
    received: Reached = (_("Received"), member.submitted_at)
    if member.is_undecided:
        way = [received, *_looked_at(member, asked, is_again=is_again)]
        ahead = [_("Being looked at"), _("Decision")] if len(way) == 1 else [_("Decision")]
    else:
        way, ahead = [received, *_ended(member)], []
    *behind, (present, reached_at) = way
    return [
        *(ProgressStep(name, StepState.DONE, at, _moments(at, zone)) for name, at in behind),
        ProgressStep(present, StepState.NOW, reached_at, _moments(reached_at, zone)),
        *(ProgressStep(name, StepState.AHEAD) for name in ahead),
    ]


def _looked_at(member: Member, asked: TimelineEntry | None, *, is_again: bool) -> list[Reached]:
    """Return the steps of an undecided EOI after its arrival; none while nobody has it."""
    asked_at = asked.at if asked else None
    if member.status == MemberStatus.INFORMATION_REQUESTED:
        return [(_("Looked at"), None), (_("We need something from you"), asked_at)]
    if member.replied_at:
        return [
            (_("We asked you for information"), asked_at),
            (_("Your answer is being looked at"), member.replied_at),
        ]
    if is_again:
        return [(_("Being looked at again"), None)]
    return [(_("Being looked at"), None)] if member.assignee_id else []


def _ended(member: Member) -> list[Reached]:
    """Return how an EOI came to its end; of the reasons nothing."""
    if member.status == MemberStatus.ADMITTED:
        admitted = _("Admitted to %(area)s as: %(role)s") % {
            "area": member.focus_area,
            "role": member.get_granted_role_display(),
        }
        return [(_("Looked at"), None), (admitted, member.decided_at)]
    if member.status == MemberStatus.DECLINED:
        return [(_("Looked at"), None), (_("Not admitted"), member.decided_at)]
    if member.status == MemberStatus.CLOSED:
        return [(_("Closed"), member.decided_at)]
    return [(_("Withdrawn"), member.withdrawn_at)]


def _happening(entry: TimelineEntry, zone: str) -> StatusEvent:
    """Tell of one public entry; of ours, who it was stays with us."""
    is_theirs = entry.by_focal_point_id is not None
    return StatusEvent(
        what=str(EVENT_LABELS[TimelineKind(entry.kind)]),
        by=entry.by_name if is_theirs else _("the coalition’s team"),
        is_ours=not is_theirs,
        at=entry.at,
        moments=_moments(entry.at, zone),
        note=entry.note_in_words,
        reasons=_reasons_of(entry),
    )


def _moments(at: datetime | None, zone: str) -> list[str]:
    """Write an instant in a zone and in Geneva's, once where the clocks show the same."""
    if at is None:
        return []
    there, in_geneva = (at.astimezone(ZoneInfo(each)).utcoffset() for each in (zone, GENEVA))
    zones = [zone] if there == in_geneva else [zone, GENEVA]
    return [format_datetime(at, each) for each in zones]
