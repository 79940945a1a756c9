"""The admin of suppressed addresses, and lifting a suppression."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy

from accounts.admin.base import StaffRequest, page
from accounts.services.permissions import insist
from core.admin.lookups import LookOnly
from outbox.admin.messages import MAX_MESSAGES_SHOWN
from outbox.models.delivery_event import SuppressedAddress
from outbox.services import delivery_events
from outbox.services.soft_bounces import all_soft_bounce_days

LIFT = "outbox.lift_suppressedaddress"


class ActiveSuppressionFilter(admin.SimpleListFilter):
    """Filters suppressed addresses by whether the suppression is active or lifted."""

    title = gettext_lazy("status")
    parameter_name = "at_present"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("in_force", gettext_lazy("Suppressed")),
            ("lifted", gettext_lazy("Lifted")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SuppressedAddress]
    ) -> QuerySet[SuppressedAddress]:
        if self.value() in ("in_force", "lifted"):
            return queryset.filter(lifted_at__isnull=self.value() == "in_force")
        return queryset


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(LookOnly):
    """The suppressed addresses, read-only, with a page to lift a suppression."""

    list_display = ["shown", "reason", "since", "state"]
    list_filter = ["reason", ActiveSuppressionFilter]
    search_fields = ["address"]
    search_help_text = gettext_lazy("Search by address.")
    list_select_related = False
    ordering = ["-since", "-pk"]
    fields = ["address"]
    change_form_template = "admin/outbox/suppressedaddress/change_form.html"
    change_list_template = "admin/outbox/suppressedaddress/change_list.html"

    @admin.display(description=gettext_lazy("address"), ordering="address")
    def shown(self, suppressed: SuppressedAddress) -> str:
        """Return the address, or a note that it was erased."""
        return str(suppressed)

    @admin.display(description=gettext_lazy("status"), ordering="lifted_at")
    def state(self, suppressed: SuppressedAddress) -> str:
        """Return whether the suppression is active, or since when it is lifted."""
        return render_to_string(
            "admin/outbox/suppressedaddress/_state.html", {"suppressed": suppressed}
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.lift_view)
        name = "outbox_suppressedaddress_lift"
        return [path("<int:pk>/lift/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"soft_bounce_days": all_soft_bounce_days(at=now())}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        suppressed: SuppressedAddress = obj
        context |= {
            "title": str(suppressed),
            "subtitle": None,
            "suppressed": suppressed,
            "event": suppressed.event,
            "held_back": suppressed.held_back.order_by("-queued_at", "-pk")[:MAX_MESSAGES_SHOWN],
            "may_lift": suppressed.lifted_at is None and request.user.has_perm(LIFT),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def lift_view(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Ask whether to lift the suppression of an address; a POST lifts it."""
        suppressed = get_object_or_404(SuppressedAddress, pk=pk)
        insist(request.user, "outbox.view_suppressedaddress", LIFT)
        if request.method != "POST":
            return self._ask(request, suppressed)
        try:
            delivery_events.lift_suppression(suppressed=suppressed, by=request.user, at=now())
        except delivery_events.AlreadyLifted as refused:
            self.message_user(request, str(refused), level=messages.WARNING)
        else:
            self.log_change(request, suppressed, "Lifted")
            said = gettext("Removed from the suppression list: %(address)s.")
            self.message_user(request, said % {"address": suppressed})
        return redirect("admin:outbox_suppressedaddress_change", pk)

    def _ask(self, request: StaffRequest, suppressed: SuppressedAddress) -> HttpResponse:
        """Show the confirmation page, which explains what lifting does."""
        return page(
            request,
            "admin/outbox/suppressedaddress/lift.html",
            {"suppressed": suppressed},
            model=SuppressedAddress,
            title=gettext("Remove from suppression list"),
        )
