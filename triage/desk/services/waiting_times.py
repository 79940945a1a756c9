"""Describes how long a member has waited, and for whom."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Member, MemberStatus
from members.services.response_times import (
    day_in_geneva,
    days_waiting,
    response_of_member_due_on,
)

WEEK: Final = timedelta(days=7)


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


def due_in_words(member: Member, at: datetime) -> str:
    """Return by which day a member was promised an answer; empty if it does not wait for staff.

    A day of the coming week is named. The member comes from `with_waiting_since()`, with its call.
    """
    if member.status != MemberStatus.PENDING:
        return ""
    last_day, today = response_of_member_due_on(member), day_in_geneva(at)
    if last_day == today:
        return _("due today")
    is_near = today < last_day < today + WEEK
    return _("due %(day)s") % {"day": date_format(last_day, "D" if is_near else "j M")}
