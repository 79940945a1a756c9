"""The register of what people ask about their data: record, answer, and what is overdue."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from members.services.response_times import day_in_geneva
from privacy.models import (
    TIME_TO_ANSWER,
    DataExport,
    DataRequest,
    DataRequestKind,
    DataRequestOutcome,
    ErasureRequest,
)

HANDLE_PERMISSION = "privacy.handle_datarequest"


def record_data_request(
    *,
    kind: DataRequestKind,
    name: str,
    address: str,
    details: str,
    received_on: date,
    by: User,
    at: datetime,
) -> DataRequest:
    """Record what a person asked. It is due a fixed time after it was received.

    Raises Refused (not_received_yet).
    """
    if received_on > day_in_geneva(at):
        raise Refused(
            _("This day has not come yet. Enter the day on which the request came."),
            code="not_received_yet",
        )
    return DataRequest.objects.create(
        kind=kind,
        name=name,
        address=address,
        details=details,
        received_on=received_on,
        due_on=received_on + TIME_TO_ANSWER,
        recorded_by=by,
        recorded_at=at,
    )


@transaction.atomic
def answer_data_request(
    *,
    request: DataRequest,
    outcome: DataRequestOutcome,
    answer: str,
    erasure: ErasureRequest | None,
    export: DataExport | None,
    by: User,
    at: datetime,
) -> None:
    """Record how a request was answered. Nothing is sent: staff wrote to the person themselves.

    Raises Refused (already_answered).
    """
    lock(request)
    if not request.is_open:
        raise Refused(
            _("A colleague has answered this request after you opened the page."),
            code="already_answered",
        )
    request.outcome, request.answer = outcome, answer
    request.erasure, request.export = erasure, export
    request.answered_by, request.answered_at = by, at
    request.save(
        update_fields=["outcome", "answer", "erasure", "export", "answered_by", "answered_at"]
    )


def front_page_data_requests(user: User, *, at: datetime) -> dict[str, Any]:
    """Return how many requests a user has to answer, and how many of these are overdue."""
    if not user.has_perm(HANDLE_PERMISSION):
        return {}
    waiting = DataRequest.objects.filter(answered_at=None)
    overdue = waiting.filter(due_on__lt=day_in_geneva(at))
    return {"data_requests_waiting": waiting.count(), "data_requests_overdue": overdue.count()}
