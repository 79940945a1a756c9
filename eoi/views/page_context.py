"""What the pages of the form say about calls and instants."""

from datetime import datetime

from django.conf import settings

from core.dates import GENEVA, format_datetime
from core.languages import language_shown
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
        "in_words": format_datetime(at, GENEVA),
        "there": format_elsewhere(at, zone),
    }


def contact_of(call: Call | None) -> str:
    """Return the address that answers questions about a call."""
    return call.contact_email if call else settings.MAIL_REPLY_TO
