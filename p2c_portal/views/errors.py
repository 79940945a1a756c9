"""The error pages."""

import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.services.permissions import lacking
from accounts.services.staff_roles import VIEW_STAFF
from eoi.views.form_view import kept_without_token
from p2c_portal.outages import is_outage, may_have_written

RETRY_AFTER = timedelta(minutes=1)

# The action of the permission that each of Django's own admin pages requires.
STOCK_PAGE_ACTIONS: Final = {
    "add": "add",
    "change": "view",
    "changelist": "view",
    "delete": "delete",
    "history": "view",
}


def is_at_the_desk(request: HttpRequest) -> bool:
    """Return whether the request is for a staff page, by a user who may use the staff pages."""
    is_of_the_desk = request.path.startswith(reverse("admin:index"))
    return is_of_the_desk and hasattr(request, "user") and admin.site.has_permission(request)


def at_the_desk(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object],
    *,
    title: str,
    status: int,
) -> HttpResponse:
    """Render an error page in the layout of the staff pages."""
    frame = {**admin.site.each_context(request), "title": title}
    return render(request, f"admin/{template}", {**frame, **context}, status=status)


def permissions_of_the_page(request: HttpRequest) -> list[str]:
    """Return the permission that one of Django's own admin pages requires; empty for other pages.

    If a user has it and is still refused, nobody is allowed to do this.
    """
    name = request.resolver_match.url_name if request.resolver_match else None
    # This URL is named after Django's own user model.
    if name == "auth_user_password_change":
        return ["accounts.change_user"]
    if name == "accounts_user_history":
        return [VIEW_STAFF]
    for model in admin.site._registry:
        of_the_model = f"{model._meta.app_label}_{model._meta.model_name}_"
        page = (name or "").removeprefix(of_the_model)
        if page in STOCK_PAGE_ACTIONS and page != name:
            is_changed = request.method == "POST" and page == "change"
            action = "change" if is_changed else STOCK_PAGE_ACTIONS[page]
            codename = get_permission_codename(action, model._meta)
            return [f"{model._meta.app_label}.{codename}"]
    return []


# Django's own error pages read the posted data, and fail again if it cannot be read.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a request could not be read, without reading it. The status is 413 if too large."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, "400.html", status=status)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Refuse access. On staff pages, say which permission is missing and who has it."""
    if not is_at_the_desk(request):
        return render(request, "403.html", status=403)
    lacked = getattr(exception, "permissions", None) or permissions_of_the_page(request)
    return at_the_desk(
        request,
        "403.html",
        {"lacking": lacking(request.user, *lacked)},
        title=_("You do not have access to this page"),
        status=403,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Say that a form was not accepted, because it may have come from another site.

    The form of the Expression of Interest is kept if it came from the portal's own page.
    """
    if (kept := kept_without_token(request)) is not None:
        return kept
    if not is_at_the_desk(request):
        return render(request, "403_csrf.html", status=403)
    title = _("Your page has expired, or cookies are turned off")
    return at_the_desk(request, "403_csrf.html", {}, title=title, status=403)


# Caches may store a 404 by default, and the page can contain a message for one person.
@never_cache
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page. The posted data is not read."""
    if not is_at_the_desk(request):
        return render(request, "404.html", status=404)
    return at_the_desk(request, "404.html", {}, title=_("Page not found"), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something went wrong, with a page that does not depend on the request.

    An outage of the database is not an error of the portal, and has its own page.
    """
    if is_outage(sys.exc_info()[1]):
        return service_unavailable(request)
    return HttpResponseServerError(loader.render_to_string("500.html"))


def service_unavailable(request: HttpRequest) -> HttpResponse:
    """Say that the portal is unavailable, and whether posted data may have been saved.

    This view does not use the database.
    """
    is_sent = request.method == "POST"
    page = loader.render_to_string(
        "503.html", {"is_sent": is_sent, "may_be_saved": is_sent and may_have_written(request)}
    )
    response = HttpResponse(page, status=503)
    response["Retry-After"] = str(int(RETRY_AFTER.total_seconds()))
    add_never_cache_headers(response)
    return response
