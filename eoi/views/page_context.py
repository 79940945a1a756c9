"""What the pages of the form say about calls and instants."""

from datetime import datetime
from typing import Any

from django.conf import settings

from core.dates import GENEVA, format_datetime
from core.languages import language_shown
from eoi.models import EoiDraft, LateRequestState
from eoi.services.late_requests import late_request_of
from eoi.views.refusals import format_elsewhere
from members.models import Call


def deadline_context(call: Call | None, at: datetime, time_zone: str = "") -> dict[str, object]:
    """Return the context of `_call.html`: the time until which an EOI can be sent."""
    if call is None:
        return {}
    moment = call.last_moment_at(at)
    return {
        "is_in_grace": call.is_in_grace_at(at),
        "moment": moment,
        "moment_in_words": format_datetime(moment, GENEVA),
        "moment_there": format_elsewhere(moment, time_zone),
    }


def late_context(draft: EoiDraft, at: datetime) -> dict[str, Any]:
    """Return the context of `_closed.html`: whether a draft can be sent after the deadline.

    It is for a time when no call is open.
    """
    late_request = late_request_of(draft)
    state = late_request.state_at(at) if late_request else LateRequestState.ENDED
    # A draft without an address can get one. To an address that a robot typed, nothing is sent.
    can_be_written_to = draft.is_written_to or not draft.email
    is_over = draft.call.grace_ends_at <= at
    context: dict[str, Any] = {
        "late_request": late_request,
        "late_state": state.value if late_request else "",
        "can_ask": state == LateRequestState.ENDED and can_be_written_to and is_over,
    }
    if late_request:
        context["requested"] = moment_context(late_request.requested_at, draft.time_zone)
        if late_request.last_moment and state == LateRequestState.ACCEPTED:
            context["accepted_until"] = moment_context(late_request.last_moment, draft.time_zone)
    return context


def next_call_context(at: datetime) -> dict[str, object] | None:
    """Return when the next call opens, if there is one."""
    call = Call.objects.upcoming(at).first()
    return call and call_context(call)


def call_context(call: Call, *, is_over: bool = False) -> dict[str, object]:
    """Return the title of a call, and when it opens or has closed."""
    moment = call.last_moment if is_over else call.opens_at
    return {
        "title": call.title,
        "language": language_shown(call, "title"),
        "moment": moment,
        "moment_in_words": format_datetime(moment, GENEVA),
    }


def moment_context(at: datetime, zone: str) -> dict[str, object]:
    """Return the context of `_moment.html`."""
    return {
        "moment": at,
        "moment_in_words": format_datetime(at, GENEVA),
        "moment_there": format_elsewhere(at, zone),
    }


def contact_of(call: Call | None) -> str:
    """Return the address that answers questions about a call."""
    return call.contact_email if call else settings.MAIL_REPLY_TO
