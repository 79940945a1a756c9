"""Celery tasks for the portal as a whole."""

from celery import shared_task
from django.conf import settings

from p2c_portal import databases


@shared_task
def delete_taken_tasks() -> None:
    """Delete received tasks from the file of the embedded broker."""
    databases.delete_taken_tasks(settings.EMBEDDED_BROKER_FILE)
