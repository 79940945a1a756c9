"""The periodic task of papers; it may run twice."""

from celery import shared_task
from django.utils import timezone

from papers.services import file_scans


@shared_task
def scan_waiting_files() -> None:
    """Scan stored files that wait for the virus scanner."""
    file_scans.scan_waiting_files(at=timezone.now())
