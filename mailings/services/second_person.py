"""When a mailing needs a second person, and the request that waits for one.

A request changes only while its mailing is locked.
"""

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from mailings.models import Mailing, MailingStatus, SendRequest, SendRequestStatus

MAY_SEND = "mailings.send_mailing"


def needs_second_person(number: int) -> bool:
    """Return whether a mailing to so many recipients needs a second person."""
    return number > int(settings.MAILING_SECOND_PERSON_ABOVE)


def waiting_request(mailing: Mailing) -> SendRequest | None:
    """Return the request that waits for a second person, if there is one."""
    waiting = mailing.send_requests.waiting()
    return waiting.select_related("requested_by").first()


def request_to_show(mailing: Mailing) -> SendRequest | None:
    """Return the request that the page of a mailing shows.

    Of a draft, that is the one that waits, or the latest one if it was returned; of other mailings
    the one that was confirmed.
    """
    requests = mailing.send_requests.select_related("requested_by", "decided_by")
    latest = requests.order_by("-pk").first()
    if latest is None or latest.status == SendRequestStatus.WITHDRAWN:
        return None
    is_draft = mailing.status == MailingStatus.DRAFT
    if latest.status == SendRequestStatus.WAITING:
        return latest if is_draft and latest.version == mailing.version else None
    is_confirmed = latest.status == SendRequestStatus.CONFIRMED
    return latest if is_confirmed != is_draft else None


def withdraw_request(mailing: Mailing, *, by: User, at: datetime) -> None:
    """Withdraw the request of a locked mailing, if there is one: the mailing changes."""
    for request in mailing.send_requests.filter(status=SendRequestStatus.WAITING):
        settle(request, SendRequestStatus.WITHDRAWN, by=by, at=at)


def settle(
    request: SendRequest, status: SendRequestStatus, *, reason: str = "", by: User, at: datetime
) -> None:
    """Save what was decided on a request."""
    request.status, request.reason = status, reason
    request.decided_by, request.decided_at = by, at
    request.save(update_fields=["status", "reason", "decided_by", "decided_at"])


def front_page_mailings(user: User) -> dict[str, Any]:
    """Return how many mailings wait for a user: those that a colleague requested to send."""
    if not user.has_perm(MAY_SEND):
        return {}
    return {"mailings_waiting": SendRequest.objects.waiting_for(user).count()}
