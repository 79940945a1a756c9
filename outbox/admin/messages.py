"""The admin of messages: their recipient, their delivery, and retrying or cancelling them.

Messages cannot be added, changed or deleted here, not even by a superuser.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy, ngettext, override

from accounts.admin.base import StaffRequest, page
from accounts.services.permissions import insist
from core.admin.lookups import LookOnly
from core.conflicts import Refused
from outbox.admin.again import Link, MessageList, add_who_sent_again
from outbox.admin.held import OriginFilter, ReleasesHeldMail
from outbox.admin.mail_preview import mail_frame, page_with_mail_frame
from outbox.models import CLOCK_TOLERANCE, Heartbeat, Message, MessageQuerySet, MessageStatus
from outbox.models.delivery_event import SuppressedAddress
from outbox.services import queue
from outbox.services.rendering import as_html, as_text
from outbox.services.smtp_errors import explain, explain_delivery
from outbox.services.worker_health import check_health, health_warnings

# Nobody reads a page that lists more.
MAX_MESSAGES_SHOWN = 100


@dataclass(frozen=True)
class MessageActionPage:
    """An action on messages, with the texts of its confirmation page."""

    name: str
    make: Callable[..., Message]
    title: str | Promise
    question: str | Promise
    done: str | Promise

    @property
    def permission(self) -> str:
        return f"outbox.{self.name}_message"


RETRY = MessageActionPage(
    name="retry",
    make=queue.retry_message,
    title=gettext_lazy("Retry"),
    question=gettext_lazy("The same text is sent to the same address again."),
    done=gettext_lazy("Retrying now."),
)
CANCEL = MessageActionPage(
    name="cancel",
    make=queue.cancel_message,
    title=gettext_lazy("Cancel"),
    question=gettext_lazy("Cancelled messages are not sent, and nothing is sent in their place."),
    done=gettext_lazy("Cancelled. Nothing will be sent."),
)
CHANGES = {change.name: change for change in (RETRY, CANCEL)}


class DeliveryFilter(admin.SimpleListFilter):
    """Filters messages that did not arrive and were not sent again."""

    title = gettext_lazy("delivery")
    parameter_name = "arrival"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("failed", gettext_lazy("Undelivered and not resent"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        if self.value() == "failed":
            return cast("MessageQuerySet", queryset).undelivered()
        return queryset


class ReadOnlyMessageAdmin(LookOnly):
    """A list of messages, and a page for each message with its preview, without actions."""

    list_display = ["subject", "recipient", "reference", "state", "age", "outcome"]
    list_filter = ["status", DeliveryFilter, "queued_at"]
    search_fields = ["reference", "recipient", "subject", "topic"]
    search_help_text = gettext_lazy("Search by reference, recipient, subject or topic.")
    list_select_related = ["resent_from"]
    ordering = ["-queued_at", "-pk"]
    fields = ["subject"]
    change_form_template = "admin/outbox/message/change_form.html"

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, message: Message) -> str:
        return render_to_string("admin/outbox/message/_status.html", {"message": message})

    @admin.display(description=gettext_lazy("age"), ordering="-queued_at")
    def age(self, message: Message) -> str:
        """Return how long ago the message was queued."""
        return timesince(message.queued_at, now(), depth=1)

    @admin.display(description=gettext_lazy("result"))
    def outcome(self, message: Message) -> str:
        """Return the result of the delivery in plain language, and what can be done."""
        return render_to_string(
            "admin/outbox/message/_outcome.html", {"message": message, "words": explain(message)}
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return MessageList

    def add_links(self, request: HttpRequest, shown: Iterable[Any]) -> None:
        """Set `links` on each message to the pages of the actions that the user may take."""
        for message in shown:
            message.links = self.links_of(request, message)

    def links_of(self, request: HttpRequest, message: Message) -> list[Link]:
        """Return the links to the pages where the user can send a message again."""
        if not self._may_retry(request, message):
            return []
        return [Link(reverse("admin:outbox_message_retry", args=[message.pk]), RETRY.title)]

    def _may_retry(self, request: HttpRequest, message: Message) -> bool:
        return message.may_be_retried(now()) and self.has_retry_permission(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        return [path("<int:pk>/preview/", view, name=name), *super().get_urls()]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return False

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return False

    @method_decorator(page_with_mail_frame)
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        message: Message = obj
        self.add_links(request, [message])
        # The notes in place of private links are in the language of the message, as in the preview.
        with override(message.language):
            text = as_text(message.body)
        context |= {
            "title": message.subject,
            "subtitle": None,
            "message": message,
            "explanation": explain_delivery(message, at=now()),
            "suppressed": SuppressedAddress.objects.in_force().of(message.recipient).first(),
            "events": message.events.order_by("at", "pk"),
            "is_waiting": message.status in (MessageStatus.QUEUED, MessageStatus.SENDING),
            "text": text,
            "resent_as": message.resent_as.order_by("pk"),
            "actions": message.actions.order_by("at", "pk"),
            "may_cancel": message.is_unsent(now()) and self.has_cancel_permission(request),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @method_decorator(mail_frame)
    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the mail as mail programs show it, without the recipient's private links."""
        insist(request.user, f"{self.opts.app_label}.view_{self.opts.model_name}")
        message = get_object_or_404(self.get_queryset(request), pk=pk)
        return HttpResponse(as_html(message.subject, message.body, language=message.language))


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


