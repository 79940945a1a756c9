"""How long each kind of declared data is kept, in words, as the database and the code say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from privacy.models import RETENTION_RULES, RetentionKind, RetentionPeriod
from privacy.services.fixed_periods import FIXED_PERIODS
from privacy.services.purposes import DataKind

# The periods that staff set, or else the fixed ones, which apply to each kind of declared data.
PERIODS: Final[Mapping[str, Sequence[str]]] = {
    DataKind.DRAFTS: (
        "eoi_drafts",
        "kept_forms",
        "role_transfers",
        "link_requests",
    ),
    DataKind.SUSPECTED: (RetentionKind.SUSPECTED,),
    DataKind.DECLINED: (RetentionKind.DECLINED, RetentionKind.CLOSED),
    DataKind.WITHDRAWN: (RetentionKind.WITHDRAWN,),
    DataKind.MEMBERS: (
        "membership",
        RetentionKind.WITHDRAWN,
        RetentionKind.DECLINED,
        RetentionKind.CLOSED,
        RetentionKind.SUSPECTED,
        RetentionKind.FORMER_FOCAL_POINTS,
    ),
    DataKind.FORMER_FOCAL_POINTS: (RetentionKind.FORMER_FOCAL_POINTS,),
    DataKind.MESSAGES: (RetentionKind.MESSAGES,),
    DataKind.SUPPRESSIONS: ("suppressed_addresses", "unmatched_reports"),
    DataKind.SUBSCRIPTIONS: ("call_alerts", "unconfirmed_call_alerts"),
    DataKind.HISTORIES: (RetentionKind.HISTORIES,),
    DataKind.SIGN_IN_EVENTS: (RetentionKind.SIGN_IN_EVENTS, "sessions", "kept_sessions"),
    DataKind.READING_EVENTS: (RetentionKind.READING_EVENTS,),
    DataKind.RECORDS: ("exports",),
    DataKind.MEMBER_ACCOUNTS: (RetentionKind.FORMER_MEMBER_ACCOUNTS,),
    DataKind.STAFF_ACCOUNTS: (RetentionKind.FORMER_STAFF, RetentionKind.FORMER_MEMBER_ACCOUNTS),
    DataKind.COMMITMENTS: ("commitments",),
    DataKind.WORK: (RetentionKind.DRAFTS, "ended_letter_drafts", "bulk_runs"),
}


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods that hold now of those that staff set, by kind, read once for a page or file."""

    days: Mapping[str, int]

    @classmethod
    def read(cls) -> Self:
        """Read the periods with one query."""
        at = now()
        return cls({period.kind: period.days_at(at) for period in RetentionPeriod.objects.all()})

    def sentences(self, kind: str) -> list[str]:
        """Return how long one kind of declared data is kept, a sentence for each case."""
        return [self._sentence(key) for key in PERIODS[kind]]

    def in_words(self, kind: str) -> str:
        """Return these sentences as one text."""
        return "\n".join(self.sentences(kind))

    def _sentence(self, key: str) -> str:
        if key in self.days:
            return _("%(what)s: %(period)s, counted from %(event)s.") % {
                "what": RetentionKind(key).label,
                "period": period_in_words(timedelta(days=self.days[key])),
                "event": RETENTION_RULES[key].counted_from,
            }
        fixed = FIXED_PERIODS[key]
        facts = {"what": fixed.what, "event": fixed.ends}
        if fixed.period is None:
            return _("%(what)s. Deleted: %(event)s.") % facts
        return _("%(what)s: %(period)s %(event)s.") % {
            **facts,
            "period": period_in_words(fixed.period),
        }


def period_in_words(period: timedelta) -> str:
    """Return a period in days, or in hours or minutes if it is shorter."""
    if period >= timedelta(days=1):
        return ngettext("%(number)s day", "%(number)s days", period.days) % {"number": period.days}
    minutes = int(period.total_seconds() // 60)
    if minutes >= 60:
        return ngettext("%(number)s hour", "%(number)s hours", minutes // 60) % {
            "number": minutes // 60
        }
    return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
