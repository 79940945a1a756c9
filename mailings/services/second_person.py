"""When a mailing needs a second person, and the request that waits for one.

A request changes only while its mailing is locked.
"""

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import RequestStatus, User
from accounts.services.second_person import settle
from mailings.models import Mailing, MailingStatus, SendRequest

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
    if latest is None or latest.status == RequestStatus.WITHDRAWN:
        return None
    is_draft = mailing.status == MailingStatus.DRAFT
    if latest.status == RequestStatus.WAITING:
        return latest if is_draft and latest.version == mailing.version else None
    is_confirmed = latest.status == RequestStatus.CONFIRMED
    return latest if is_confirmed != is_draft else None


def withdraw_request(mailing: Mailing, *, by: User, at: datetime) -> None:
    """Withdraw the request of a locked mailing, if there is one: the mailing changes."""
    for request in mailing.send_requests.filter(status=RequestStatus.WAITING):
        settle(request, RequestStatus.WITHDRAWN, by=by, at=at)


def front_page_mailings(user: User) -> dict[str, Any]:
    """Return how many mailings wait for a user: those that a colleague requested to send."""
    if not user.has_perm(MAY_SEND):
        return {}
    return {"mailings_waiting": SendRequest.objects.waiting_for(user).count()}