@admin.register(Message)
class MessageAdmin(RetriesDeferred, ReleasesHeldMail, ReadOnlyMessageAdmin):
    """All messages of the portal, with the actions on them."""

    list_filter = [*ReadOnlyMessageAdmin.list_filter, OriginFilter]
    actions = ["retry_messages", "cancel_messages"]

    @admin.action(description=gettext_lazy("Retry"), permissions=["retry"])
    def retry_messages(
        self, request: HttpRequest, chosen: "QuerySet[Message]"
    ) -> HttpResponse | None:
        """Retry several failed or deferred messages, after a confirmation."""
        return self._ask_and_change(request, RETRY, list(chosen.order_by("queued_at", "pk")))

    @admin.action(description=gettext_lazy("Cancel"), permissions=["cancel"])
    def cancel_messages(
        self, request: HttpRequest, chosen: "QuerySet[Message]"
    ) -> HttpResponse | None:
        """Cancel several queued messages, after a confirmation."""
        return self._ask_and_change(request, CANCEL, list(chosen.order_by("queued_at", "pk")))

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CANCEL.permission)

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/retry/",
                site(self.one_change_view),
                {"name": RETRY.name},
                name="outbox_message_retry",
            ),
            path(
                "<int:pk>/cancel/",
                site(self.one_change_view),
                {"name": CANCEL.name},
                name="outbox_message_cancel",
            ),
            *super().get_urls(),
        ]

    def one_change_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Ask whether to retry or cancel one message; a POST does it."""
        message = get_object_or_404(Message, pk=pk)
        change = CHANGES[name]
        insist(request.user, "outbox.view_message", change.permission)
        if request.method == "POST":
            self._change(request, change, [message])
            return redirect("admin:outbox_message_change", pk)
        return self._ask(request, change, [message])

    def _ask_and_change(
        self, request: HttpRequest, change: MessageActionPage, chosen: list[Message]
    ) -> HttpResponse | None:
        """Show the confirmation page of an action, or take the action if it is confirmed."""
        if "confirmed" not in request.POST:
            return self._ask(request, change, chosen)
        self._change(request, change, chosen)
        return None

    def _ask(
        self, request: HttpRequest, change: MessageActionPage, chosen: list[Message]
    ) -> HttpResponse:
        """Show the confirmation page with the messages that will be changed."""
        is_across = request.POST.get("select_across") == "1"
        shown = chosen[:MAX_MESSAGES_SHOWN]
        add_who_sent_again(shown)
        return page(
            request,
            "admin/outbox/message/confirm.html",
            {
                "question": change.question,
                "action": f"{change.name}_messages",
                "shown": shown,
                "more": max(len(chosen) - MAX_MESSAGES_SHOWN, 0),
                # A selection across all pages is sent back as such, since the number of form fields
                # is limited.
                "select_across": int(is_across),
                "selected": [message.pk for message in chosen[: 1 if is_across else None]],
            },
            model=Message,
            title=change.title,
        )

    def _change(
        self, request: HttpRequest, change: MessageActionPage, chosen: list[Message]
    ) -> None:
        """Change each message separately, and show why any of them was refused."""
        changed = 0
        for message in chosen:
            try:
                change.make(message=message, by=request.user, at=now())
            except Refused as refused:
                said = gettext("%(heading)s: %(words)s")
                said %= {"heading": message.subject, "words": refused}
                self.message_user(request, said, level=messages.WARNING)
            else:
                changed += 1
                self.log_change(request, message, str(change.done))
        if changed:
            said = ngettext("%(count)d message: %(done)s", "%(count)d messages: %(done)s", changed)
            self.message_user(request, said % {"count": changed, "done": change.done})


@admin.register(Heartbeat)
class HeartbeatAdmin(LookOnly):
    """When the processes behind the portal were last alive."""

    list_display = ["name", "queue", "at", "age"]
    list_display_links = None
    list_select_related = False
    ordering = ["name", "queue", "pk"]
    fields = ["name", "queue", "at"]

    @admin.display(description=gettext_lazy("time since"))
    def age(self, heartbeat: Heartbeat) -> str:
        """Return how long ago that was, or by how much the clock is ahead."""
        at = now()
        if heartbeat.at - at > CLOCK_TOLERANCE:
            return gettext("%(age)s ahead") % {"age": timesince(at, heartbeat.at)}
        return timesince(heartbeat.at, at)
