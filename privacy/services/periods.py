"""Why data about people is kept and for how long, in words, as the privacy notice says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.services import invitations, known_browsers, sessions, sign_in_codes
from eoi.models.call_alert import UNCONFIRMED_LIFETIME
from eoi.services.drafts import DRAFT_LIFETIME, KEPT_FORM_LIFETIME
from inbox.services.raw_mail import KEPT_FOR as RAW_MAIL_KEPT_FOR
from members.services.focal_points import TRANSFER_EXPIRES_AFTER
from members.services.letter_drafts import KEPT_AFTER_UNDO_PERIOD
from members.services.private_links import PAGE_EXPIRES_AFTER
from outbox.services.delivery_events import UNMATCHED_FOR
from outbox.services.worker_health import HEARTBEAT_RETENTION
from privacy.models import RETENTION_RULES, RetentionKind, RetentionPeriod
from privacy.services.tables import DECLARED_TABLES, DataKind, Purpose
from triage.desk.services import bulk_runs

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
    DataKind.INCOMING: (
        "membership",
        RetentionKind.WITHDRAWN,
        RetentionKind.DECLINED,
        RetentionKind.CLOSED,
        RetentionKind.SUSPECTED,
        RetentionKind.MESSAGES,
        "raw_mail",
    ),
    DataKind.SUPPRESSIONS: ("suppressed_addresses", "unmatched_reports"),
    DataKind.SUBSCRIPTIONS: ("call_alerts", "unconfirmed_call_alerts"),
    DataKind.HISTORIES: (RetentionKind.HISTORIES,),
    DataKind.SIGN_IN_EVENTS: (RetentionKind.SIGN_IN_EVENTS, "sessions", "kept_sessions"),
    DataKind.READING_EVENTS: (RetentionKind.READING_EVENTS,),
    DataKind.RECORDS: ("exports",),
    DataKind.MEMBER_ACCOUNTS: (RetentionKind.FORMER_MEMBER_ACCOUNTS,),
    DataKind.STAFF_ACCOUNTS: (RetentionKind.FORMER_STAFF, RetentionKind.FORMER_MEMBER_ACCOUNTS),
    DataKind.COMMITMENTS: ("commitments",),
    DataKind.FRAMEWORKS: ("frameworks",),
    DataKind.OPPORTUNITIES: ("opportunities",),
    DataKind.WORK: (RetentionKind.DRAFTS, "ended_letter_drafts", "bulk_runs"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedPeriod:
    """What is kept for a period that no page can change. Without a period, until something ends."""

    what: str | Promise
    ends: str | Promise
    period: timedelta | None = None

    @property
    def length(self) -> str:
        return period_in_words(self.period) if self.period is not None else ""


# By the key that declarations of personal data use.
FIXED_PERIODS: Final[Mapping[str, FixedPeriod]] = {
    "kept_forms": FixedPeriod(
        what=gettext_lazy("What is typed into the form of an expression of interest"),
        period=KEPT_FORM_LIFETIME,
        ends=gettext_lazy("after it was last typed, or once it is sent"),
    ),
    "eoi_drafts": FixedPeriod(
        what=gettext_lazy("Drafts of expressions of interest, with the address for their link"),
        period=DRAFT_LIFETIME,
        ends=gettext_lazy("after the draft was last saved, or once it is sent"),
    ),
    "private_pages": FixedPeriod(
        what=gettext_lazy("Private links to the page of an expression of interest"),
        period=PAGE_EXPIRES_AFTER,
        ends=gettext_lazy("after the expression of interest was declined, withdrawn or closed"),
    ),
    "role_transfers": FixedPeriod(
        what=gettext_lazy("People who were asked to take over a role"),
        period=TRANSFER_EXPIRES_AFTER,
        ends=gettext_lazy("after they were asked, or once they answer"),
    ),
    "unconfirmed_call_alerts": FixedPeriod(
        what=gettext_lazy("Addresses for the next call that nobody confirmed"),
        period=UNCONFIRMED_LIFETIME,
        ends=gettext_lazy("after they were entered"),
    ),
    "call_alerts": FixedPeriod(
        what=gettext_lazy("Confirmed addresses for the next call"),
        ends=gettext_lazy("once the email about the call was sent"),
    ),
    "link_requests": FixedPeriod(
        what=gettext_lazy("Requests for a lost link"),
        ends=gettext_lazy("once they are answered, within minutes"),
    ),
    "ended_letter_drafts": FixedPeriod(
        what=gettext_lazy("Drafts of letters about a decision that was made"),
        period=KEPT_AFTER_UNDO_PERIOD,
        ends=gettext_lazy("after the decision can no longer be undone"),
    ),
    "bulk_runs": FixedPeriod(
        what=gettext_lazy("Bulk actions, with their results"),
        period=bulk_runs.KEPT_FOR,
        ends=gettext_lazy("after they were confirmed"),
    ),
    "invitations": FixedPeriod(
        what=gettext_lazy("Links of invitations to new staff"),
        period=invitations.LIFETIME,
        ends=gettext_lazy("after they were sent, or once they are used"),
    ),
    "sign_in_codes": FixedPeriod(
        what=gettext_lazy("Codes to sign in"),
        period=sign_in_codes.CODE_LIFETIME,
        ends=gettext_lazy("after they were sent, or once they are used"),
    ),
    "sessions": FixedPeriod(
        what=gettext_lazy("Sessions"),
        period=timedelta(seconds=settings.SESSION_COOKIE_AGE),
        ends=gettext_lazy("after the sign-in, or at the sign-out"),
    ),
    "kept_sessions": FixedPeriod(
        what=gettext_lazy("Sessions of people who stay signed in"),
        period=sessions.KEPT_FOR,
        ends=gettext_lazy("after the last visit, or at the sign-out"),
    ),
    "known_browsers": FixedPeriod(
        what=gettext_lazy("The cookie by which a browser is recognised"),
        period=known_browsers.LASTS,
        ends=gettext_lazy("after the last sign-in"),
    ),
    "unmatched_reports": FixedPeriod(
        what=gettext_lazy("Reports of mail providers that belong to no message"),
        period=UNMATCHED_FOR,
        ends=gettext_lazy("after they arrived"),
    ),
    "raw_mail": FixedPeriod(
        what=gettext_lazy("Received emails as they came, with all their headers"),
        period=RAW_MAIL_KEPT_FOR,
        ends=gettext_lazy("after they arrived"),
    ),
    "heartbeats": FixedPeriod(
        what=gettext_lazy("Signs of life of processes, without personal data"),
        period=HEARTBEAT_RETENTION,
        ends=gettext_lazy("after the last one"),
    ),
    "rate_limits": FixedPeriod(
        what=gettext_lazy("Counts of attempts, without names or addresses"),
        ends=gettext_lazy("soon after the limit has ended"),
    ),
    "suppressed_addresses": FixedPeriod(
        what=gettext_lazy("Addresses to which nothing is sent"),
        ends=gettext_lazy("never; once their owner is erased, only a code of the address is kept"),
    ),
    "membership": FixedPeriod(
        what=gettext_lazy("The data of members, of their focal points and of their accounts"),
        ends=gettext_lazy("with the retention period that begins when they leave"),
    ),
    "public_record": FixedPeriod(
        what=gettext_lazy("Published commitments, Action Frameworks, meetings and papers"),
        ends=gettext_lazy("never; they name organisations, not people"),
    ),
    "commitments": FixedPeriod(
        what=gettext_lazy(
            "Commitments, with the names of those who acted and the contacts of partners"
        ),
        ends=gettext_lazy("never; names and contacts are removed when a person is erased"),
    ),
    "frameworks": FixedPeriod(
        what=gettext_lazy(
            "Action Frameworks, with the names of those who proposed, supported and answered"
        ),
        ends=gettext_lazy("never; names are removed when a person is erased"),
    ),
    "opportunities": FixedPeriod(
        what=gettext_lazy(
            "Needs and offers, with what members wrote about them and the names of those who acted"
        ),
        ends=gettext_lazy(
            "never; names are removed when a person is erased, and messages with the organisation "
            "that wrote them"
        ),
    ),
    "exports": FixedPeriod(
        what=gettext_lazy("Records of exports and imports: who, when and how many rows"),
        ends=gettext_lazy("never; the files themselves are not kept"),
    ),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """Records that are kept for the same purpose and for the same time."""

    purpose: str
    records: Sequence[str]
    periods: Sequence[str]


def notice_rows() -> list[NoticeRow]:
    """Return the rows of the notice in the order of the purposes, with one query."""
    periods = Periods.read()
    names: dict[tuple[str, str], list[str]] = {}
    for table in DECLARED_TABLES:
        # Earlier versions are kept for the period of histories, which is in the table too.
        names.setdefault((table.purpose, table.retention), []).append(capfirst(str(table.name)))
    order = list(Purpose.values)
    return [
        NoticeRow(
            purpose=str(Purpose(purpose).label),
            records=records,
            periods=periods.sentences(retention),
        )
        for (purpose, retention), records in sorted(
            names.items(), key=lambda row: order.index(row[0][0])
        )
    ]
