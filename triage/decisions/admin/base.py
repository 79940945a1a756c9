"""The pages of all decisions: each shows the effect and the letter, and makes the decision."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.admin.base import StaffRequest, post_data
from accounts.models import User
from accounts.services.permissions import insist
from core.admin.history import HistoryChange
from core.conflicts import Conflict, Refused, check_version
from members.services.letter_drafts import (
    LetterDraftConflict,
    discard_letter_draft,
    keep_decided_letter,
    save_letter_draft,
)
from triage.decisions.admin.declaration import Decision, Words
from triage.decisions.admin.undo import notice_after, undo_of
from triage.decisions.forms.decisions import DecisionForm
from triage.decisions.forms.letters import LetterForm
from triage.staff_pages.arrivals import arrivals_on, check_arrivals
from triage.staff_pages.pages import queue_url, row_url, with_list_filters
from triage.staff_pages.previous_next import next_url, success_message, work_url

# The value of the button that updates the letter, if a script needs the letter without the page.
LETTER_ALONE = "alone"

Panes = Callable[[StaffRequest, Any], Mapping[str, object]]


def no_panes(_request: StaffRequest, _row: Any) -> Mapping[str, object]:
    """Return nothing: the page shows the decision alone."""
    return {}


class DecisionPane:
    """One decision about a row as a page shows it: its form, its letter and their drafts.

    Without `data`, the form has the values that the decision proposes, or those of the draft.
    """

    def __init__(
        self,
        decision: Decision,
        row: Any,
        by: User,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
    ) -> None:
        self.decision, self.desk, self.row, self.by = decision, decision.desk, row, by
        self.drafts = list(self.open_drafts) if decision.letter else []
        self.form: DecisionForm = decision.form(data, files, row=row, kept=self.draft_to_show)
        self.form.is_kept_by_colleague = bool(self.form.kept and self.form.kept.by_id != by.pk)
        self.letter = None
        readers = self.desk.readers(row) if decision.letter else []
        if decision.letter and readers:
            draft = partial(decision.letter, **{self.desk.name: row})
            self.letter = LetterForm(data, form=self.form, readers=readers, draft=draft)

    @property
    def draft_to_show(self) -> Any:
        """The person's own draft, or that of the colleague who asks them to confirm."""
        by_person = {draft.by_id: draft for draft in self.drafts}
        if not by_person or self.by.pk in by_person:
            return by_person.get(self.by.pk)
        first = self.desk.first_person(self.row, self.decision.kind)
        return by_person.get(first.pk) if first else None

    @property
    def open_drafts(self) -> QuerySet[Any]:
        drafts: QuerySet[Any] = self.row.letter_drafts.open().filter(kind=self.decision.kind)
        return drafts.select_related("by").order_by("saved_at", "pk")

    def check_possible(self) -> None:
        """Raise the desk's `wrong_status`, or Refused (not_possible), if the row forbids it."""
        if self.row.status not in self.decision.from_statuses:
            raise self.desk.wrong_status(self.row)
        if not self.decision.is_possible(self.row):
            raise Refused(str(self.desk.not_possible), code="not_possible")

    def check_version(self) -> None:
        """Compare the row with what the person had on screen, even if form data is missing.

        Raises what check_possible() raises, and the desk's conflict. The service compares again,
        under the lock.
        """
        self.check_possible()
        # A missing version is an error of the form.
        check_version(self.row, self.form.version_seen or None, self.desk.conflict)

    def why_outdated(self) -> Refused | None:
        """Return why the restored draft cannot be decided before the person has read a change."""
        try:
            if self.form.restored:
                self.check_version()
        except Refused as refused:
            return refused
        return None

    def context(self, refused: Refused | None = None) -> dict[str, Any]:
        """Return the context of the template, with the reason if the decision was refused."""
        changes: list[HistoryChange] = []
        if refused:
            changes = self.desk.changes_since(self.row, self.form.version_seen)
        return {
            "decision": self.decision,
            "desk": self.desk,
            "row": self.row,
            "sentence": self.decision.sentence_for(self.row),
            "notice": self.decision.notice(self.row, self.by),
            "form": self.form,
            "letter": self.letter,
            "no_readers": self.desk.no_readers if self.decision.letter else "",
            "refused": refused,
            "has_changed": isinstance(refused, Conflict),
            "changes": changes,
            "draft_to_read": refused.draft if isinstance(refused, LetterDraftConflict) else None,
            "drafts_of_colleagues": [each for each in self.drafts if each.by_id != self.by.pk],
        }


