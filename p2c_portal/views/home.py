"""The home page."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.dates import GENEVA, format_datetime
from core.languages import language_shown
from focus_areas.models import FocusArea, Link
from members.models import Call


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the coalition on one screen: its focus areas, the call, and the benefits of membership.

    Without an open call, the page says when the next one opens, or that the last one has closed.
    """
    now = timezone.now()
    return render(
        request,
        "p2c_portal/home.html",
        {
            **call_at(now),
            "focus_areas": [
                (area, language_shown(area, "summary"))
                for area in FocusArea.objects.order_by("number")
            ],
            "links": [
                (link, language_shown(link, "title"), language_shown(link, "description"))
                for link in Link.objects.filter(is_published=True).order_by("position", "pk")
            ],
        },
    )


def call_at(now: datetime) -> dict[str, object]:
    """Return the call to show, its state, and the date that matters in that state."""
    state, moment = "none", None
    if call := Call.objects.open_at(now).first():
        state = "in_grace" if call.is_in_grace_at(now) else "open"
        moment = call.last_moment_at(now)
    elif call := Call.objects.upcoming(now).first():
        state, moment = "to_come", call.opens_at
    elif call := Call.objects.closed(now).first():
        state, moment = "over", call.last_moment
    return {
        "call": call,
        "call_language": language_shown(call, "title") if call else "",
        "call_state": state,
        "moment": moment,
        "moment_in_words": format_datetime(moment, GENEVA) if moment else "",
        "contact": call.contact_email if call else settings.MAIL_REPLY_TO,
    }
