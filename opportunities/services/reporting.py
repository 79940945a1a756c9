"""Reports by anybody that a need or an offer is unsuitable. Staff read them among its events."""

from datetime import datetime
from typing import Final

from django.db import transaction

from core.rate_limits import HOUR, count_attempt
from eoi.services.spam_check import LOOPBACK_NETWORKS
from opportunities.models import EventKind, Opportunity, OpportunityEvent
from opportunities.services.events import LOG

REPORTS_PER_NETWORK: Final = 30


@transaction.atomic
def report(*, opportunity: Opportunity, text: str, at: datetime, network: str) -> OpportunityEvent:
    """Record why somebody finds a need or an offer unsuitable. Nothing else changes.

    `network` is only counted, and not stored. Raises TooManyAttempts.
    """
    counted = "" if network in LOOPBACK_NETWORKS else network
    count_attempt(
        "opportunity-report", network=counted, limit=REPORTS_PER_NETWORK, within=HOUR, at=at
    )
    return LOG.add(opportunity, EventKind.REPORTED, by=None, at=at, note=text)