class DecisionView(View):
    """The page of a decision, for people with its permissions.

    A letter can be saved as a draft, or discarded, before the decision.

    The status is 422 if something is missing, and 409 if the row does not allow the decision.
    The typed data and the version stay until the person confirms that they have read the change. A
    refusal is shown together with form errors, and also if the person only asks for the letter.
    """

    http_method_names = ("get", "head", "post")
    # Given to as_view(), or set by a subclass.
    decision: Decision = None  # type: ignore[assignment]
    template = "decision"
    # Returns what the page shows around the decision.
    panes: Panes = staticmethod(no_panes)
    request: StaffRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.desk = self.decision.desk
        insist(request.user, *self.desk.permissions, self.decision.permission)
        self.row = self.get_row()
        insist(request.user, *self.decision.permissions_for(self.row))
        # Without any, the form of a GET stays unbound.
        files = request.FILES or None
        self.pane = DecisionPane(
            self.decision, self.row, self.request.user, post_data(self.request), files
        )
        self.form, self.letter = self.pane.form, self.pane.letter

    def get(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        try:
            self.pane.check_possible()
        except Refused as refused:
            messages.warning(request, str(refused))
            return redirect(row_url(request, self.desk.model, self.row.pk))
        return self.show(self.pane.why_outdated())

    def post(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        try:
            if self.letter and "save_draft" in request.POST:
                return self.save_draft(self.letter)
            if self.letter and "throw_away" in request.POST:
                return self.discard_draft()
            self.pane.check_version()
            if "decide" in request.POST and self.is_complete:
                check_arrivals(self.request, self.desk.timeline(self.row))
                return self.decide()
        except Refused as refused:
            return self.show(refused)
        return self.show()

    def get_row(self) -> Any:
        """Return the row in the URL. Raises Http404 if the user may not see it."""
        return self.desk.get_or_404(self.request, self.kwargs["pk"])

    def get_facts(self) -> dict[str, Any]:
        """Return the arguments of the service besides the row, the person and the time."""
        written = {"message": self.letter.letter} if self.letter else {}
        return {**self.form.arguments, **written, "version": self.form.version_seen}

    def get_context(self) -> dict[str, Any]:
        """Return the additional context for the template of one decision."""
        return {}

    @cached_property
    def is_complete(self) -> bool:
        """Whether the data is complete for the requested action."""
        if "decide" in self.request.POST:
            return self.form.is_valid() and (self.letter is None or self.letter.is_valid())
        return True

    def save_draft(self, letter: LetterForm) -> HttpResponse:
        """Save the letter as typed. Raises what save_letter_draft raises."""
        save_letter_draft(
            row=self.row,
            kind=self.decision.kind,
            from_statuses=self.decision.from_statuses,
            wrong_status=self.desk.wrong_status,
            form_data=letter.as_posted,
            in_place_of=letter.draft_in_place_of,
            by=self.request.user,
            at=now(),
        )
        return self.reload(_("Draft saved. No decision was made and no email was sent."))

    def discard_draft(self) -> HttpResponse:
        discard_letter_draft(row=self.row, kind=self.decision.kind, by=self.request.user)
        return self.reload(_("Draft discarded."))

    def reload(self, message: str) -> HttpResponse:
        messages.success(self.request, message)
        address = reverse(self.decision.url_name, args=[self.row.pk])
        return redirect(with_list_filters(self.request, address, self.desk.model))

    def decide(self) -> HttpResponse:
        """Make the decision, and show this or the next row. Raises what the service raises."""
        facts, onwards = self.get_facts(), next_url(self.request, self.row)
        at = now()
        facts |= {self.desk.name: self.row, "by": self.request.user, "at": at}
        made = self.make_decision(facts)
        onwards = onwards or work_url(self.request, self.row) or queue_url(self.request)
        done = success_message(self.request, self.row, self.words_after(made))
        undo = undo_of(self.request, self.desk, [self.row], at=at)
        if undo and undo.decided_at < at:
            # Only an earlier decision can be undone.
            undo = None
        if undo and self.letter:
            keep_decided_letter(
                row=self.row,
                kind=self.decision.kind,
                form_data=self.letter.as_posted,
                by=self.request.user,
                at=at,
            )
        if self.desk.has_last_decisions:
            # Only for screen readers, as the last decisions show it too.
            messages.success(self.request, done, extra_tags="visually-hidden" if undo else "")
        elif onwards != row_url(self.request, self.desk.model, self.row.pk):
            messages.success(self.request, notice_after(undo, done, self.request))
        else:
            messages.success(self.request, done)
        return redirect(onwards)

    def make_decision(self, facts: dict[str, Any]) -> object:
        """Call the service, and return what it made."""
        return self.decision.service(**facts)

    def words_after(self, _made: object) -> Words:
        """Return what the person reads after the service has made something."""
        return self.decision.done

    def show(self, refused: Refused | None = None) -> HttpResponse:
        """Show the page, with the reason if the decision was refused."""
        status = 200 if self.is_complete else 422
        if refused and self.request.method == "POST":
            status = 409
        if "decide" not in self.request.POST:
            self.show_no_errors()
        if self.letter and self.request.POST.get("show_letter") == LETTER_ALONE:
            return render(self.request, "admin/decisions/_letter.html", {"letter": self.letter})
        context, shown = self.pane.context(refused), dict(self.panes(self.request, self.row))
        if "arrivals" not in shown or self.request.method == "POST":
            timeline, changes = self.desk.timeline(self.row), context["changes"]
            shown["arrivals"] = arrivals_on(self.request, timeline, changes=changes)
        return self.desk.page(
            self.request,
            self.template,
            {**shown, **context, **self.get_context()},
            title=str(self.decision.label),
            status=status,
            **{self.desk.name: self.row},
        )

    def show_no_errors(self) -> None:
        """Compose the letter for the choice. What is still missing is no error yet."""
        for form in filter(None, (self.form, self.letter)):
            form.errors.clear()
        if self.letter:
            self.letter.compose_again()
