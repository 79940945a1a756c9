"""Why a step of triage is refused, in sentences for the person who took it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.conflicts import Refused, check_version, lock
from members.models import Member, MemberStatus, TimelineKind
from members.services.conflicts import MemberConflict, last_change_in_words

# What brings a file into the status that it has.
STATUS_KINDS = (
    TimelineKind.RECEIVED,
    TimelineKind.INFORMATION_REQUESTED,
    TimelineKind.ANSWERED,
    TimelineKind.ADMITTED,
    TimelineKind.DECLINED,
    TimelineKind.CLOSED,
    TimelineKind.WITHDRAWN,
    TimelineKind.REOPENED,
)
STATUS_SENTENCES = {
    MemberStatus.PENDING: gettext_lazy("This member is pending."),
    MemberStatus.INFORMATION_REQUESTED: gettext_lazy("This member was asked for information."),
    MemberStatus.ADMITTED: gettext_lazy("This member was admitted."),
    MemberStatus.DECLINED: gettext_lazy("This member was declined."),
    MemberStatus.CLOSED: gettext_lazy("This file was closed."),
    MemberStatus.WITHDRAWN: gettext_lazy("This member was withdrawn."),
}


class WrongStatus(Refused):
    """The file is in a status that this step does not start from; says how it came there."""

    def __init__(self, member: Member) -> None:
        entry = member.timeline.filter(kind__in=STATUS_KINDS).order_by("-pk").first()
        sentence = STATUS_SENTENCES[MemberStatus(member.status)]
        super().__init__(f"{sentence} {last_change_in_words(entry)}".strip())


class AlreadyDecided(WrongStatus):
    """The file waits for no decision: it was decided on, closed or withdrawn."""


class QuestionChanged(Refused):
    """What was answered is not what the member was asked last."""

    def __init__(self) -> None:
        super().__init__(_("Something else was asked after this page was opened."))


class AlreadyAssigned(Refused):
    """Somebody has the file."""

    def __init__(self, assignee: User) -> None:
        super().__init__(_("%(name)s has this file already.") % {"name": assignee})


class NotAssigned(Refused):
    """Nobody has the file, so that it cannot be released."""

    def __init__(self) -> None:
        super().__init__(_("Nobody has this file."))


class CannotBeAssigned(Refused):
    """The colleague may not take files, or no longer has an active staff account."""

    def __init__(self, colleague: User) -> None:
        super().__init__(_("%(name)s may not take files.") % {"name": colleague})


class NotFlaggedAsSpam(Refused):
    """The file is not marked, or a colleague cleared the mark."""

    def __init__(self) -> None:
        super().__init__(_("This file is not marked as suspected."))


class AlreadyInFocusArea(Refused):
    """The member is in that focus area with that role already."""

    def __init__(self) -> None:
        super().__init__(_("The member is in this focus area with this role already."))


class NotADuplicate(Refused):
    """What was named is not another file that this one could be a duplicate of."""

    def __init__(self) -> None:
        super().__init__(_("Name the other file that this one is a duplicate of."))


class TargetIsDuplicate(Refused):
    """The other file was closed as a duplicate too; says of which, and names the one that stands.

    `standing` is the file at the end of the line, which is the first one itself in a circle.
    """

    def __init__(self, member: Member, other: Member) -> None:
        self.standing = root_of(other)
        names = {"reference": other.reference, "standing": self.standing}
        if self.standing == member:
            sentence = _(
                "%(reference)s was closed as a duplicate of this file. Reopen it first, or leave "
                "this one open."
            )
        else:
            sentence = _(
                "%(reference)s was closed as a duplicate itself. The file that stands for both is "
                "%(standing)s: name that one."
            )
        super().__init__(sentence % names)


def root_of(member: Member) -> Member:
    """Return the file that a closed duplicate leads to; the file itself, if it is none."""
    while member.duplicate_of is not None:
        member = member.duplicate_of
    return member


def lock_undecided(member: Member, version: int | None = None) -> None:
    """Lock a member that nobody has decided on yet.

    What became of it is told before what else has changed. Raises AlreadyDecided and
    MemberConflict.
    """
    lock(member)
    if not member.is_undecided:
        raise AlreadyDecided(member)
    check_version(member, version, MemberConflict)
