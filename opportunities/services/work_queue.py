"""The views of the list of needs and offers of staff, and what their front page counts."""

from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from opportunities.models import (
    ENDED,
    PUBLIC,
    Contact,
    EventKind,
    Opportunity,
    OpportunityEvent,
    OpportunityStatus,
)
from opportunities.services.contacts import SILENT_AFTER
from opportunities.services.register import IS_ANSWERED, NEED, UNANSWERED_FOR
from triage.desk.services.work_queue import View, counts_of

VIEW_PERMISSION: Final = "opportunities.view_opportunity"
TO_DECIDE, UNANSWERED, CLOSED, ALL = "to_decide", "unanswered", "closed", "all"


def is_unanswered(at: datetime) -> Q:
    """Return the condition for needs that nobody has answered for UNANSWERED_FOR."""
    return NEED & Q(published_at__lte=at - UNANSWERED_FOR) & ~Q(IS_ANSWERED)


def is_reported(_at: datetime) -> Q:
    """Return the condition for what was reported, and what no colleague did or noted since."""
    later = OpportunityEvent.objects.filter(
        opportunity=OuterRef("opportunity"), pk__gt=OuterRef("pk"), by_user__isnull=False
    )
    reports = OpportunityEvent.objects.filter(~Exists(later), kind=EventKind.REPORTED)
    return Q(pk__in=reports.values("opportunity"))


# In the order of the tabs, with the names in their addresses. The conditions depend on the time.
VIEWS: Final = {
    TO_DECIDE: View(_("To decide"), (OpportunityStatus.SENT,)),
    "question_asked": View(_("Question asked"), (OpportunityStatus.QUESTION_ASKED,)),
    "changes": View(_("Changes proposed"), narrowed_by=lambda _at: Q(proposed__isnull=False)),
    # Also those that expired without an answer.
    UNANSWERED: View(
        _("Unanswered for 30 days"),
        (OpportunityStatus.OPEN, OpportunityStatus.EXPIRED),
        is_unanswered,
    ),
    "reported": View(_("Reported"), PUBLIC, is_reported),
    CLOSED: View(_("Closed"), ENDED),
    ALL: View(_("All")),
}
# Of those without an answer, the open ones come first, and those that wait longest.
ORDERS: Final = {
    UNANSWERED: (F("ended_at").asc(nulls_first=True), "published_at", "pk"),
    CLOSED: ("-ended_at", "-pk"),
}
WAITING: Final = (TO_DECIDE, "changes", UNANSWERED, "reported")


def view_counts(user: User, *, at: datetime) -> dict[str, int]:
    """Count the needs and offers of each view that a person may see, with one query."""
    counts = counts_of({name: view.condition(at) for name, view in VIEWS.items()})
    found: dict[str, int] = Opportunity.objects.visible_to(user).aggregate(**counts)
    return found


def silent_contacts(user: User, *, at: datetime) -> int:
    """Count the contacts without an answer for SILENT_AFTER that a person may see."""
    waiting = Contact.objects.visible_to(user).waiting()
    return waiting.filter(sent_at__lte=at - SILENT_AFTER).count()


def front_page_opportunities(user: User, *, at: datetime) -> dict[str, Any]:
    """Return what the front page of the admin shows: how many wait, for those who may see them."""
    if not user.has_perm(VIEW_PERMISSION):
        return {}
    counts = view_counts(user, at=at)
    return {
        "opportunities_waiting": [
            (name, VIEWS[name].label, counts[name]) for name in WAITING if counts[name]
        ],
        "silent_contacts": silent_contacts(user, at=at),
    }
