"""How a commitment stands: computed from its targets, its reports and the day."""

from datetime import date, datetime

from django.utils import timezone

from commitments.models import Commitment, day_of


def update_condition(commitment: Commitment, *, at: datetime) -> None:
    """Set the derived columns of a locked commitment, and save them."""
    commitment.next_report_on = next_report_on(commitment, at=at)
    commitment.save(update_fields=["next_report_on"])


def next_report_on(commitment: Commitment, *, at: datetime) -> date | None:
    """Return the next anniversary of the publication from today on (Geneva)."""
    if commitment.published_at is None:
        return None
    published = timezone.localdate(commitment.published_at)
    today = timezone.localdate(at)
    years = max(today.year - published.year, 1)
    if day_of(years, published) < today:
        years += 1
    return day_of(years, published)
