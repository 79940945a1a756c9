"""What is done for those who take part at regular times: each is one call, and may come twice."""

from celery import shared_task
from django.utils import timezone

from participation import accounts, telling_of_papers


@shared_task
def keep_accounts() -> None:
    """Make and end the accounts of focal points."""
    accounts.keep_accounts(at=timezone.now())


@shared_task
def tell_of_papers() -> None:
    """Tell those who take part, once a day, which papers are new."""
    telling_of_papers.tell_of_papers(at=timezone.now())
