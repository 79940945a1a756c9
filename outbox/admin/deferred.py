"""The health of delivery above the list of messages, and the retry of all deferred messages."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext, ngettext

from accounts.admin.base import StaffRequest, page
from accounts.services.permissions import insist
from core.conflicts import Refused
from outbox.models import Message
from outbox.services import queue
from outbox.services.worker_health import check_health, health_warnings


class RetriesDeferred(admin.ModelAdmin):
    """A list of messages with warnings about delivery at the top."""

    change_list_template = "admin/outbox/message/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.retry_deferred_view)
        return [
            path("retry-deferred/", view, name="outbox_message_retry_deferred"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        pulse = check_health(at=now())
        context = {
            "pulse": pulse,
            "standstill": health_warnings(pulse),
            "may_retry_deferred": pulse.waiting and self.has_retry_permission(request),
        }
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.retry_message")

    def retry_deferred_view(self, request: StaffRequest) -> HttpResponse:
        """Ask whether to retry all deferred messages; a POST retries them."""
        insist(request.user, "outbox.view_message", "outbox.retry_message")
        if request.method == "POST":
            self._retry_deferred(request)
            return redirect("admin:outbox_message_changelist")
        return page(
            request,
            "admin/outbox/message/retry_deferred.html",
            {"number": Message.objects.deferred(now()).count()},
            model=Message,
            title=gettext("Retry all"),
        )

    def _retry_deferred(self, request: StaffRequest) -> None:
        """Retry all deferred messages, and show how many there were or why it was refused."""
        try:
            number = queue.retry_deferred(by=request.user, at=now())
        except Refused as refused:
            self.message_user(request, str(refused), level=messages.WARNING)
        else:
            said = ngettext(
                "Retrying %(count)d message now.",
                "Retrying %(count)d messages now.",
                number,
            )
            self.message_user(request, said % {"count": number})
