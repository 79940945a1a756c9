"""Exceptions of triage, with messages for the user."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.conflicts import Refused
from core.dates import format_date
from members.models import UNDECIDED_STATUSES, Member, MemberStatus, TimelineKind
from members.services.conflicts import (
    WrongStatus,
    last_change_in_words,
    lock_in_status,
    member_conflict,
)
from members.services.response_times import day_in_geneva

# The kinds of timeline entry that change the status.
STATUS_KINDS = (
    TimelineKind.RECEIVED,
    TimelineKind.INFORMATION_REQUESTED,
    TimelineKind.ANSWERED,
    TimelineKind.ADMITTED,
    TimelineKind.DECLINED,
    TimelineKind.CLOSED,
    TimelineKind.WITHDRAWN,
    TimelineKind.REOPENED,
    TimelineKind.DECISION_UNDONE,
)
STATUS_SENTENCES = {
    MemberStatus.PENDING: gettext_lazy("This applicant is pending."),
    MemberStatus.INFORMATION_REQUESTED: gettext_lazy(
        "Information was requested from this applicant."
    ),
    MemberStatus.ADMITTED: gettext_lazy("This member was admitted."),
    MemberStatus.DECLINED: gettext_lazy("This applicant was declined."),
    MemberStatus.CLOSED: gettext_lazy("This applicant was closed."),
    MemberStatus.WITHDRAWN: gettext_lazy("This organisation was withdrawn."),
}


def wrong_status(member: Member) -> WrongStatus:
    """Return the refusal if the status of a member does not allow a step."""
    entry = member.timeline.filter(kind__in=STATUS_KINDS).order_by("-pk").first()
    sentence = STATUS_SENTENCES[MemberStatus(member.status)]
    return WrongStatus(f"{sentence} {last_change_in_words(entry)}".strip())


def check_has_personal_data(member: Member) -> None:
    """Raise Refused (personal_data_deleted) if the retention period of a member is over."""
    if member.personal_data_deleted_at is not None:
        raise Refused(
            _("The personal data of this expression of interest was deleted on %(day)s.")
            % {"day": format_date(day_in_geneva(member.personal_data_deleted_at))},
            code="personal_data_deleted",
        )


class QuestionChanged(Refused):
    """The answer is not to the latest request for information."""

    def __init__(self) -> None:
        super().__init__(_("Other information was requested after this page was opened."))


def insist_on_assignable(colleague: User) -> None:
    """Raise Refused (cannot_be_assigned) unless members can be assigned to a colleague."""
    # has_perm() is false for inactive users.
    if not (colleague.is_staff and colleague.has_perm("members.take_member")):
        raise Refused(
            _("Applicants cannot be assigned to %(name)s.") % {"name": colleague},
            code="cannot_be_assigned",
        )


def already_assigned(assignee: User) -> Refused:
    """Return the refusal if a member is assigned already."""
    return Refused(
        _("This applicant is already assigned to %(name)s.") % {"name": assignee},
        code="already_assigned",
    )


def not_flagged_as_spam() -> Refused:
    """Return the refusal if a member has no spam flag, or a colleague cleared it."""
    return Refused(_("This applicant is not marked as possible spam."), code="not_flagged_as_spam")


def flagged_as_spam() -> Refused:
    """Return the refusal if the acknowledgement of a member is held already."""
    return Refused(_("This applicant is already marked as possible spam."), code="flagged_as_spam")


def address_confirmed() -> Refused:
    """Return the refusal if the focal point has confirmed that mail reaches them."""
    return Refused(_("The focal point has confirmed the email address."), code="address_confirmed")


def not_a_duplicate() -> Refused:
    """Return the refusal if a duplicate does not name another member as its original."""
    return Refused(
        _("Choose the other organisation that this one is a duplicate of."), code="not_a_duplicate"
    )


def target_is_duplicate(member: Member, other: Member) -> Refused:
    """Return the refusal if the other member was closed as a duplicate too; it names the original.

    If the chain of originals is a circle, the original is `member`.
    """
    original = root_of(other)
    names = {"reference": other.reference, "standing": original}
    if original == member:
        sentence = _(
            "%(reference)s was closed as a duplicate of this organisation. Reopen it first, or "
            "leave this one open."
        )
    else:
        sentence = _(
            "%(reference)s was itself closed as a duplicate. The original is %(standing)s: "
            "choose that one."
        )
    return Refused(sentence % names, code="target_is_duplicate")


def root_of(member: Member) -> Member:
    """Return the original of a duplicate; the member itself if it is not a duplicate."""
    while member.duplicate_of is not None:
        member = member.duplicate_of
    return member


def lock_undecided(member: Member, version: int | None = None) -> None:
    """Lock an undecided member. Raises WrongStatus, which takes precedence, and Conflict."""
    lock_in_status(
        member, UNDECIDED_STATUSES, version, wrong_status=wrong_status, conflict=member_conflict
    )
