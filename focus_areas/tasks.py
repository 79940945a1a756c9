"""What is done for the calendar at regular times: each is one call, and may come twice."""

from celery import shared_task
from django.utils import timezone

from focus_areas import zone_rules


@shared_task
def hold_to_the_clocks() -> None:
    """Move what the rules of a time zone put at another instant than when it was planned."""
    zone_rules.hold_to_the_clocks(at=timezone.now())
