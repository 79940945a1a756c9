"""Describes how long a member has waited, and for whom."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Member, MemberStatus
from members.services.response_times import days_waiting


def waiting_in_words(member: Member, at: datetime) -> str:
    """Return how many days a member has waited and for whom; empty if it is decided.

    The member comes from `with_waiting_since()`.
    """
    days = days_waiting(member, at=at)
    if days is None:
        return ""
    if member.status == MemberStatus.PENDING:
        if days == 0:
            return _("waiting for us since today")
        return ngettext("waiting for us: %(days)d day", "waiting for us: %(days)d days", days) % {
            "days": days
        }
    if days == 0:
        return _("waiting for the organisation since today")
    return ngettext(
        "waiting for the organisation: %(days)d day",
        "waiting for the organisation: %(days)d days",
        days,
    ) % {"days": days}


def waiting_days_in_words(member: Member, at: datetime) -> str:
    """Return how many days a member has waited; empty if it is decided."""
    days = days_waiting(member, at=at)
    if days is None:
        return ""
    if days == 0:
        return _("today")
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
