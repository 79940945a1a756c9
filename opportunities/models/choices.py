"""The choices of needs and offers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OpportunityKind(models.TextChoices):
    NEED = "need", _("Need")
    OFFER = "offer", _("Offer")


class OpportunityStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("of a need or offer", "Not sent")
    SENT = "sent", pgettext_lazy("of a need or offer", "Sent")
    QUESTION_ASKED = "question_asked", pgettext_lazy("of a need or offer", "Question asked")
    OPEN = "open", pgettext_lazy("of a need or offer", "Open")
    COMMITTED = "committed", _("A commitment was made")
    AGREED = "agreed", _("Agreed otherwise")
    NOTHING = "nothing", _("Nothing came of it")
    EXPIRED = "expired", pgettext_lazy("of a need or offer", "Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a need or offer", "Withdrawn")
    # By staff, before or after publication. Nobody but its member reads it any more.
    CLOSED_BY_STAFF = "closed_by_staff", _("Closed by our team")


# Wait for staff, or for the answer to their question.
UNDECIDED = (OpportunityStatus.SENT, OpportunityStatus.QUESTION_ASKED)
# A member closes its own with one of these results.
RESULTS = (OpportunityStatus.AGREED, OpportunityStatus.NOTHING)
# A member can renew these, or close them with a result.
RENEWABLE = (OpportunityStatus.OPEN, OpportunityStatus.EXPIRED)
# Everybody reads these. One that was withdrawn before it was published has no `published_at`.
PUBLIC = (
    OpportunityStatus.OPEN,
    OpportunityStatus.COMMITTED,
    *RESULTS,
    OpportunityStatus.EXPIRED,
    OpportunityStatus.WITHDRAWN,
)
ENDED = (*(each for each in PUBLIC if each != OpportunityStatus.OPEN), "closed_by_staff")


class SupportKind(models.TextChoices):
    """What is needed or offered. A need and an offer match if they share one of these."""

    MONEY = "money", _("Money")
    EQUIPMENT = "equipment", _("Equipment")
    EXPERTISE = "expertise", _("Expertise")
    TRAINING = "training", _("Training")
    CONTENT = "content", pgettext_lazy("that is taught or read", "Content")
    POLICY = "policy", _("Policy advice")
    SPECTRUM = "spectrum", _("Spectrum and licences")
    CONNECTIVITY = "connectivity", _("Connectivity")


class EventKind(models.TextChoices):
    SENT = "sent", pgettext_lazy("of a need or offer", "Sent")
    ENTERED = "entered", _("Entered by our team for the country")
    CHANGED = "changed", _("Changed by the member")
    QUESTION_ASKED = "question_asked", _("Question asked")
    PUBLISHED = "published", pgettext_lazy("of a need or offer", "Published")
    CHANGE_PUBLISHED = "change_published", _("Change published")
    CHANGE_DECLINED = "change_declined", _("Proposed change declined")
    CONTACTED = "contacted", _("A member wrote")
    ACCEPTED = "accepted", _("A contact was accepted")
    RENEWAL_ASKED = "renewal_asked", _("Asked whether it is still open")
    RENEWED = "renewed", _("Renewed")
    COMMITTED = "committed", _("A commitment was made")
    AGREED = "agreed", _("Agreed otherwise")
    NOTHING = "nothing", _("Nothing came of it")
    EXPIRED = "expired", pgettext_lazy("of a need or offer", "Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a need or offer", "Withdrawn")
    CLOSED_BY_STAFF = "closed_by_staff", _("Closed by our team")
    REPORTED = "reported", _("Reported as unsuitable")
    NOTE_ADDED = "noted", _("Internal note")


# Decisions of staff that can be undone until their letter is sent.
UNDOABLE_KINDS = (
    EventKind.QUESTION_ASKED,
    EventKind.PUBLISHED,
    EventKind.CHANGE_DECLINED,
    EventKind.CLOSED_BY_STAFF,
)
# Decisions with a letter that staff may edit.
KINDS_WITH_EDITABLE_LETTER = (*UNDOABLE_KINDS, EventKind.CHANGE_PUBLISHED)


class ContactStatus(models.TextChoices):
    SENT = "sent", pgettext_lazy("of a contact", "Waits for an answer")
    ACCEPTED = "accepted", pgettext_lazy("of a contact", "Accepted")
    DECLINED = "declined", pgettext_lazy("of a contact", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a contact", "Withdrawn")
    # The need or offer ended before an answer.
    ENDED = "ended", pgettext_lazy("of a contact", "Ended without an answer")
