"""The home page, the notices, and the pages for what went wrong."""

import sys
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.services.permissions import lacking
from core.dates import GENEVA, format_datetime
from core.languages import language_shown
from focus_areas.models import FocusArea, Link
from members.models import Call
from p2c_portal.outages import is_outage, may_have_written

RETRY_AFTER = timedelta(minutes=1)

# What each of the admin's stock pages takes to be opened.
STOCK_PAGE_ACTIONS: Final = {
    "add": "add",
    "change": "view",
    "changelist": "view",
    "delete": "delete",
    "history": "view",
}


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


def is_at_the_desk(request: HttpRequest) -> bool:
    """Tell whether somebody whom the desk lets in has asked for a page of the desk."""
    is_of_the_desk = request.path.startswith(reverse("admin:index"))
    return is_of_the_desk and hasattr(request, "user") and admin.site.has_permission(request)


def at_the_desk(
    request: HttpRequest, template: str, *, title: str, status: int, **context: Any
) -> HttpResponse:
    """Render a page on what went wrong within the desk's frame."""
    context |= {**admin.site.each_context(request), "title": title}
    return render(request, f"admin/{template}", context, status=status)


def permissions_of_the_page(request: HttpRequest) -> list[str]:
    """Return the permission that a stock page of the admin takes, by its address; none for others.

    Where somebody has it and is refused all the same, nobody may do it there.
    """
    name = request.resolver_match.url_name if request.resolver_match else None
    # Has the name of Django's own user.
    if name == "auth_user_password_change":
        return ["accounts.change_user"]
    for model in admin.site._registry:
        of_the_model = f"{model._meta.app_label}_{model._meta.model_name}_"
        page = (name or "").removeprefix(of_the_model)
        if page in STOCK_PAGE_ACTIONS and page != name:
            is_changed = request.method == "POST" and page == "change"
            action = "change" if is_changed else STOCK_PAGE_ACTIONS[page]
            codename = get_permission_codename(action, model._meta)
            return [f"{model._meta.app_label}.{codename}"]
    return []


# Django's own error pages read what was posted, and fail again where it is what cannot be read.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a request could not be read, without reading it; 413 where it is too large."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, "400.html", status=status)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a page is not for this person; at the desk, what they lack and who has it."""
    if not is_at_the_desk(request):
        return render(request, "403.html", status=403)
    lacked = getattr(exception, "permissions", None) or permissions_of_the_page(request)
    return at_the_desk(
        request,
        "403.html",
        title=_("You may not open this page"),
        status=403,
        lacking=lacking(request.user, *lacked),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was not taken, since it may have come from somewhere else."""
    if not is_at_the_desk(request):
        return render(request, "403_csrf.html", status=403)
    title = _("Your page was open for too long, or cookies are off")
    return at_the_desk(request, "403_csrf.html", title=title, status=403)


# A 404 may be cached unless it says otherwise, and a page can show a notice to one person.
@never_cache
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page, whatever was posted to it."""
    if not is_at_the_desk(request):
        return render(request, "404.html", status=404)
    return at_the_desk(request, "404.html", title=_("There is no such page"), status=404)


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
