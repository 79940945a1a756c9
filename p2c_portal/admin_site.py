"""The admin's front page, name and sign-in."""

from functools import partial
from typing import Any, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.safe_redirects import is_internal_url
from accounts.services.second_factor import has_proved_second_factor
from accounts.services.sign_in_codes import may_be_staff
from accounts.services.single_sign_on import needs_second_factor
from accounts.views.second_factor import ask_for_second_factor
from commitments.services.work_queue import front_page_commitments
from framework.services.progress import front_page_frameworks
from handbook.views import show_chapter, show_contents
from inbox.services.attaching import front_page_mail
from inbox.services.mailbox_health import front_page_mailbox
from mailings.services.group_letters import front_page_letters
from mailings.services.second_person import front_page_mailings
from members.services.letters.acknowledgement_rate import front_page_acknowledgements
from opportunities.services.work_queue import front_page_opportunities
from outbox.services.template_states import front_page_templates
from outbox.services.worker_health import check_health, health_warnings
from p2c_portal.desk_bar import desk_bar
from p2c_portal.readings import readings_recorded
from participation.services.front_page import front_page_meetings
from privacy.services.data_requests import front_page_data_requests
from privacy.services.erasure import front_page_erasures
from triage.audit.admin import export_audit, show_audit
from triage.desk.admin.figures import export_figures, show_work
from triage.desk.services.dashboard import dashboard_context
from triage.statistics.admin import show_applied


class PortalAdminSite(admin.AdminSite):
    """Django's admin site with the portal's name and the portal's own sign-in."""

    site_title = _("Partner2Connect staff")
    site_header = _("Partner2Connect desk")
    index_title = _("Administration")
    # The queue needs the whole width, and the header has links to all desks.
    enable_nav_sidebar = False

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        return readings_recorded(super().admin_view(view))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [
            path("audit/", self.admin_view(show_audit), name="audit"),
            path("audit/export/", self.admin_view(export_audit), name="audit_export"),
            path("figures/", self.admin_view(show_work), name="figures"),
            path("figures/applied/", self.admin_view(show_applied), name="figures_applied"),
            path("figures/export/", self.admin_view(export_figures), name="figures_export"),
            path("help/", self.admin_view(show_contents), name="help"),
            path("help/<slug:chapter>/", self.admin_view(show_chapter), name="help_chapter"),
            *super().get_urls(),
        ]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        at = now()
        user = cast("User", request.user)
        extra_context = {
            **(extra_context or {}),
            **dashboard_context(user, at=at),
            **front_page_acknowledgements(user, at=at),
            **front_page_meetings(user, at=at),
            **front_page_commitments(user),
            **front_page_opportunities(user, at=at),
            **front_page_frameworks(user, at=at),
            **front_page_letters(user),
            **front_page_mailings(user),
            **front_page_mail(user),
            **front_page_erasures(user),
            **front_page_data_requests(user, at=at),
            **front_page_mailbox(user, at=at),
            **front_page_templates(user),
        }
        if request.user.has_perm("outbox.view_message"):
            standstill = health_warnings(check_health(at=at))
            extra_context["standstill"] = standstill
        return super().index(request, extra_context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return the apps with the models that a person may use, once a page shows them."""
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def has_permission(self, request: HttpRequest) -> bool:
        """Allow staff who have used a second factor, if they need one.

        A session that began with a code from an e-mail never counts, even if the user became staff
        after that.
        """
        return (
            super().has_permission(request)
            and may_be_staff(request)
            and (not needs_second_factor(request.user) or has_proved_second_factor(request))
        )

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        return {
            **context,
            "desk_bar": desk_bar(request),
            "is_second_factor_asked_for": settings.STAFF_SECOND_FACTOR,
            "version": settings.VERSION,
            "revision": settings.REVISION,
        }

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirect to the portal's own sign-in, which limits attempts and has a second factor.

        Raises PermissionDenied for a signed-in user who may not use the admin.
        """
        wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
        if not is_internal_url(wanted, request):
            wanted = reverse("admin:index")
        if self.has_permission(request):
            return redirect(wanted)
        if not request.user.is_authenticated:
            return redirect_to_login(wanted, resolve_url("accounts:sign_in"))
        if not may_be_staff(request):
            raise PermissionDenied
        return ask_for_second_factor(request, wanted)
