"""Sending a mailing to many: one person requests it, and a second one confirms or returns it."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import RequestStatus, User
from accounts.services.second_person import check_is_second_person, settle
from core.conflicts import Refused, check_version
from core.dates import GENEVA, format_datetime
from mailings.models import Mailing, SendRequest
from mailings.services.exceptions import MailingConflict, MoreRecipients
from mailings.services.recipients import lock_draft
from mailings.services.second_person import waiting_request, withdraw_request
from mailings.services.sending import check_sendable, confirm_mailing

logger = logging.getLogger(__name__)


@transaction.atomic
def request_sending(
    *,
    mailing: Mailing,
    scheduled_for: datetime | None,
    number: int,
    version: int,
    by: User,
    at: datetime,
) -> SendRequest:
    """Request that a second person sends a draft, at a given time or as soon as they confirm it.

    `number` is the number of recipients that the person saw.

    Raises WrongStatus, MailingConflict, NothingToSend, NoRecipients, RecipientCountChanged,
    InThePast, and Refused (already_requested).
    """
    lock_draft(mailing)
    check_version(mailing, version, MailingConflict)
    if earlier := waiting_request(mailing):
        text = _("%(name)s requested this on %(moment)s. A second person confirms it.") % {
            "name": earlier.requested_by,
            "moment": format_datetime(earlier.requested_at, GENEVA),
        }
        raise Refused(text, code="already_requested")
    check_sendable(mailing, number=number, scheduled_for=scheduled_for, at=at)
    # The release before may have changed the mailing, and does not know requests.
    withdraw_request(mailing, by=by, at=at)
    logger.info("Mailing %s waits for a second person, by user %s", mailing.pk, by.pk)
    return mailing.send_requests.create(
        version=mailing.version,
        recipient_count=number,
        scheduled_for=scheduled_for,
        requested_by=by,
        requested_at=at,
    )


@transaction.atomic
def confirm_request(
    *, mailing: Mailing, number: int, version: int, by: User, at: datetime
) -> Mailing:
    """Confirm the request of a colleague, and so the mailing, for the time of the request.

    `number` is the number of recipients that the second person saw.

    Raises WrongStatus, MailingConflict, NothingToSend, NoRecipients, RecipientCountChanged,
    MoreRecipients, and Refused (no_request, second_person_needed, time_passed).
    """
    request = _lock_request(mailing, version)
    check_is_second_person(request, by)
    written_to = mailing.recipients.included().count()
    if written_to > request.recipient_count:
        raise MoreRecipients(written_to, request.recipient_count)
    if request.scheduled_for is not None and request.scheduled_for <= at:
        text = _(
            "The requested time has passed. Return the mailing, so that it is requested again."
        )
        raise Refused(text, code="time_passed")
    settle(request, RequestStatus.CONFIRMED, by=by, at=at)
    return confirm_mailing(
        mailing=mailing,
        scheduled_for=request.scheduled_for,
        number=number,
        version=version,
        has_second_person=True,
        by=by,
        at=at,
    )


@transaction.atomic
def return_request(
    *, mailing: Mailing, reason: str, version: int, by: User, at: datetime
) -> SendRequest:
    """Return a request with a reason, which the page of the mailing shows.

    Raises WrongStatus, MailingConflict, and Refused (no_request).
    """
    request = _lock_request(mailing, version)
    settle(request, RequestStatus.RETURNED, reason=reason, by=by, at=at)
    return request


def _lock_request(mailing: Mailing, version: int) -> SendRequest:
    """Lock a draft, and return its request, which is for the version that the person saw."""
    lock_draft(mailing)
    check_version(mailing, version, MailingConflict)
    request = waiting_request(mailing)
    if request is None:
        raise Refused(_("Nobody requests to send this mailing now."), code="no_request")
    return request
