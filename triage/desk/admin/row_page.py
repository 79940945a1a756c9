"""What the pages of rows with an event log share: decisions, the conversation, notes and undo.

Commitments, needs and offers have them. The page of a member has more (member_page.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.admin.base import StaffRequest
from accounts.services.permissions import insist
from core.conflicts import Refused
from inbox.models import IncomingMailQuerySet
from members.services.event_log import EventLog
from outbox.models import FINAL_STATUSES, MessageQuerySet
from outbox.services.rendering import as_text
from outbox.services.smtp_errors import explain_delivery
from triage.decisions.admin.declaration import Decision, Desk, decisions_on
from triage.decisions.admin.undo import posted_versions, undo_of, undo_row
from triage.decisions.forms.decisions import InternalNoteForm
from triage.desk.admin.conversation import (
    can_read_messages,
    conversation_context,
    received_file,
)
from triage.desk.admin.member_messages import MessagePanel, grouped
from triage.staff_pages.arrivals import Arrivals
from triage.staff_pages.pages import row_url, with_list_filters
from triage.staff_pages.previous_next import previous_and_next


@dataclass(frozen=True, kw_only=True)
class RowPages:
    """The pages about one row of a desk.

    `panes` returns what its page shows, and `title` its title. `note` is the kind of an internal
    note, which those with `permission` write. `letters` and `replies` are the mail about a row.
    """

    desk: Desk
    log: EventLog[Any, Any]
    decisions: Sequence[Decision]
    panes: Callable[[StaffRequest, Any], Mapping[str, object]]
    title: Callable[[Any], str]
    template: str
    permission: str
    note: str
    letters: Callable[[Any], MessageQuerySet]
    replies: Callable[[Any], IncomingMailQuerySet]

    @property
    def urls(self) -> tuple[tuple[str, Callable[..., HttpResponseBase], str], ...]:
        """The route, the view and the name of each page."""
        reading_or_posting = require_http_methods(["GET", "HEAD", "POST"])
        return (
            ("<int:pk>/change/", require_safe(self.open), "change"),
            ("<int:pk>/note/", reading_or_posting(self.add_note), "note"),
            ("<int:pk>/received/<int:received>/", require_safe(self.reply_file), "reply_file"),
            ("undo/", require_POST(self.undo), "undo"),
        )

    def open(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show a row with all that is known about it."""
        insist(request.user, *self.desk.permissions)
        return self.show(request, self.desk.get_or_404(request, pk))

    def show(
        self, request: StaffRequest, row: Any, *, status: int = 200, **context: object
    ) -> HttpResponse:
        """Show a row; `context` replaces or adds to what its page shows."""
        return self.desk.page(
            request,
            self.template,
            {**self.panes(request, row), **context},
            title=self.title(row),
            status=status,
            **{self.desk.name: row},
        )

    def add_note(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Add an internal note. A GET shows the page of the row."""
        insist(request.user, *self.desk.permissions, self.permission)
        row = self.desk.get_or_404(request, pk)
        if request.method != "POST":
            return redirect(row_url(request, self.desk.model, pk))
        form = InternalNoteForm(request.POST)
        if not form.is_valid():
            return self.show(request, row, note_form=form, status=422)
        try:
            self.log.add_note(row, self.note, **form.cleaned_data, by=request.user, at=now())
        except Refused as refused:
            form.add_error("text", str(refused))
            return self.show(request, row, note_form=form, status=422)
        messages.success(request, _("Note added."))
        return redirect(row_url(request, self.desk.model, pk))

    def reply_file(self, request: StaffRequest, pk: int, received: int) -> HttpResponseBase:
        """Send a file of a reply by mail about a row that the user may see."""
        insist(request.user, *self.desk.permissions)
        row = self.desk.get_or_404(request, pk)
        back = row_url(request, self.desk.model, pk)
        return received_file(request, self.replies(row), received, back=back)

    def undo(self, request: StaffRequest) -> HttpResponse:
        """Undo the latest decision on the row that was posted, with its version."""
        insist(request.user, *self.desk.permissions)
        visible: QuerySet[Any] = self.desk.model._default_manager.visible_to(  # type: ignore[attr-defined]
            request.user
        )
        row = visible.filter(pk__in=list(posted_versions(request))).first()
        if row is None:
            raise Http404
        return undo_row(request, self.desk, row, self.decisions)

    def address(self, page: str, request: StaffRequest, row: Any) -> str:
        """Return the URL of a page of a row, with the list to return to."""
        address = reverse(self.desk.url_name(page), args=[row.pk])
        return with_list_filters(request, address, self.desk.model)

    def desk_panes(self, request: StaffRequest, row: Any, *, at: datetime) -> dict[str, Any]:
        """Return what every page of a row shows: decisions, notes and the conversation."""
        user, events = request.user, list(row.events.order_by("-at", "-pk"))
        latest = max((event.pk for event in events), default=0)
        note_form = InternalNoteForm()
        note_form.initial["after"] = latest
        letters = self._panels(row, at) if can_read_messages(user) else []
        return {
            "row": row,
            "desk": self.desk,
            "may_note": user.has_perm(self.permission),
            "decisions": decisions_on(self.decisions, row, user),
            "decisions_with_keys": [each for each in self.decisions if each.key],
            "neighbours": previous_and_next(request, row),
            "undo": undo_of(request, self.desk, [row], at=at),
            "arrivals": Arrivals(latest=latest),
            "events": events,
            "note_form": note_form,
            "address_of_the_note": self.address("note", request, row),
            **conversation_context(
                request,
                row_address=reverse(self.desk.url_name("change"), args=[row.pk]),
                files_page=self.desk.url_name("reply_file"),
                entries=events,
                note=self.note,
                letters=grouped(letters),
                replies=self.replies(row),
            ),
        }

    def _panels(self, row: Any, at: datetime) -> list[MessagePanel]:
        """Return the mail about a row, the newest first."""
        return [
            MessagePanel(
                message=message,
                text=as_text(message.body),
                explanation=explain_delivery(message, at=at),
                is_finished=message.status in FINAL_STATUSES,
                was_resent=False,
                resending=None,
            )
            for message in self.letters(row).order_by("-queued_at", "-pk")
        ]
