"""The list of mailings, the URLs of their pages, and the letters of co-leads."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.text import Truncator, capfirst
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from accounts.admin.base import int_or_invalid
from accounts.models import User
from core.admin.history import HistoryAdmin
from core.admin.lookups import ScopedAdmin
from core.dates import GENEVA, format_datetime_short
from mailings.admin import actions as steps
from mailings.admin import mailing_page, new_mailing, preview, recipients
from mailings.admin.pages import UNSUBSCRIBE, VIEW, subject_of
from mailings.admin.unsubscribing import unsubscribe
from mailings.models import GroupLetter, Mailing
from mailings.services.group_letters import (
    LETTERS,
    number_of_recipients,
    release_letter,
    whole_text,
)
from members.admin.submissions import SubmissionDesk
from outbox.services.rendering import as_fragment


class GroupLetterDesk(SubmissionDesk):
    """The list of letters of co-leads, and the page of one with the number of its recipients."""

    model = GroupLetter
    kind = LETTERS
    result_model = Mailing
    may_view = VIEW
    template = "admin/mailings/mailing/group_letter.html"
    list_page = "admin:mailings_mailing_group_letters"
    list_title = gettext_lazy("Letters of co-leads")
    title = gettext_lazy("Letter of a co-lead")
    nothing_waits = gettext_lazy(
        "No letters are waiting. Co-leads write to their working group on their own pages."
    )
    released = gettext_lazy("The letter is released, and is being sent now.")
    returned = gettext_lazy("The letter was returned. The co-lead was told the reason.")

    def release(self, submission: GroupLetter, version: int) -> Mailing:
        number = int_or_invalid(self.request.POST, "number")
        return release_letter(
            letter=submission, version=version, number=number, by=self.request.user, at=now()
        )

    def in_list(self, submission: GroupLetter) -> str:
        return format_datetime_short(submission.submitted_at, GENEVA)

    def context(self, submission: GroupLetter) -> dict[str, object]:
        return {
            "html": as_fragment(whole_text(submission), language=submission.language),
            "number": number_of_recipients(submission, by=self.request.user, at=now()),
        }


@admin.register(Mailing)
class MailingAdmin(ScopedAdmin, HistoryAdmin):
    """Mailings. Each is edited on its own page; actions on it are separate pages."""

    list_display = ("what", "state", "kind_in_short", "whom", "created_by", "when", "figures")
    list_display_links = ("what",)
    list_filter = ("status", "kind")
    list_select_related = ("created_by",)
    list_per_page = 20
    ordering = ("-created_at", "-pk")
    search_fields = ("texts__subject", "selection_in_words")
    search_help_text = gettext_lazy("Search by subject or selected recipients")
    actions = None
    change_list_template = "admin/mailings/mailing/list.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        waiting = GroupLetter.objects.visible_to(cast("User", request.user)).waiting()
        shown = {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "waiting_letters": waiting.count(),
            "may_unsubscribe": request.user.has_perm(UNSUBSCRIBE),
        }
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        mailings: Any = super().get_queryset(request)
        found: QuerySet[Any] = mailings.with_sent().prefetch_related("texts")
        return found

    @admin.display(description=gettext_lazy("subject"))
    def what(self, mailing: Mailing) -> str:
        """Return the subject in the first language, if there is one."""
        return subject_of(mailing) or str(mailing)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, mailing: Mailing) -> str:
        """Return the short label of the status."""
        return render_to_string("admin/mailings/mailing/_status.html", {"mailing": mailing})

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_in_short(self, mailing: Mailing) -> str:
        """Return the short label of the kind."""
        return render_to_string("admin/mailings/mailing/_kind.html", {"mailing": mailing})

    @admin.display(description=gettext_lazy("recipients"))
    def whom(self, mailing: Mailing) -> str:
        """Return a short description of the recipients."""
        words = Truncator(mailing.selection_as_read).chars(80)
        shown = {"mailing": mailing, "words": words}
        return render_to_string("admin/mailings/mailing/_selection.html", shown)

    @admin.display(description=gettext_lazy("when"), ordering="scheduled_for")
    def when(self, mailing: Mailing) -> str:
        """Return when the mailing goes or went out, or when the draft was created."""
        return format_datetime_short(mailing.scheduled_for or mailing.created_at, GENEVA)

    @admin.display(description=gettext_lazy("sent"))
    def figures(self, mailing: Any) -> str:
        """Return how many messages were sent, and the total."""
        return f"{mailing.sent} / {mailing.recipient_count}" if mailing.recipient_count else "–"

    def get_urls(self) -> list[URLPattern]:
        # These come before Django's own URL patterns, which match any path.
        staff = self.admin_site.admin_view
        pages: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
            ("add/", new_mailing.new_mailing, "add"),
            ("add/list/", new_mailing.new_mailing_from_list, "add_listed"),
            ("unsubscribe/", unsubscribe, "unsubscribe"),
            ("group-letters/", GroupLetterDesk.as_list(), "group_letters"),
            ("group-letters/<int:pk>/", GroupLetterDesk.as_view(), "group_letter"),
            ("<int:pk>/change/", mailing_page.MailingView.as_view(), "change"),
            ("<int:pk>/recipients/", recipients.recipients, "recipients"),
            ("<int:pk>/recipients/export/", recipients.export, "export"),
            ("<int:pk>/preview/", preview.preview, "preview"),
            ("<int:pk>/preview/mail/", preview.mail, "mail"),
            ("<int:pk>/send/", steps.send, "send"),
            ("<int:pk>/reschedule/", steps.reschedule, "reschedule"),
            ("<int:pk>/take-back/", steps.revert_to_draft, "take_back"),
            ("<int:pk>/cancel/", steps.cancel, "cancel"),
            ("<int:pk>/stop/", steps.stop, "stop"),
            ("<int:pk>/go-on/", steps.resume, "go_on"),
        ]
        return [
            *(
                path(route, staff(view), name=f"mailings_mailing_{name}")
                for route, view, name in pages
            ),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Mailing | None = None) -> bool:
        # A mailing is cancelled and not deleted, so that a record of it remains.
        return False
