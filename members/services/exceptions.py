"""Exceptions of triage, with messages for the user."""

from datetime import datetime

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
    MemberStatus.PENDING: gettext_lazy("This member is pending."),
    MemberStatus.INFORMATION_REQUESTED: gettext_lazy("Information was requested from this member."),
    MemberStatus.ADMITTED: gettext_lazy("This member was admitted."),
    MemberStatus.DECLINED: gettext_lazy("This member was declined."),
    MemberStatus.CLOSED: gettext_lazy("This member was closed."),
    MemberStatus.WITHDRAWN: gettext_lazy("This member was withdrawn."),
}


def wrong_status(member: Member) -> WrongStatus:
    """Return the refusal if the status of a member does not allow a step."""
    entry = member.timeline.filter(kind__in=STATUS_KINDS).order_by("-pk").first()
    sentence = STATUS_SENTENCES[MemberStatus(member.status)]
    return WrongStatus(f"{sentence} {last_change_in_words(entry)}".strip())


class PersonalDataDeleted(Refused):
    """The retention period of an ended member is over: nobody is left to decide on or write to."""

    def __init__(self, at: datetime) -> None:
        super().__init__(
            _("The personal data of this expression of interest was deleted on %(day)s.")
            % {"day": format_date(day_in_geneva(at))}
        )


def check_has_personal_data(member: Member) -> None:
    """Raise PersonalDataDeleted if the retention period of a member is over."""
    if member.personal_data_deleted_at is not None:
        raise PersonalDataDeleted(member.personal_data_deleted_at)


class Erased(Refused):
    """The organisation or its focal point was erased, so nobody can be written to."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The personal data of this member were erased, so it cannot be reopened. The "
                "organisation can send a new expression of interest."
            )
        )


class QuestionChanged(Refused):
    """The answer is not to the latest request for information."""

    def __init__(self) -> None:
        super().__init__(_("Other information was requested after this page was opened."))


class AlreadyAssigned(Refused):
    """The member is assigned already."""

    def __init__(self, assignee: User) -> None:
        super().__init__(_("This member is already assigned to %(name)s.") % {"name": assignee})


class NotAssigned(Refused):
    """The member has no assignee, so it cannot be released."""

    def __init__(self) -> None:
        super().__init__(_("This member is not assigned."))


class CannotBeAssigned(Refused):
    """The colleague has no permission to take members, or no active staff account."""

    def __init__(self, colleague: User) -> None:
        super().__init__(_("Members cannot be assigned to %(name)s.") % {"name": colleague})


def insist_on_assignable(colleague: User) -> None:
    """Raise CannotBeAssigned unless members can be assigned to a colleague."""
    # has_perm() is false for inactive users.
    if not (colleague.is_staff and colleague.has_perm("members.take_member")):
        raise CannotBeAssigned(colleague)


class FlaggedAsSpam(Refused):
    """The member is marked as possible spam, and staff have not said yet that it is genuine."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This member is marked as possible spam. Mark it as genuine before you admit it, "
                "or close it."
            )
        )


class NotFlaggedAsSpam(Refused):
    """The member has no spam flag, or a colleague cleared it."""

    def __init__(self) -> None:
        super().__init__(_("This member is not marked as possible spam."))


class AlreadyInFocusArea(Refused):
    """The member already has that focus area and role."""

    def __init__(self) -> None:
        super().__init__(_("The member already has this role in this focus area."))


class NotADuplicate(Refused):
    """The named member is not another one that this could be a duplicate of."""

    def __init__(self) -> None:
        super().__init__(_("Choose the other member that this one is a duplicate of."))


class TargetIsDuplicate(Refused):
    """The other member was closed as a duplicate too. The message names the original.

    `standing` is the original at the end of the chain. If the chain is a circle, it is `member`.
    """

    def __init__(self, member: Member, other: Member) -> None:
        self.standing = root_of(other)
        names = {"reference": other.reference, "standing": self.standing}
        if self.standing == member:
            sentence = _(
                "%(reference)s was closed as a duplicate of this member. Reopen it first, or leave "
                "this one open."
            )
        else:
            sentence = _(
                "%(reference)s was itself closed as a duplicate. The original is %(standing)s: "
                "choose that one."
            )
        super().__init__(sentence % names)


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
