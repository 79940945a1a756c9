"""Describes how long a member has waited, and for whom."""

from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Member, MemberStatus


def waiting_in_words(member: Member, at: datetime) -> str:
    """Return how many days a member has waited and for whom; empty if it is decided.

    The member comes from `with_waiting_since()`. Days are calendar days of the staff: an EOI from
    last night arrived yesterday.
    """
    days = _days_waiting(member, at)
    if member.status == MemberStatus.PENDING:
        if days == 0:
            return _("waiting for us since today")
        return ngettext("waiting for us: %(days)d day", "waiting for us: %(days)d days", days) % {
            "days": days
        }
    if member.status == MemberStatus.INFORMATION_REQUESTED:
        if days == 0:
            return _("waiting for the organisation since today")
        return ngettext(
            "waiting for the organisation: %(days)d day",
            "waiting for the organisation: %(days)d days",
            days,
        ) % {"days": days}
    return ""


def waiting_days_in_words(member: Member, at: datetime) -> str:
    """Return how many days a member has waited; empty if it is decided."""
    if not member.is_undecided:
        return ""
    days = _days_waiting(member, at)
    if days == 0:
        return _("today")
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def _days_waiting(member: Member, at: datetime) -> int:
    since: datetime = member.waiting_since  # type: ignore[attr-defined]
    return (localdate(at) - localdate(since)).days
