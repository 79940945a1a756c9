"""The section about Action Frameworks on the front page of the admin."""

from datetime import datetime, timedelta
from typing import Any, Final

from accounts.models import User
from core.dates import GENEVA, format_datetime
from framework.models import Draft, DraftStatus
from framework.services.progress import with_amendment_counts

CLOSES_SOON: Final = timedelta(days=3)


def front_page_frameworks(user: User, *, at: datetime) -> dict[str, Any]:
    """Return the drafts that wait for the reader: closed with proposals to answer, or about to.

    Empty for people who may not change frameworks.
    """
    if not user.has_perm("framework.change_framework"):
        return {}
    drafts = Draft.objects.visible_to(user).filter(
        status=DraftStatus.OPENED, closes_at__lt=at + CLOSES_SOON
    )
    counted = with_amendment_counts(drafts.select_related("framework__focus_area"))
    rows = list(counted.order_by("framework__focus_area__number", "number"))
    return {
        "drafts_to_answer": [
            each for each in rows if each.unanswered_count and not each.is_open_at(at)
        ],
        "drafts_closing": [
            (each, format_datetime(each.closes_at, GENEVA)) for each in rows if each.is_open_at(at)
        ],
    }
