"""How long a file has waited, and on whom, in words."""

from datetime import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Member, MemberStatus


def waiting_in_words(member: Member, at: datetime) -> str:
    """Return since how many days a file waits and on whom, and nothing where it is decided.

    The member is one of `with_waiting_since()`. Days are those of the staff's own calendar:
    what came last night came yesterday.
    """
    since: datetime = member.waiting_since  # type: ignore[attr-defined]
    days = (localdate(at) - localdate(since)).days
    if member.status == MemberStatus.PENDING:
        if days == 0:
            return _("today, on us")
        return ngettext("%(days)d day, on us", "%(days)d days, on us", days) % {"days": days}
    if member.status == MemberStatus.INFORMATION_REQUESTED:
        if days == 0:
            return _("today, on them")
        return ngettext("%(days)d day, on them", "%(days)d days, on them", days) % {"days": days}
    return ""
