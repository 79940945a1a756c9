"""The periods in which email is held, and the page that lists what waits and releases it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.admin.base import StaffRequest, page, post_data
from accounts.services.permissions import insist
from core.admin.lookups import LookOnly
from core.conflicts import Refused
from core.numbers import whole_number
from core.pagination import get_page
from outbox.models import MailHold, Message
from outbox.services import holding
from outbox.services.installation import open_hold
from outbox.services.queue import cancel_message

RELEASE = "outbox.release_mailhold"
# The views of the list, by their name in the address.
VIEWS = {
    "": gettext_lazy("All"),
    "backup": gettext_lazy("In the backup"),
    "since": gettext_lazy("Since the restore"),
}
IS_FROM_BACKUP = {"backup": True, "since": False}
# In digits; no key is longer.
LOCAL_MINUTE = "%Y-%m-%dT%H:%M"


class CancelForm(forms.Form):
    """The time before which held messages are cancelled."""

    before = forms.DateTimeField(
        label=gettext_lazy("Cancel what was due before"),
        help_text=gettext_lazy(
            "The time at which the former portal was last at work is proposed, if it is known."
        ),
        input_formats=[LOCAL_MINUTE],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL_MINUTE),
    )


class ReleaseForm(forms.Form):
    """Why email is released."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("It is kept with your name, such as: checked with the log."),
        max_length=500,
    )


@admin.register(MailHold)
class MailHoldAdmin(LookOnly):
    """The periods in which email was held, and the page of the present one."""

    list_display = ["held_at", "reason", "released_at", "released_by_name", "release_reason"]
    list_select_related = False
    ordering = ["-held_at", "-pk"]
    fields = [
        "reason",
        "held_at",
        "backup_at",
        "outside_at",
        "released_at",
        "released_by_name",
        "release_reason",
    ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.held_view)
        return [path("held/", view, name="outbox_mailhold_held"), *super().get_urls()]

    def held_view(self, request: StaffRequest) -> HttpResponseBase:
        """List the held messages. A POST cancels some of them, or releases the others."""
        insist(request.user, "outbox.view_message", RELEASE)
        held = open_hold()
        if held is None:
            if request.method == "POST":
                self.message_user(request, str(holding.NotHeld()), level=messages.WARNING)
                return redirect("admin:outbox_mailhold_held")
            return _held_page(request, {"held": None})
        cancel = CancelForm(
            _posted_with(request, "cancel_before"),
            initial={"before": _minute(held)},
            label_suffix="",
        )
        release = ReleaseForm(_posted_with(request, "release"), label_suffix="")
        try:
            if "cancel" in request.POST:
                return self._cancel_selected(request)
            if cancel.is_valid():
                return self._cancel_before(request, cancel.cleaned_data["before"])
            if release.is_valid():
                return self._release(request, held, release.cleaned_data["reason"])
        except Refused as refused:
            self.message_user(request, str(refused), level=messages.WARNING)
            return redirect("admin:outbox_mailhold_held")
        return self._list(request, held, cancel, release)

    def _list(
        self, request: StaffRequest, held: MailHold, cancel: CancelForm, release: ReleaseForm
    ) -> HttpResponse:
        of = request.GET.get("of", "")
        rows = holding.held_messages(held, is_from_backup=IS_FROM_BACKUP.get(of))
        context = {
            "held": held,
            "listed": get_page(rows, request),
            "views": VIEWS.items(),
            "of": of if of in VIEWS else "",
            "cancel_form": cancel,
            "release_form": release,
        }
        is_wrong = cancel.errors or release.errors
        return _held_page(request, context, status=422 if is_wrong else 200)

    def _cancel_selected(self, request: StaffRequest) -> HttpResponse:
        """Cancel the selected messages one by one. One that is sent or cancelled is left out."""
        keys = map(whole_number, request.POST.getlist("message"))
        messages = Message.objects.filter(pk__in=[key for key in keys if key is not None])
        number = 0
        for message in messages.order_by("pk"):
            try:
                cancel_message(message=message, by=request.user, at=now())
            except Refused:
                continue
            number += 1
        return self._said_how_many(request, number)

    def _cancel_before(self, request: StaffRequest, before: datetime) -> HttpResponse:
        number = holding.cancel_due_before(time=before, by=request.user, at=now())
        return self._said_how_many(request, number)

    def _said_how_many(self, request: HttpRequest, number: int) -> HttpResponse:
        said = ngettext(
            "%(count)d message was cancelled.", "%(count)d messages were cancelled.", number
        )
        self.message_user(request, said % {"count": number})
        return redirect("admin:outbox_mailhold_held")

    def _release(self, request: StaffRequest, held: MailHold, reason: str) -> HttpResponse:
        holding.release_mail(held=held, reason=reason, by=request.user, at=now())
        self.log_change(request, held, "Released")
        self.message_user(request, gettext("Email is released. What is due is sent now."))
        return redirect("admin:outbox_message_changelist")


def _held_page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return page(
        request,
        "admin/outbox/mailhold/held.html",
        context,
        model=MailHold,
        title=gettext("Held email"),
        status=status,
    )


def _posted_with(request: HttpRequest, button: str) -> Any:
    """Return the posted data if this button was pressed."""
    return post_data(request) if button in request.POST else None


def _minute(held: MailHold) -> datetime | None:
    """Return the minute after the former portal was last at work."""
    last = held.outside_at or held.backup_at
    return last and last.replace(second=0, microsecond=0) + timedelta(minutes=1)
