"""A member's file while somebody changes it: locked, compared with what they saw, saved."""

from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Conflict
from core.dates import GENEVA, moment_in_words
from core.history import attribute_history
from members.models import CHANGING_NOTHING, FocalPoint, Member, TimelineEntry

# By seconds from then on.
VERSIONS_BEGIN: Final = datetime(2020, 1, 1, tzinfo=UTC)


class MemberConflict(Conflict):
    """The file changed after the person opened it; `entry` is what happened last."""

    def __init__(self, member: Member) -> None:
        # By number: the clock was read before the lock, where somebody may have waited.
        entries = member.timeline.exclude(kind__in=CHANGING_NOTHING)
        self.entry = entries.order_by("-pk").first()
        super().__init__(
            _(
                "The file has changed since you opened it. %(what_happened)s Nothing of yours "
                "was saved: look at the file, then decide again."
            )
            % {"what_happened": what_happened(self.entry)}
        )


def lock(member: Member) -> None:
    """Refresh a member and lock its row until the transaction ends.

    Its key stays as it is, so that what only refers to the row, such as an entry on its timeline,
    waits for nobody: two who each hold one of two files do not wait for each other for ever.
    """
    member.refresh_from_db(from_queryset=Member.objects.select_for_update(no_key=True))


def lock_both(one: Member, other: Member) -> None:
    """Lock two members, whoever names them in the same order."""
    for member in sorted((one, other), key=lambda each: each.pk):
        lock(member)


def check_version(member: Member, version: int | None) -> None:
    """Compare a locked member with the version that the person had on screen, if any.

    Raises MemberConflict where the file has moved on.
    """
    if version is not None and member.version != version:
        raise MemberConflict(member)


def save_next_version(
    member: Member, *fields: str, by: User | FocalPoint | None, at: datetime
) -> None:
    """Save some fields of a locked member, as its next version, in the name of `by`."""
    member.version += 1
    attribute_history(member, by, at)
    member.save(update_fields=[*fields, "version"])


def what_happened(entry: TimelineEntry | None) -> str:
    """Return one sentence on who did what and when, in Geneva time."""
    if entry is None:
        return ""
    return _("%(what)s: %(name)s, %(when)s.") % {
        "what": entry.get_kind_display(),
        "name": entry.by_name or _("the portal"),
        "when": moment_in_words(entry.at, GENEVA),
    }


def first_version(at: datetime) -> int:
    """Return the version that a draft begins with: by the clock, above those of any that is gone.

    Nothing is kept of a draft that was deleted. A page that still shows it must not pass for one
    that shows what was begun in its place.
    """
    return int((at - VERSIONS_BEGIN).total_seconds())
