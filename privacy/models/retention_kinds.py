"""The kinds of personal data that are kept for a number of days, with their first values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Twenty years. It only catches typing errors.
MAX_DAYS: Final = 7300


class RetentionKind(models.TextChoices):
    DRAFTS = "drafts", _("Drafts of letters")
    DECLINED = "declined", _("Declined expressions of interest")
    WITHDRAWN = "withdrawn", _("Withdrawn expressions of interest")
    CLOSED = "closed", _("Expressions of interest closed as a duplicate or as abandoned")
    SUSPECTED = "suspected", _("Expressions of interest closed as suspected spam")
    FORMER_FOCAL_POINTS = "former_focal_points", _("Former focal points")
    FORMER_MEMBER_ACCOUNTS = "former_member_accounts", _("Accounts of former focal points")
    FORMER_STAFF = "former_staff", _("Accounts of former staff")
    MESSAGES = "messages", _("Messages")
    HISTORIES = "histories", _("Histories and timelines")
    SIGN_IN_EVENTS = "sign_in_events", _("Sign-ins")
    READING_EVENTS = "reading_events", _("Records of who read personal data")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """What staff read about one kind, its first number of days, and the lowest that is allowed.

    `note` is for ITU's legal unit: why the first value is so long.
    """

    first_days: int
    min_days: int
    counted_from: str | Promise
    deleted: str | Promise
    kept: str | Promise
    note: str | Promise


DELETED_DATA: Final = _(
    "The names, addresses and numbers of its focal points, its name and its answers with their "
    "files, its notes and opinions, and the recipients and texts of its messages."
)
REMAINING_DATA: Final = _(
    "The reference, the status, the category, the country, the focus areas, the roles and all "
    "dates, so that all figures stay the same."
)

RETENTION_RULES: Final[Mapping[str, RetentionRule]] = {
    RetentionKind.DRAFTS: RetentionRule(
        first_days=365,
        min_days=30,
        counted_from=_("the day on which the draft was last saved"),
        deleted=_("Letters that an officer began and never sent."),
        kept=_("Nothing."),
        note=_("A year is longer than any call. Officers can discard a draft earlier."),
    ),
    RetentionKind.DECLINED: RetentionRule(
        first_days=1095,
        min_days=180,
        counted_from=_("the day of the decision"),
        deleted=DELETED_DATA,
        kept=REMAINING_DATA,
        note=_(
            "Three years, so that questions about a decision can be answered during the call and "
            "the two that follow."
        ),
    ),
    RetentionKind.WITHDRAWN: RetentionRule(
        first_days=1095,
        min_days=180,
        counted_from=_("the day of the withdrawal"),
        deleted=DELETED_DATA,
        kept=REMAINING_DATA,
        note=_("Three years, as for those that were declined. Members that left are part of it."),
    ),
    RetentionKind.CLOSED: RetentionRule(
        first_days=730,
        min_days=180,
        counted_from=_("the day on which it was closed"),
        deleted=DELETED_DATA,
        kept=REMAINING_DATA,
        note=_("Two years. A closing sends no letter, so the organisation may still ask."),
    ),
    RetentionKind.SUSPECTED: RetentionRule(
        first_days=365,
        min_days=120,
        counted_from=_("the day on which it was closed"),
        deleted=DELETED_DATA,
        kept=REMAINING_DATA,
        note=_("A year, so that a real organisation that was taken for spam can still complain."),
    ),
    RetentionKind.FORMER_FOCAL_POINTS: RetentionRule(
        first_days=730,
        min_days=90,
        counted_from=_("the day on which another person took over the role"),
        deleted=_("The name, the address and the number of the former person, in each history."),
        kept=_("That the role was taken over, and on which day."),
        note=_("Two years, so that it can be found out with whom something was agreed."),
    ),
    RetentionKind.FORMER_MEMBER_ACCOUNTS: RetentionRule(
        first_days=730,
        min_days=90,
        counted_from=_("the day on which the account was deactivated"),
        deleted=_("The name and the address of the account, and its preferences."),
        kept=_("An account without a name, so that what it did still has an author."),
        note=_("Two years, as for former focal points."),
    ),
    RetentionKind.FORMER_STAFF: RetentionRule(
        first_days=1095,
        min_days=180,
        counted_from=_("the day on which the account was deactivated"),
        deleted=_("The name and the address of the account, also where its actions are listed."),
        kept=_("An account without a name. Its actions are listed as those of former staff."),
        note=_("Three years: people who ask about a decision may ask who made it."),
    ),
    RetentionKind.MESSAGES: RetentionRule(
        first_days=1095,
        min_days=180,
        counted_from=_("the day on which the message was sent, failed or was cancelled"),
        deleted=_("The recipient, the subject, the text, and what mail servers answered."),
        kept=_("The kind of the message, its times, and whether it arrived."),
        note=_("Three years, as long as the decisions that the messages are about."),
    ),
    RetentionKind.HISTORIES: RetentionRule(
        first_days=1825,
        min_days=365,
        counted_from=_("the day of the change"),
        deleted=_("The old and new values of fields with personal data, and the author's name."),
        kept=_("When something was changed, which fields, and by which role."),
        note=_("Five years, the usual period of an audit. Current values are not part of it."),
    ),
    RetentionKind.SIGN_IN_EVENTS: RetentionRule(
        first_days=365,
        min_days=90,
        counted_from=_("the day of the sign-in, successful or not"),
        deleted=_("The whole record."),
        kept=_("Nothing."),
        note=_("A year: misuse of an account is often found only months later."),
    ),
    RetentionKind.READING_EVENTS: RetentionRule(
        first_days=730,
        min_days=180,
        counted_from=_("the day on which a member of staff read the data"),
        deleted=_("The whole record."),
        kept=_("Nothing."),
        note=_("Two years, so that a person can ask who read their data."),
    ),
}
