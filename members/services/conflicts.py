"""Edit conflicts and wrong statuses: of any row with a timeline, and of a member."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _

from core.conflicts import Conflict, Refused, Row, check_version, lock
from core.dates import GENEVA, format_datetime
from members.models import KINDS_WITHOUT_CHANGE, BaseEntry, Member, Origin

# The version of a draft starts as the seconds since this time.
VERSIONS_BEGIN: Final = datetime(2020, 1, 1, tzinfo=UTC)


class WrongStatus(Refused):
    """The status of a row does not allow this step; the message says what set the status."""


def lock_in_status(
    row: Row,
    statuses: Collection[str],
    version: int | None = None,
    *,
    wrong_status: Callable[[Row], WrongStatus],
    conflict: Callable[[Row], Conflict],
) -> None:
    """Lock a row that must have one of some statuses, and the version that the page showed.

    Raises WrongStatus, which takes precedence, and Conflict.
    """
    lock(row)
    if row.status not in statuses:  # type: ignore[attr-defined]
        raise wrong_status(row)
    check_version(row, version, conflict)


def member_conflict(member: Member) -> Conflict:
    """Return the refusal if a member changed after the user opened the page."""
    # Ordered by number: times may be out of order, because the clock is read before the lock.
    entries = member.timeline.exclude(kind__in=KINDS_WITHOUT_CHANGE)
    return Conflict(
        _(
            "The organisation has changed since you opened it. %(what_happened)s Your changes were "
            "not saved. Review it, then decide again."
        )
        % {"what_happened": last_change_in_words(entries.order_by("-pk").first())}
    )


def check_not_sent_again(member: Member) -> None:
    """Raise Refused (sent_again) if another active member has the answers of an ended one."""
    same = Member.objects.with_same_answers(member.call, member.answers_digest)
    other = same.exclude(pk=member.pk).first() if member.origin == Origin.FORM else None
    if other is not None:
        raise Refused(
            _("The organisation sent the same answers again as %(reference)s. Decide on that one.")
            % {"reference": other.reference},
            code="sent_again",
        )


def lock_pair(one: Member, other: Member) -> None:
    """Lock two members, always in the same order, to prevent deadlocks."""
    for member in sorted((one, other), key=lambda each: each.pk):
        lock(member)


def last_change_in_words(entry: BaseEntry | None) -> str:
    """Return one sentence that says who did what and when, in Geneva time."""
    if entry is None:
        return ""
    return _("%(what)s: %(name)s, %(when)s.") % {
        "what": entry,
        "name": entry.by_name or _("the portal"),
        "when": format_datetime(entry.at, GENEVA),
    }


def first_version(at: datetime) -> int:
    """Return the first version of a new draft: the seconds since VERSIONS_BEGIN.

    It is higher than the version of any deleted draft. So a page that still shows a deleted draft
    conflicts with the new one.
    """
    return int((at - VERSIONS_BEGIN).total_seconds())
