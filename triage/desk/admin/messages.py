"""Messages in the admin, each with its member, because the outbox app does not know members."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from core.admin.lookups import ScopedAdmin
from members.models import Member, MemberMessage
from members.services.letters.composing import ADDRESSEE
from outbox.admin.again import Link
from outbox.admin.messages import MessageAdmin, ReadOnlyMessageAdmin
from outbox.models import FINAL_STATUSES, Message, MessageStatus

admin.site.unregister(Message)


class WithFiles(ReadOnlyMessageAdmin):
    """Adds to messages the links to their member, and to the actions on its page."""

    list_display = ["subject", "recipient", "file", "state", "age", "outcome"]
    change_form_template = "admin/members/message/change_form.html"

    @admin.display(description=gettext_lazy("reference"), ordering="reference")
    def file(self, message: Message) -> str:
        return render_to_string("admin/members/message/_file.html", {"message": message})

    def add_links(self, request: HttpRequest, shown: Iterable[Any]) -> None:
        """Also fetch the members that the user may see, in one query for all messages."""
        messages, files = list(shown), dict[str, Member]()
        if request.user.has_perm("members.view_member"):
            references = {message.reference for message in messages if message.reference}
            found = Member.objects.visible_to(cast("User", request.user)).filter(
                reference__in=references
            )
            files = {member.reference: member for member in found.only("reference")}
        for message in messages:
            message.file = files.get(message.reference)
        super().add_links(request, messages)

    def links_of(self, request: HttpRequest, message: Message) -> list[Link]:
        links = super().links_of(request, message)
        file: Member | None = message.file  # type: ignore[attr-defined]
        was_tried = message.status == MessageStatus.QUEUED and message.attempts > 0
        if file is None or not (message.did_not_arrive or was_tried):
            return links
        if request.user.has_perm("members.correct_member"):
            address = reverse("admin:members_member_correct", args=[file.pk])
            links.append(Link(address, gettext_lazy("Correct answers")))
        is_written_again = message.status in FINAL_STATUSES and ADDRESSEE.search(message.topic)
        if is_written_again and request.user.has_perm("outbox.resend_message"):
            address = reverse("admin:members_member_resend", args=[file.pk, message.pk])
            links.append(Link(address, gettext_lazy("Resend")))
        return links


@admin.register(Message)
class OutboxAdmin(WithFiles, MessageAdmin):
    """All messages of the portal, as in the outbox app, with the member of each."""


@admin.register(MemberMessage)
class MemberMessageAdmin(ScopedAdmin, WithFiles):
    """Messages to the members that the user may see, with their delivery status."""

    show_full_result_count = False
