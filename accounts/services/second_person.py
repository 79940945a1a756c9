"""What one person asks for and a second one confirms: the steps that all such requests share."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import RequestStatus, SecondPersonRequest, User
from core.conflicts import Refused


def check_is_second_person(request: SecondPersonRequest, by: User) -> None:
    """Raise Refused (second_person_needed) if a person would confirm their own request."""
    if request.requested_by_id == by.pk:
        raise Refused(
            _("You requested this yourself. A second person must confirm it."),
            code="second_person_needed",
        )


def settle(
    request: SecondPersonRequest,
    status: RequestStatus,
    *,
    reason: str = "",
    by: User,
    at: datetime,
) -> None:
    """Save what was decided on a request. Its row is locked."""
    request.status, request.reason = status, reason
    request.decided_by, request.decided_at = by, at
    request.save(update_fields=["status", "reason", "decided_by", "decided_at"])
