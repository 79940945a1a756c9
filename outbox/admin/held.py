"""Held email: its periods, the filter of what waits, and the form that releases it."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy

from accounts.models import User
from accounts.services.permissions import insist
from core.admin.lookups import LookOnly
from core.conflicts import Refused
from outbox.models import MailHold, Message
from outbox.services.installation import open_hold, release_mail

RELEASE = "outbox.release_mailhold"


class ReleaseForm(forms.Form):
    """Why email is released."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("It is kept with your name, such as: checked with the log."),
        max_length=500,
    )


class OriginFilter(admin.SimpleListFilter):
    """Filters the messages that wait while email is held.

    The former portal may have sent those that were in the backup and due before it ended. The
    others were queued since. The periodic tasks repeat what was due since the backup.
    """

    title = gettext_lazy("Origin")
    parameter_name = "origin"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        names = [("backup", gettext_lazy("In the backup"))]
        names += [("since", gettext_lazy("Since the restore"))]
        return names if open_hold() else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        held = open_hold()
        if held is None or self.value() is None:
            return queryset
        waiting = queryset.filter(pk__in=Message.objects.waiting())
        if self.value() == "since":
            return waiting.filter(pk__gt=held.last_message)
        ended_at = held.outside_at or held.held_at
        return waiting.filter(pk__lte=held.last_message, first_due_at__lte=ended_at)


class ReleasesHeldMail(admin.ModelAdmin):
    """A list of messages with a form that releases held email, for those who may do so."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        held, form = open_hold(), None
        if "release" in request.POST:
            insist(request.user, "outbox.view_message", RELEASE)
            form = ReleaseForm(request.POST, label_suffix="")
            if form.is_valid():
                return self._release(request, form.cleaned_data["reason"])
        elif held and request.user.has_perm(RELEASE):
            form = ReleaseForm(label_suffix="")
        context = {**(extra_context or {}), "held": held, "release_form": form}
        response = super().changelist_view(request, context)
        if form and form.errors:
            response.status_code = 422
        return response

    def _release(self, request: HttpRequest, reason: str) -> HttpResponse:
        try:
            held = release_mail(reason=reason, by=cast("User", request.user), at=now())
        except Refused as refused:
            self.message_user(request, str(refused), level=messages.WARNING)
        else:
            self.log_change(request, held, "Released")
            self.message_user(request, gettext("Email is released. What is due is sent now."))
        return redirect("admin:outbox_message_changelist")


@admin.register(MailHold)
class MailHoldAdmin(LookOnly):
    """The periods in which email was held."""

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
