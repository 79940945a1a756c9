"""The views of all decisions. Only five of them need code in addition to their declaration."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.services.permissions import needs
from core.uploads import accepts_files
from members.models import Category
from members.services import exceptions
from members.services.answer_files import MAX_FILES, max_files_size
from members.services.countries import name_of
from outbox.admin.mail_preview import View
from papers.services.stored_files import NotStored
from triage.decisions.admin.base import DecisionView, Panes
from triage.decisions.admin.declaration import Decision
from triage.decisions.admin.specs import (
    ASK_OPINION,
    CLEAR_SUSPICION,
    CLOSE,
    DECLINE,
    RECORD_ANSWER,
)
from triage.staff_pages.pages import member_url


class ClearSuspicionView(DecisionView):
    """Show the member's page if a colleague has already cleared the suspicion."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.row.is_undecided and not self.row.is_suspect:
            messages.warning(request, str(exceptions.not_flagged_as_spam()))
            return redirect(member_url(request, self.row.pk))
        return super().dispatch(request, *args, **kwargs)


class DeclineView(DecisionView):
    """Name the country if the organisation represents a Member State."""

    template = "decline"

    def get_context(self) -> dict[str, Any]:
        if self.row.category != Category.MEMBER_STATE:
            return {}
        country = {"country": name_of(self.row.country)}
        return {
            "heading": _("Decline a Member State, %(country)s") % country,
            "decide_label": _("Decline %(country)s") % country,
        }


class CloseView(DecisionView):
    """Propose the reason in the URL, and link to the page for duplicates."""

    template = "close"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.form.initial["reason"] = request.GET.get("reason")


class AskOpinionView(DecisionView):
    """Offer all colleagues, but not the person who asks. The URL may propose one."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        asked_of: Any = self.form.fields["asked_of"]
        asked_of.queryset = asked_of.queryset.exclude(pk=self.request.user.pk)
        self.form.initial["asked_of"] = request.GET.get("asked_of")


class RecordAnswerView(DecisionView):
    """Say if the files of the answer could not be stored."""

    def decide(self) -> HttpResponse:
        try:
            return super().decide()
        except NotStored as trouble:
            self.form.add_error("documents", str(trouble))
            return self.show()


def _recording(panes: Panes) -> View:
    """Return the view that records an answer, which takes files from people with permission."""
    view = RecordAnswerView.as_view(decision=RECORD_ANSWER, panes=panes)

    @needs(RECORD_ANSWER.permission)
    @accepts_files(max_files_size, field="documents", max_files=MAX_FILES + 1)
    def record_answer(request: HttpRequest, pk: int) -> HttpResponseBase:
        return view(request, pk=pk)

    return record_answer


VIEWS = {
    ASK_OPINION: AskOpinionView,
    CLEAR_SUSPICION: ClearSuspicionView,
    DECLINE: DeclineView,
    CLOSE: CloseView,
}


def view_of(decision: Decision, panes: Panes) -> View:
    """Return the view of a decision. Its page shows the decision beside the panes."""
    if decision is RECORD_ANSWER:
        return _recording(panes)
    return VIEWS.get(decision, DecisionView).as_view(decision=decision, panes=panes)
