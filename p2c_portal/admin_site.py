"""The admin's front page, name and sign-in."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from outbox.pulse import take_pulse, troubles
from p2c_portal.dashboard import dashboard_of


class PortalAdminSite(admin.AdminSite):
    """The stock admin site under the portal's name, with its one sign-in."""

    site_title = _("Partner2Connect staff")
    site_header = _("Partner2Connect · Digital Coalition")
    index_title = _("Staff desk")
    # The queue needs the width; the header leads to each desk.
    enable_nav_sidebar = False

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Keep every page out of caches, with those that Django would let in."""
        return super().admin_view(view)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show what keeps mail from moving, what waits, and the figures, above the stock apps."""
        at = now()
        user = cast("User", request.user)
        dashboard = dashboard_of(user, asked_for=request.GET.get("call", ""), at=at)
        extra_context = {**(extra_context or {}), **dashboard}
        if request.user.has_perm("outbox.view_message"):
            standstill = troubles(take_pulse(at=at))
            extra_context["standstill"] = standstill
        return super().index(request, extra_context)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send people to the portal's own sign-in, which limits attempts.

        Raises PermissionDenied for somebody who is signed in and may not come in.
        """
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not url_has_allowed_host_and_scheme(
            wanted, {request.get_host()}, require_https=request.is_secure()
        ):
            wanted = reverse("admin:index")
        if self.has_permission(request):
            return redirect(wanted)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(wanted, resolve_url("accounts:sign_in"))
