"""Decisions on members. No other code changes a member's status.

Each function works in one transaction: it locks the member, raises an exception with a message
for the user if the decision is not allowed, saves the change, adds the timeline entry and queues
the letter, if any. `version` is the version that the page showed: if the member has changed since,
Conflict is raised. `message` is the edited letter, None for no letter; by default the
standard text is sent. Staff can undo a decision for a short time (undo.py), but no withdrawal: it
cancels emails, and ends access, because the organisation asked for it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from core.conflicts import Refused, check_version, lock, save_next_version
from core.personal_data import ERASED_NAME
from focus_areas.models import FocusArea
from members.models import (
    NOTE_LANGUAGE,
    NOTE_SEPARATOR,
    UNDECIDED_STATUSES,
    ClosingReason,
    FocalPoint,
    GrantedRole,
    Member,
    MemberStatus,
    Reason,
    SoughtRole,
    TimelineEntry,
    TimelineKind,
)
from members.services.answer_files import add_answer_files, stored_answer_files
from members.services.conflicts import check_not_sent_again, lock_pair, member_conflict
from members.services.exceptions import (
    QuestionChanged,
    check_has_personal_data,
    lock_undecided,
    not_a_duplicate,
    target_is_duplicate,
    wrong_status,
)
from members.services.letter_drafts import end_letter_drafts
from members.services.letters.composing import (
    DEFAULT_LETTER,
    cancel_letters,
    queue_letter,
)
from members.services.letters.decisions import (
    confirm_withdrawal,
    draft_admission,
    draft_decline,
    draft_information_request,
    draft_move,
)
from members.services.letters.officers import notify_officer
from members.services.letters.reminders import cancel_reminders_to_confirm
from members.services.names import give_slug
from members.services.opinions import close_opinion_requests
from members.services.reasons import record_reasons
from members.services.timeline import add_entry
from members.services.undo import UNDO_PERIOD, end_undo_period, start_undo_period
from outbox.services.letters import EditableLetter
from outbox.services.queue import cancel
from papers.services.file_types import ValidFile

# The fields that a decision sets.
DECISION = ("decided_at", "decided_by", "assignee", *UNDO_PERIOD)
# The proposed role for each role that an organisation sought. None is proposed to those willing to
# lead: a co-lead is responsible for a working group, so officers choose that role by hand.
PROPOSED_ROLES = {
    SoughtRole.PARTICIPANT: GrantedRole.PARTICIPANT,
    SoughtRole.OBSERVER: GrantedRole.OBSERVER,
}
WITHDRAWABLE_STATUSES = (*UNDECIDED_STATUSES, MemberStatus.ADMITTED)
REOPENABLE_STATUSES = (MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.WITHDRAWN)


@transaction.atomic
def request_information(
    *,
    member: Member,
    missing: str = "",
    reasons: Sequence[Reason] = (),
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> TimelineEntry:
    """Ask an undecided member for missing information, and wait for its answer.

    `reasons` are the standard texts about what is missing; `missing` is a text for this member.

    Raises WrongStatus, also if information was requested already, and Conflict.
    """
    lock_undecided(member)
    if member.status == MemberStatus.INFORMATION_REQUESTED:
        raise wrong_status(member)
    check_version(member, version, member_conflict)

    start_undo_period(member, at=at)
    member.status = MemberStatus.INFORMATION_REQUESTED
    member.replied_at = None
    member.assignee = by
    save_next_version(member, "status", "replied_at", "assignee", *UNDO_PERIOD, by=by, at=at)

    end_letter_drafts(member, kinds=[TimelineKind.INFORMATION_REQUESTED], at=at)
    entry = _add_decision(member, TimelineKind.INFORMATION_REQUESTED, by=by, at=at, note=missing)
    record_reasons(entry, reasons)
    draft = partial(draft_information_request, missing=missing, reasons=reasons)
    queue_letter(member, entry, message, draft)
    return entry


def record_answer(
    *,
    member: Member,
    answer: str = "",
    documents: Sequence[ValidFile] = (),
    question: int | None = None,
    by: User | FocalPoint,
    at: datetime,
    version: int | None = None,
) -> TimelineEntry:
    """Record the answer to a request for information; the member is pending again.

    `question` is the key of the request's timeline entry, if the page showed it. If a focal point
    answers, the assigned officer is notified.

    Raises WrongStatus, also if no information was requested, QuestionChanged,
    Conflict and NotStored.
    """
    with stored_answer_files(documents, at=at) as names, transaction.atomic():
        lock_undecided(member, version)
        if member.status != MemberStatus.INFORMATION_REQUESTED:
            raise wrong_status(member)
        if question is not None and question != _latest_request_of(member):
            raise QuestionChanged

        cancelled = cancel_letters(member, TimelineKind.INFORMATION_REQUESTED, at=at)
        if isinstance(by, User):
            start_undo_period(member, at=at, cancelled=cancelled)
        else:
            end_undo_period(member, at=at)
        member.status = MemberStatus.PENDING
        member.replied_at = at
        _take_over(member, by)
        save_next_version(member, "status", "replied_at", "assignee", *UNDO_PERIOD, by=by, at=at)

        entry = _add_decision(member, TimelineKind.ANSWERED, by=by, at=at, note=answer)
        add_answer_files(entry, documents, names)
        if isinstance(by, FocalPoint):
            notify_officer(member, entry)
        return entry


@transaction.atomic
def admit_to_focus_area(
    *,
    member: Member,
    focus_area: FocusArea,
    role: GrantedRole,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> TimelineEntry:
    """Admit an undecided member to a focus area's working group, and send a welcome letter.

    Raises WrongStatus, Conflict and Refused (flagged_as_spam).
    """
    lock_undecided(member, version)
    if member.is_suspect:
        raise Refused(
            _(
                "This applicant is marked as possible spam. Mark it as genuine before you admit "
                "it, or close it."
            ),
            code="flagged_as_spam",
        )

    _decide(member, by=by, at=at)
    member.status = MemberStatus.ADMITTED
    member.focus_area = focus_area
    member.granted_role = GrantedRole(role)
    give_slug(member)
    save_next_version(member, "status", "focus_area", "granted_role", *DECISION, by=by, at=at)

    note = _place_in_english(member)
    entry = _add_decision(member, TimelineKind.ADMITTED, by=by, at=at, note=note)
    queue_letter(
        member, entry, message, partial(draft_admission, focus_area=focus_area, role=role, at=at)
    )
    return entry


@transaction.atomic
def move_to_focus_area(
    *,
    member: Member,
    focus_area: FocusArea,
    role: GrantedRole,
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> TimelineEntry:
    """Move an admitted member to another focus area or role, and send it a letter.

    An earlier letter that was not sent yet is cancelled: it would name the wrong group.

    Raises WrongStatus, Conflict and Refused (already_in_focus_area).
    """
    lock(member)
    if member.status != MemberStatus.ADMITTED:
        raise wrong_status(member)
    check_version(member, version, member_conflict)
    if member.focus_area == focus_area and member.granted_role == role:
        raise Refused(
            _("The member already has this role in this focus area."), code="already_in_focus_area"
        )

    cancelled = cancel_letters(member, TimelineKind.ADMITTED, TimelineKind.MOVED, at=at)
    start_undo_period(member, at=at, cancelled=cancelled)
    member.focus_area = focus_area
    member.granted_role = GrantedRole(role)
    save_next_version(member, "focus_area", "granted_role", *UNDO_PERIOD, by=by, at=at)

    end_letter_drafts(member, at=at)
    note = _place_in_english(member)
    entry = _add_decision(member, TimelineKind.MOVED, by=by, at=at, note=note)
    queue_letter(
        member, entry, message, partial(draft_move, focus_area=focus_area, role=role, at=at)
    )
    return entry


@transaction.atomic
def decline(
    *,
    member: Member,
    reasons: Sequence[Reason] = (),
    by: User,
    at: datetime,
    version: int | None = None,
    message: EditableLetter | None = DEFAULT_LETTER,
) -> TimelineEntry:
    """Decline an undecided member, and send it the reasons.

    Declining a Member State needs a separate permission, which the view checks.

    Raises WrongStatus and Conflict.
    """
    lock_undecided(member, version)

    cancelled = cancel_reminders_to_confirm(member, at=at)
    _decide(member, by=by, at=at, cancelled=cancelled)
    member.status = MemberStatus.DECLINED
    save_next_version(member, "status", *DECISION, by=by, at=at)

    entry = _add_decision(member, TimelineKind.DECLINED, by=by, at=at)
    record_reasons(entry, reasons)
    queue_letter(member, entry, message, partial(draft_decline, reasons=reasons))
    return entry


@transaction.atomic
def close_without_letter(
    *,
    member: Member,
    reason: ClosingReason,
    duplicate_of: Member | None = None,
    by: User,
    at: datetime,
    version: int | None = None,
) -> TimelineEntry:
    """Close an undecided member without a letter. A duplicate is recorded on both timelines.

    Raises WrongStatus, Conflict and Refused: not_a_duplicate if a duplicate does not name another
    member, or if another closing reason names one; target_is_duplicate if the other member was
    itself closed as a duplicate.
    """
    if duplicate_of is not None:
        lock_pair(member, duplicate_of)
    lock_undecided(member, version)
    if (reason == ClosingReason.DUPLICATE) != (duplicate_of is not None):
        raise not_a_duplicate()
    if duplicate_of == member:
        raise not_a_duplicate()
    if duplicate_of is not None and duplicate_of.duplicate_of is not None:
        raise target_is_duplicate(member, duplicate_of)

    cancelled = cancel_reminders_to_confirm(member, at=at)
    _decide(member, by=by, at=at, cancelled=cancelled)
    member.status = MemberStatus.CLOSED
    member.closing_reason = ClosingReason(reason)
    member.duplicate_of = duplicate_of
    save_next_version(member, "status", "closing_reason", "duplicate_of", *DECISION, by=by, at=at)

    with override(NOTE_LANGUAGE):
        note = str(member.get_closing_reason_display())
    if duplicate_of:
        note = f"{note}: {duplicate_of.reference}"
        add_entry(duplicate_of, TimelineKind.DUPLICATE_CLOSED, by=by, at=at, note=member.reference)
    return _add_decision(member, TimelineKind.CLOSED, by=by, at=at, note=note)


@transaction.atomic
def withdraw(
    *,
    member: Member,
    by: User | FocalPoint | None,
    at: datetime,
    note: str = "",
    version: int | None = None,
) -> TimelineEntry:
    """Withdraw a member at its request, and cancel the messages that are still queued for it.

    If a focal point withdraws it, all focal points and the assigned officer are notified.

    Raises WrongStatus and Conflict.
    """
    lock(member)
    if member.status not in WITHDRAWABLE_STATUSES:
        raise wrong_status(member)
    check_version(member, version, member_conflict)

    end_undo_period(member, at=at)
    member.status = MemberStatus.WITHDRAWN
    member.withdrawn_at = at
    _take_over(member, by)
    save_next_version(member, "status", "withdrawn_at", "assignee", *UNDO_PERIOD, by=by, at=at)

    end_letter_drafts(member, at=at)
    close_opinion_requests(member, at=at)
    cancel(reference=member.reference, at=at)
    entry = add_entry(member, TimelineKind.WITHDRAWN, by=by, at=at, note=note)
    if isinstance(by, FocalPoint):
        confirm_withdrawal(member, entry)
        notify_officer(member, entry)
    return entry


@transaction.atomic
def reopen(
    *, member: Member, by: User, at: datetime, note: str = "", version: int | None = None
) -> TimelineEntry:
    """Make a declined, closed or withdrawn member pending again.

    If it was a duplicate, the other member's timeline records that it no longer is.

    Raises WrongStatus, Conflict and Refused (personal_data_deleted, erased, sent_again).
    """
    lock(member)
    if member.status not in REOPENABLE_STATUSES:
        raise wrong_status(member)
    check_has_personal_data(member)
    check_version(member, version, member_conflict)
    if member.focal_points.filter(is_alternate=False, family_name=ERASED_NAME).exists():
        raise Refused(
            _(
                "The personal data of this organisation were erased, so it cannot be reopened. The "
                "organisation can send a new expression of interest."
            ),
            code="erased",
        )
    check_not_sent_again(member)
    was_duplicate_of = member.duplicate_of

    # An unsent letter would announce a decision that is no longer valid.
    cancelled = cancel_letters(member, TimelineKind.DECLINED, TimelineKind.WITHDRAWN, at=at)
    start_undo_period(member, at=at, cancelled=cancelled)
    member.status = MemberStatus.PENDING
    member.focus_area = None
    member.granted_role = ""
    member.decided_at = None
    member.decided_by = None
    member.withdrawn_at = None
    member.closing_reason = ""
    member.duplicate_of = None
    member.replied_at = None
    member.assignee = by
    save_next_version(
        member,
        "status",
        "focus_area",
        "granted_role",
        "decided_at",
        "decided_by",
        "withdrawn_at",
        "closing_reason",
        "duplicate_of",
        "replied_at",
        "assignee",
        *UNDO_PERIOD,
        by=by,
        at=at,
    )

    if was_duplicate_of is not None:
        add_entry(
            was_duplicate_of,
            TimelineKind.DUPLICATE_REOPENED,
            by=by,
            at=at,
            note=member.reference,
        )
    return _add_decision(member, TimelineKind.REOPENED, by=by, at=at, note=note)


def _latest_request_of(member: Member) -> int | None:
    """Return the key of the timeline entry of the latest request for information."""
    requests = member.timeline.filter(kind=TimelineKind.INFORMATION_REQUESTED, is_void=False)
    return requests.order_by("-pk").values_list("pk", flat=True).first()


def _place_in_english(member: Member) -> str:
    """Return a member's working group and role, in English for the timeline."""
    with override(NOTE_LANGUAGE):
        return NOTE_SEPARATOR.join([str(member.focus_area), str(member.get_granted_role_display())])


def _take_over(member: Member, by: User | FocalPoint | None) -> None:
    """Assign the member to the officer who acts on it. A focal point is never assigned."""
    if isinstance(by, User):
        member.assignee = by


def _add_decision(
    member: Member, kind: TimelineKind, *, by: User | FocalPoint, at: datetime, note: str = ""
) -> TimelineEntry:
    """Add the entry of a decision that has just been saved, and that may be undone."""
    return add_entry(member, kind, by=by, at=at, note=note, settles_at=member.settles_at)


def _decide(member: Member, *, by: User, at: datetime, cancelled: int = 0) -> None:
    """Set who decided and when, and assign the member to that officer.

    All drafts are ended, and the open requests for an opinion are closed. Call it before the
    other fields are set. `cancelled` is the number of other unsent letters that were cancelled.
    """
    # An unsent request for information would arrive after the decision.
    cancelled += cancel_letters(member, TimelineKind.INFORMATION_REQUESTED, at=at)
    start_undo_period(member, at=at, cancelled=cancelled)
    member.decided_at = at
    member.decided_by = by
    member.assignee = by
    end_letter_drafts(member, at=at)
    close_opinion_requests(member, at=at)
