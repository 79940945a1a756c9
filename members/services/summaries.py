"""What staff say about an organisation in a few words of English. It binds nobody."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import NothingChanged, Refused, check_version, lock, save_next_version
from members.models import MAX_SUMMARY_LENGTH, Member, TimelineEntry, TimelineKind
from members.services.conflicts import member_conflict
from members.services.exceptions import check_has_personal_data
from members.services.timeline import add_entry


@transaction.atomic
def save_summary(
    *,
    member: Member,
    summary: str,
    is_public: bool,
    by: User,
    at: datetime,
    version: int | None = None,
) -> TimelineEntry:
    """Save the English summary of a member in any status, as one paragraph; empty removes it.

    Its public page shows it only with `is_public`. An empty one is never public.

    Raises NothingChanged, Refused (personal_data_deleted, too_long) and Conflict.
    """
    summary = " ".join(summary.split())
    if len(summary) > MAX_SUMMARY_LENGTH:
        raise Refused(
            _("Shorten the summary to at most %(number)d characters.")
            % {"number": MAX_SUMMARY_LENGTH},
            code="too_long",
        )
    is_public = is_public and bool(summary)
    lock(member)
    check_has_personal_data(member)
    check_version(member, version, member_conflict)
    if (member.summary, member.summary_is_public) == (summary, is_public):
        raise NothingChanged

    member.summary, member.summary_is_public = summary, is_public
    save_next_version(member, "summary", "summary_is_public", by=by, at=at)

    return add_entry(member, TimelineKind.SUMMARISED, by=by, at=at)
