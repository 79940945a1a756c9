"""What co-leads submit and coordinators release: the only code that changes a submission.

A co-lead submits a text for their working group. A coordinator releases it, so that it becomes for
example a mailing or a meeting, or returns it with a reason. A type of submission is a model that
inherits from `Submission`, and a `SubmissionType`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import User
from core.conflicts import Conflict, NothingChanged, Refused, check_version, lock
from core.dates import GENEVA, format_datetime
from core.history import MAX_NAME_LENGTH, set_history_actor
from focus_areas.models import FocusArea
from members.models import FocalPoint, Submission
from members.services.co_leads import area_of, lock_co_lead
from members.services.letters.co_leads import notify_co_lead, notify_coordinators
from outbox.services.rendering import escape_paragraphs
from outbox.services.template_rendering import Value

Row = TypeVar("Row", bound=Submission)
Result = TypeVar("Result", bound=Model)


def _no_values(submission: Any, zones: Sequence[str]) -> Mapping[str, Value]:
    return {}


@dataclass(frozen=True, kw_only=True)
class SubmissionType:
    """What differs between the types of submissions: limits, mail and words."""

    # The limit of waiting submissions of one working group.
    max_waiting: int
    # Of two waiting submissions of a group with the same values in these, the second is refused.
    unique_fields: Sequence[str]
    may_release: str
    staff_page: str
    # The types of the messages to the coordinators, and to the co-lead.
    waiting_message: str
    released_message: str
    returned_message: str
    # The prefix of the topics of mail about a submission.
    topic: Callable[[Any], str]
    # More values for the messages, with the time zones in which their reader reads times.
    values: Callable[[Any, Sequence[str]], Mapping[str, Value]] = _no_values
    # The texts of refusals.
    already_submitted: str | Promise
    too_many: str | Promise
    settled: str | Promise
    not_theirs: str | Promise
    # None if the model has no versions.
    conflict: type[Conflict] | None = None


class AlreadySubmitted(Refused):
    """The same is waiting already."""


class AlreadySettled(Refused):
    """The submission is released, returned or withdrawn."""

    def __init__(self, submission: Submission, kind: SubmissionType) -> None:
        when = submission.decided_at
        super().__init__(
            str(kind.settled)
            % {
                "name": submission.decided_by,
                "when": format_datetime(when, GENEVA) if when else "",
                "status": submission.get_status_display(),  # type: ignore[attr-defined]
            }
        )


@transaction.atomic
def submit(
    submission: Row, kind: SubmissionType, *, person: FocalPoint, by: User, at: datetime
) -> Row:
    """Submit what a co-lead wrote for their working group, and tell the coordinators.

    Raises NotCoLead, AlreadySubmitted, and Refused (too_many).
    """
    co_lead = lock_co_lead(person, by=by, at=at)
    submission.focus_area = area_of(co_lead)
    _save_as_waiting(submission, kind, co_lead, by, at)
    return submission


@transaction.atomic
def change(
    submission: Row,
    kind: SubmissionType,
    *,
    facts: Mapping[str, object],
    version: int,
    person: FocalPoint,
    by: User,
    at: datetime,
) -> Row:
    """Change an open submission of a co-lead's own organisation, and submit it again.

    Raises NotCoLead, AlreadySettled, Conflict, NothingChanged, AlreadySubmitted, and Refused
    (not_theirs, too_many).
    """
    co_lead = _lock_own(submission, kind, person, by, at)
    _check_version(submission, kind, version)
    is_unchanged = all(getattr(submission, name) == value for name, value in facts.items())
    if submission.is_waiting and is_unchanged:
        raise NothingChanged
    for name, value in facts.items():
        setattr(submission, name, value)
    submission.version += 1
    _save_as_waiting(submission, kind, co_lead, by, at)
    return submission


@transaction.atomic
def withdraw(
    submission: Row, kind: SubmissionType, *, person: FocalPoint, by: User, at: datetime
) -> Row:
    """Withdraw an open submission of a co-lead's own organisation.

    Raises NotCoLead, AlreadySettled, and Refused (not_theirs).
    """
    _lock_own(submission, kind, person, by, at)
    submission.reason = ""
    _settle(submission, submission.statuses.withdrawn, by, at)
    return submission


@transaction.atomic
def release(
    submission: Submission,
    kind: SubmissionType,
    make_result: Callable[[], Result],
    *,
    version: int | None = None,
    by: User,
    at: datetime,
) -> Result:
    """Release a waiting submission, and tell the co-lead. Returns what it became.

    `version` is that of the text that the coordinator read, if its model has versions.

    Raises AlreadySettled, Conflict, and what `make_result` raises.
    """
    _lock_waiting(submission, kind, version)
    result = make_result()
    setattr(submission, submission.result_field, result)
    _settle(submission, submission.statuses.released, by, at)
    _tell_co_lead(submission, kind, kind.released_message, at)
    return result


@transaction.atomic
def return_to_co_lead(
    submission: Row,
    kind: SubmissionType,
    *,
    reason: str,
    version: int | None = None,
    by: User,
    at: datetime,
) -> Row:
    """Return a waiting submission with a reason, and tell the co-lead.

    Raises AlreadySettled and Conflict.
    """
    _lock_waiting(submission, kind, version)
    submission.reason = reason
    _settle(submission, submission.statuses.returned, by, at)
    _tell_co_lead(submission, kind, kind.returned_message, at)
    return submission


def refusal_to_change(
    submission: Submission, kind: SubmissionType, person: FocalPoint
) -> Refused | None:
    """Return why a co-lead cannot change or withdraw a submission, if they cannot."""
    if not submission.is_open:
        return AlreadySettled(submission, kind)
    own = (person.member_id, person.member.focus_area_id)
    if (submission.focal_point.member_id, submission.focus_area_id) != own:
        return Refused(str(kind.not_theirs), code="not_theirs")
    return None


def _save_as_waiting(
    submission: Submission, kind: SubmissionType, co_lead: FocalPoint, by: User, at: datetime
) -> None:
    """Check the limits of the group, save a submission as waiting, and tell the coordinators."""
    # Locked, so that the co-leads of a group do not exceed the limit together.
    lock(FocusArea(pk=submission.focus_area_id))
    rows: Any = type(submission)._default_manager
    others = rows.waiting().filter(focus_area=submission.focus_area_id).exclude(pk=submission.pk)
    same = {name: getattr(submission, name) for name in kind.unique_fields}
    if others.filter(**same).exists():
        raise AlreadySubmitted(str(kind.already_submitted))
    if others.count() >= kind.max_waiting:
        text = str(kind.too_many % {"number": kind.max_waiting})
        raise Refused(text, code="too_many")
    submission.link_version = co_lead.link_version
    submission.focal_point = co_lead
    submission.organisation_name = co_lead.member.organisation_name
    setattr(submission, submission.author_name_field, co_lead.full_name[:MAX_NAME_LENGTH])
    setattr(submission, submission.submitted_at_field, at)
    submission.status = submission.statuses.waiting
    submission.decided_by, submission.decided_at, submission.reason = None, None, ""
    set_history_actor(submission, by, at)
    submission.save()
    notify_coordinators(
        co_lead,
        kind.waiting_message,
        permission=kind.may_release,
        title=str(submission),
        page=reverse(kind.staff_page, args=[submission.pk]),
        topic=f"{kind.topic(submission)}/waiting",
        at=at,
        values=kind.values(submission, [co_lead.time_zone, GENEVA]),
    )


def _lock_own(
    submission: Submission, kind: SubmissionType, person: FocalPoint, by: User, at: datetime
) -> FocalPoint:
    """Lock an open submission of a co-lead's own organisation, and return the co-lead."""
    co_lead = lock_co_lead(person, by=by, at=at)
    lock(submission)
    if refusal := refusal_to_change(submission, kind, co_lead):
        raise refusal
    return co_lead


def _lock_waiting(submission: Submission, kind: SubmissionType, version: int | None) -> None:
    lock(submission)
    if not submission.is_waiting:
        raise AlreadySettled(submission, kind)
    _check_version(submission, kind, version)


def _check_version(submission: Submission, kind: SubmissionType, version: int | None) -> None:
    if kind.conflict:
        check_version(submission, version, kind.conflict)


def _settle(submission: Submission, status: str, by: User, at: datetime) -> None:
    submission.status, submission.decided_by, submission.decided_at = status, by, at
    set_history_actor(submission, by, at)
    fields = ["status", "decided_by", "decided_at", "reason", submission.result_field]
    submission.save(update_fields=fields)


def _tell_co_lead(submission: Submission, kind: SubmissionType, message: str, at: datetime) -> None:
    focal_point = submission.focal_point
    notify_co_lead(
        focal_point,
        message,
        focus_area=submission.focus_area,
        title=str(submission),
        topic=f"{kind.topic(submission)}/settled",
        at=at,
        values={
            "reason": escape_paragraphs(submission.reason),
            **kind.values(submission, [focal_point.time_zone]),
        },
    )
