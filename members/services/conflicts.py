"""Edit conflicts of a member, and what happened to it last."""

from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _

from core.conflicts import Conflict, lock
from core.dates import GENEVA, format_datetime
from members.models import KINDS_WITHOUT_CHANGE, Member, TimelineEntry

# By seconds from then on.
VERSIONS_BEGIN: Final = datetime(2020, 1, 1, tzinfo=UTC)


class MemberConflict(Conflict):
    """The file changed after the person opened it; `entry` is what happened last."""

    def __init__(self, member: Member) -> None:
        # By number: the clock was read before the lock, where somebody may have waited.
        entries = member.timeline.exclude(kind__in=KINDS_WITHOUT_CHANGE)
        self.entry = entries.order_by("-pk").first()
        super().__init__(
            _(
                "The file has changed since you opened it. %(what_happened)s Nothing of yours "
                "was saved: look at the file, then decide again."
            )
            % {"what_happened": last_change_in_words(self.entry)}
        )


def lock_pair(one: Member, other: Member) -> None:
    """Lock two members, whoever names them in the same order."""
    for member in sorted((one, other), key=lambda each: each.pk):
        lock(member)


def last_change_in_words(entry: TimelineEntry | None) -> str:
    """Return one sentence on who did what and when, in Geneva time."""
    if entry is None:
        return ""
    return _("%(what)s: %(name)s, %(when)s.") % {
        "what": entry.get_kind_display(),
        "name": entry.by_name or _("the portal"),
        "when": format_datetime(entry.at, GENEVA),
    }


def first_version(at: datetime) -> int:
    """Return the version that a draft begins with: by the clock, above those of any that is gone.

    Nothing is kept of a draft that was deleted. A page that still shows it must not pass for one
    that shows what was begun in its place.
    """
    return int((at - VERSIONS_BEGIN).total_seconds())
