"""Periodic tasks of needs and offers; each is one call and may run twice."""

from celery import shared_task
from django.utils import timezone

from opportunities.services import committing, contacts, desk_letters, digest, ending


@shared_task
def ask_and_expire() -> None:
    """Ask whether needs and offers are still open, and end those without an answer."""
    ending.ask_and_expire(at=timezone.now())


@shared_task
def tell_silence() -> None:
    """Tell the senders of contacts that nobody has answered."""
    contacts.tell_silence(at=timezone.now())


@shared_task
def send_digests() -> None:
    """Tell members of new matches."""
    digest.send_digests(at=timezone.now())


@shared_task
def close_committed() -> None:
    """End the needs and offers whose commitment was published."""
    committing.close_committed(at=timezone.now())


@shared_task
def delete_ended_drafts() -> None:
    """Delete the letter drafts whose decision can no longer be undone."""
    desk_letters.delete_ended_drafts(at=timezone.now())
