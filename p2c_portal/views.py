"""The home page, the notices, and the pages for what went wrong."""

import sys
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from focus_areas.languages import language_shown
from focus_areas.models import FocusArea, Link
from focus_areas.times import GENEVA, moment_in_words
from members.models import Call
from p2c_portal.outages import is_outage, may_have_written

RETRY_AFTER = timedelta(minutes=1)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the coalition in a screenful: its focus areas, the call, and what membership brings.

    Without an open call it says when the next one opens, or that the last one has closed.
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
    """Return the call to speak of, in what state it is, and the moment that matters in it."""
    state, moment = "none", None
    if call := Call.objects.open_at(now).first():
        state = "in_grace" if call.is_in_grace_at(now) else "open"
        moment = call.last_moment_at(now)
    elif call := Call.objects.to_come(now).first():
        state, moment = "to_come", call.opens_at
    elif call := Call.objects.over(now).first():
        state, moment = "over", call.last_moment
    return {
        "call": call,
        "call_language": language_shown(call, "title") if call else "",
        "call_state": state,
        "moment": moment,
        "moment_in_words": moment_in_words(moment, GENEVA) if moment else "",
        "contact": call.contact_email if call else settings.MAIL_REPLY_TO,
    }


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the privacy notice."""
    return render(request, "p2c_portal/privacy.html", {"version": settings.PRIVACY_NOTICE_VERSION})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(
        request,
        "p2c_portal/accessibility.html",
        {"version": settings.ACCESSIBILITY_STATEMENT_VERSION},
    )


# Django's own error pages read what was posted, and fail again where it is what cannot be read.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a request could not be read, without reading it; 413 where it is too large."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, "400.html", status=status)


# A 404 may be cached unless it says otherwise, and a page can show a notice to one person.
@never_cache
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page, whatever was posted to it."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something went wrong, with nothing that depends on the request.

    Where the database is away that is no fault of the portal, and has a page of its own.
    """
    if is_outage(sys.exc_info()[1]):
        return service_unavailable(request)
    return HttpResponseServerError(loader.render_to_string("500.html"))


def service_unavailable(request: HttpRequest) -> HttpResponse:
    """Say that the portal is away for the moment, and what became of what was sent, if anything.

    Nothing here asks the database.
    """
    is_sent = request.method == "POST"
    page = loader.render_to_string(
        "503.html", {"is_sent": is_sent, "may_be_saved": is_sent and may_have_written(request)}
    )
    response = HttpResponse(page, status=503)
    response["Retry-After"] = str(int(RETRY_AFTER.total_seconds()))
    add_never_cache_headers(response)
    return response
