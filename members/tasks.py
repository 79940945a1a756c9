"""What is done for members at regular times: each task is one call, and any may come twice."""

from celery import shared_task
from django.utils import timezone

from members.services import focal_points


@shared_task
def expire_role_transfers() -> None:
    """Ask those no more who did not answer in time whether they take a role over."""
    focal_points.expire_role_transfers(at=timezone.now())
