"""The choices of commitments. Stages follow IATI 2.03, novelty the OECD's creditor reporting.

An amount has a stage: pledged (IATI transaction type 12), firm (2) or paid (3). Pledged and firm
are disjoint, and together they are promised. Paid is a part of both, and never added.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CommitmentType(models.TextChoices):
    FINANCIAL = "financial", _("Financial")
    PROGRAMMATIC = "programmatic", _("Programmatic")
    POLICY = "policy", _("Policy")
    ADVOCACY = "advocacy", _("Advocacy")


class CommitmentStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    INFORMATION_REQUESTED = "information_requested", _("Information requested")
    ANSWERED = "answered", _("Answered")
    APPROVED = "approved", _("Approved, waits for its announcement")
    PUBLISHED = "published", _("Published")
    ENDED = "ended", pgettext_lazy("of a commitment", "Ended")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SUPERSEDED = "superseded", _("Superseded")


# Wait for a decision of staff.
UNDECIDED = (
    CommitmentStatus.SUBMITTED,
    CommitmentStatus.INFORMATION_REQUESTED,
    CommitmentStatus.ANSWERED,
)
# Everybody can read these in the register, with their reports.
PUBLIC = (
    CommitmentStatus.PUBLISHED,
    CommitmentStatus.ENDED,
    CommitmentStatus.WITHDRAWN,
    CommitmentStatus.SUPERSEDED,
)
# Their amounts can count in totals.
STATUSES_IN_FORCE = (CommitmentStatus.PUBLISHED, CommitmentStatus.ENDED)


class Novelty(models.TextChoices):
    NEW = "new", pgettext_lazy("of a commitment", "New")
    EXPANDS = "expands", _("Expands what exists")
    ANNOUNCED = "announced", _("Announced before")


class Stage(models.TextChoices):
    PLEDGED = "pledged", _("Pledged")
    FIRM = "firm", _("Firm")
    PAID = "paid", _("Paid")


class Instrument(models.TextChoices):
    GRANT = "grant", _("Grant")
    LOAN = "loan", _("Loan")
    EQUITY = "equity", _("Equity")
    GUARANTEE = "guarantee", _("Guarantee")
    OWN_INVESTMENT = "own_investment", _("Own investment")
    DOMESTIC_BUDGET = "domestic_budget", _("Domestic budget")
    IN_KIND = "in_kind", _("In kind")


class NotCounted(models.TextChoices):
    """Why an amount is in no total. The public reads the reason."""

    ANNOUNCED_BEFORE = "announced_before", _("Announced before")
    JOINT = "joint", _("Counted in a joint commitment")
    DUPLICATE = "duplicate", _("The same money as another amount")
    CONDITIONAL = "conditional", _("Depends on others")
    # Never stored: it follows from `Amount.contributor_answer`.
    NOT_CONFIRMED = "not_confirmed", _("Not confirmed by the contributor")


# The reasons that the lead or staff state, or that the portal finds.
STORED_REASONS = tuple(reason for reason in NotCounted if reason != NotCounted.NOT_CONFIRMED)
# The money counts in another amount: `Amount.counted_in` says in which commitment that is.
COUNTED_ELSEWHERE = (NotCounted.JOINT, NotCounted.DUPLICATE)


class CountingBy(models.TextChoices):
    """Who decided whether an amount counts, if it is not as the lead states it."""

    PORTAL = "portal", _("The portal")
    STAFF = "staff", _("Staff")


class EnglishBy(models.TextChoices):
    """Who wrote the title and the sentence in English of a commitment in another language."""

    LEAD = "lead", _("English by the lead")
    DESK = "desk", _("English by the coalition’s desk")


class PartnerRole(models.TextChoices):
    CO_PLEDGER = "co_pledger", _("Makes the commitment with the lead")
    IMPLEMENTER = "implementer", _("Carries it out")
    HOST = "host", _("Host")


class PartnerAnswer(models.TextChoices):
    NOT_INVITED = "not_invited", _("Not invited yet")
    INVITED = "invited", _("Invited")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", pgettext_lazy("of a partner", "Declined")


class ContributorAnswer(models.TextChoices):
    """What the partner that gives an amount has answered, if it is not the lead that gives it."""

    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", pgettext_lazy("of a partner", "Declined")
    # It goes on counting. No amount gets this value after version 1.0.
    NOT_ASKED = "not_asked", _("Published before contributors were asked")


class HostAnswer(models.TextChoices):
    """What the host's member says of a commitment. Only staff see the last one."""

    SUPPORTS = "supports", _("Supports it")
    KNOWS = "knows", _("Knows of it")
    DOES_NOT_KNOW = "does_not_know", _("Does not know of it")


class ChangeStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ACCEPTED = "accepted", pgettext_lazy("of a change", "Published")
    DECLINED = "declined", pgettext_lazy("of a change", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a change", "Withdrawn")


class ReportStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SENT = "sent", pgettext_lazy("of a report", "Sent")
    QUESTION_ASKED = "question_asked", _("Question asked")
    PUBLISHED = "published", pgettext_lazy("of a report", "Published")


class ReportStep(models.TextChoices):
    """When a report is asked for, before, on and after an anniversary of the publication.

    Version 1.0 does not know the last two, and ignores the rows that have them.
    """

    BEFORE = "before", _("30 days before")
    DUE = "due", _("On the day")
    AFTER = "after", _("30 days after")
    ALTERNATE = "alternate", _("45 days after")
    OTHERS = "others", _("60 days after")


class Condition(models.TextChoices):
    """How a commitment stands. It is computed from targets, reports and the day, never typed."""

    ON_COURSE = "on_course", _("On course")
    BEHIND = "behind", _("Behind")
    REACHED = "reached", _("Reached")
    REACHED_LATE = "reached_late", _("Reached late")
    NOT_REACHED = "not_reached", _("Not reached")
    # The day of a target has passed, and no report says whether it is reached.
    UNREPORTED = "unreported", _("Not reported as reached")
    NO_REPORT = "no_report", _("No report yet")
    # Reports were published, but none has a value of a target.
    NO_VALUE = "no_value", _("No value yet")
    OVERDUE = "overdue", _("Report overdue")
    INACTIVE = "inactive", _("Inactive")


# The conditions that version 1.0 knows. It may read and write `Commitment.condition` meanwhile.
KNOWN_BEFORE = tuple(
    each for each in Condition if each not in (Condition.UNREPORTED, Condition.NO_VALUE)
)
# In force, with something that the lead owes: staff look after it.
LATE = (Condition.NOT_REACHED, Condition.UNREPORTED, Condition.OVERDUE, Condition.INACTIVE)


class Topic(models.TextChoices):
    """The topics of ITU's Universal and Meaningful Connectivity."""

    PEOPLE = "people", _("People")
    HOMES = "homes", _("Homes")
    BUSINESSES = "businesses", _("Businesses")
    AFFORDABILITY = "affordability", _("Affordability")
    SCHOOLS = "schools", _("Schools")
    INFRASTRUCTURE = "infrastructure", _("Infrastructure")
