"""The retention periods that the code sets, and that staff can see but not change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.services import invitations, known_browsers, sessions, sign_in_codes
from eoi.models.call_alert import UNCONFIRMED_LIFETIME
from eoi.services.drafts import DRAFT_LIFETIME, KEPT_FORM_LIFETIME
from members.services.focal_points import TRANSFER_EXPIRES_AFTER
from members.services.letter_drafts import KEPT_AFTER_UNDO_PERIOD
from members.services.private_links import PAGE_EXPIRES_AFTER
from outbox.services.delivery_events import UNMATCHED_FOR
from outbox.services.worker_health import HEARTBEAT_RETENTION
from triage.desk.services import bulk_runs


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedPeriod:
    """What is kept for a period that no page can change. Without a period, until something ends."""

    what: str | Promise
    ends: str | Promise
    period: timedelta | None = None

    @property
    def length(self) -> str:
        """The period in words, in days if it has any; empty without a period."""
        if self.period is None:
            return ""
        days, minutes = self.period.days, self.period.seconds // 60
        if days:
            return ngettext("%(number)d day", "%(number)d days", days) % {"number": days}
        hours = minutes // 60
        if hours:
            return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}


# By the key that declarations of personal data use.
FIXED_PERIODS: Final[Mapping[str, FixedPeriod]] = {
    "kept_forms": FixedPeriod(
        what=_("What is typed into the form of an expression of interest"),
        period=KEPT_FORM_LIFETIME,
        ends=_("after it was last typed, or once it is sent"),
    ),
    "eoi_drafts": FixedPeriod(
        what=_("Drafts of expressions of interest, with the address for their link"),
        period=DRAFT_LIFETIME,
        ends=_("after the draft was last saved, or once it is sent"),
    ),
    "private_pages": FixedPeriod(
        what=_("Private links to the page of an expression of interest"),
        period=PAGE_EXPIRES_AFTER,
        ends=_("after the expression of interest was declined, withdrawn or closed"),
    ),
    "role_transfers": FixedPeriod(
        what=_("People who were asked to take over a role"),
        period=TRANSFER_EXPIRES_AFTER,
        ends=_("after they were asked, or once they answer"),
    ),
    "unconfirmed_call_alerts": FixedPeriod(
        what=_("Addresses for the next call that nobody confirmed"),
        period=UNCONFIRMED_LIFETIME,
        ends=_("after they were entered"),
    ),
    "call_alerts": FixedPeriod(
        what=_("Confirmed addresses for the next call"),
        ends=_("once the email about the call was sent"),
    ),
    "link_requests": FixedPeriod(
        what=_("Requests for a lost link"),
        ends=_("once they are answered, within minutes"),
    ),
    "ended_letter_drafts": FixedPeriod(
        what=_("Drafts of letters about a decision that was made"),
        period=KEPT_AFTER_UNDO_PERIOD,
        ends=_("after the decision can no longer be undone"),
    ),
    "bulk_runs": FixedPeriod(
        what=_("Bulk actions, with their results"),
        period=bulk_runs.KEPT_FOR,
        ends=_("after they were confirmed"),
    ),
    "invitations": FixedPeriod(
        what=_("Links of invitations to new staff"),
        period=invitations.LIFETIME,
        ends=_("after they were sent, or once they are used"),
    ),
    "sign_in_codes": FixedPeriod(
        what=_("Codes to sign in"),
        period=sign_in_codes.CODE_LIFETIME,
        ends=_("after they were sent, or once they are used"),
    ),
    "sessions": FixedPeriod(
        what=_("Sessions"),
        period=timedelta(seconds=settings.SESSION_COOKIE_AGE),
        ends=_("after the sign-in, or at the sign-out"),
    ),
    "kept_sessions": FixedPeriod(
        what=_("Sessions of people who stay signed in"),
        period=sessions.KEPT_FOR,
        ends=_("after the last visit, or at the sign-out"),
    ),
    "known_browsers": FixedPeriod(
        what=_("The cookie by which a browser is recognised"),
        period=known_browsers.LASTS,
        ends=_("after the last sign-in"),
    ),
    "unmatched_reports": FixedPeriod(
        what=_("Reports of mail providers that belong to no message"),
        period=UNMATCHED_FOR,
        ends=_("after they arrived"),
    ),
    "heartbeats": FixedPeriod(
        what=_("Signs of life of processes, without personal data"),
        period=HEARTBEAT_RETENTION,
        ends=_("after the last one"),
    ),
    "rate_limits": FixedPeriod(
        what=_("Counts of attempts, without names or addresses"),
        ends=_("soon after the limit has ended"),
    ),
    "suppressed_addresses": FixedPeriod(
        what=_("Addresses to which nothing is sent"),
        ends=_("never; once their owner is erased, only a code of the address is kept"),
    ),
    "membership": FixedPeriod(
        what=_("The data of members, of their focal points and of their accounts"),
        ends=_("with the retention period that begins when they leave"),
    ),
    "public_record": FixedPeriod(
        what=_("Published commitments, meetings and papers"),
        ends=_("never; they name organisations, not people"),
    ),
    "commitments": FixedPeriod(
        what=_("Commitments, with the names of those who acted and the contacts of partners"),
        ends=_("never; names and contacts are removed when a person is erased"),
    ),
    "exports": FixedPeriod(
        what=_("Records of exports and imports: who, when and how many rows"),
        ends=_("never; the files themselves are not kept"),
    ),
}
