"""The pages of the decisions about a commitment: each shows the effect and the letter."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import insist
from commitments.admin.commitment_page import (
    EVENT_SHOWN,
    commitment_page,
    commitment_url,
    get_commitment_or_404,
    later_changes,
    later_events,
    with_list_filters,
)
from commitments.admin.specs import PUBLISH, VIEW, CommitmentDecision
from commitments.forms.decisions import CommitmentLetterForm
from commitments.services.change_decisions import proposed_content
from commitments.services.content import content_of
from commitments.services.desk_letters import readers_of
from commitments.services.events import CommitmentConflict, WrongStatus
from commitments.services.expected_counting import Forecast, forecast
from commitments.services.leads import waiting_change_of
from core.conflicts import Refused, check_version
from triage.decisions.admin.base import LETTER_ALONE


class SomethingArrived(Refused):
    """Others did something that is no edit conflict after the page was opened."""

    def __init__(self, number: int) -> None:
        super().__init__(
            ngettext(
                "Something arrived while you had this page open. Read it, then decide again.",
                "%(number)d entries arrived while you had this page open. Read them, then decide "
                "again.",
                number,
            )
            % {"number": number}
        )


class NotPossible(Refused):
    """The reason for the decision is gone: for example, no change waits any more."""

    def __init__(self) -> None:
        super().__init__(_("This is no longer possible for this commitment."))


class CommitmentDecisionView(View):
    """The page of a decision, for people with its permission.

    The status is 422 if something is missing, and 409 if the commitment does not allow the
    decision or changed. The typed data stay until the person confirms that they read the change.
    """

    http_method_names = ("get", "head", "post")
    decision: CommitmentDecision = PUBLISH
    request: StaffRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        insist(request.user, VIEW, self.decision.permission)
        self.commitment = get_commitment_or_404(self.request, self.kwargs["pk"])
        data = post_data(self.request)
        self.form = self.decision.form(data, commitment=self.commitment)
        self.letter = None
        # While the lead is not a member, it gets no letter.
        if self.decision.draft and readers_of(self.commitment):
            self.letter = CommitmentLetterForm(data, form=self.form, draft=self.decision.draft)

    def get(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        try:
            self.check_possible()
        except Refused as refused:
            messages.warning(request, str(refused))
            return redirect(commitment_url(request, self.commitment.pk))
        return self.show()

    def post(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        try:
            self.check_possible()
            # A missing version is an error of the form.
            check_version(self.commitment, self.form.version_seen or None, CommitmentConflict)
            if "decide" in request.POST and self.is_complete:
                self.check_arrivals()
                return self.decide()
        except Refused as refused:
            return self.show(refused)
        return self.show()

    @cached_property
    def is_complete(self) -> bool:
        """Whether the data is complete for the requested action."""
        if "decide" in self.request.POST:
            return self.form.is_valid() and (self.letter is None or self.letter.is_valid())
        return True

    def check_possible(self) -> None:
        """Raise WrongStatus or NotPossible if the commitment does not allow the decision."""
        if self.commitment.status not in self.decision.from_statuses:
            raise WrongStatus(self.commitment)
        if not self.decision.is_possible(self.commitment):
            raise NotPossible

    def check_arrivals(self) -> None:
        """Raise SomethingArrived if others did something that the posted page did not show."""
        if EVENT_SHOWN in self.request.POST:
            number = later_events(self.request, self.commitment).count()
            # Confirmed with the changes.
            if number and not self.form.cleaned_data.get("version_read"):
                raise SomethingArrived(number)

    def decide(self) -> HttpResponse:
        """Make the decision. Raises what the service raises."""
        facts: dict[str, Any] = {**self.form.arguments, "version": self.form.version_seen}
        if self.decision.draft and self.letter:
            facts["message"] = self.letter.letter
        self.decision.service(self.commitment, by=self.request.user, at=now(), **facts)
        messages.success(self.request, str(self.decision.done))
        return redirect(commitment_url(self.request, self.commitment.pk))

    def show(self, refused: Refused | None = None) -> HttpResponse:
        """Show the page, with the reason if the decision was refused."""
        status = 409 if refused else 200 if self.is_complete else 422
        if "decide" not in self.request.POST:
            self.show_no_errors()
        if self.letter and self.request.POST.get("show_letter") == LETTER_ALONE:
            return render(self.request, "admin/decisions/_letter.html", {"letter": self.letter})
        address = reverse(self.decision.url_name, args=[self.commitment.pk])
        return commitment_page(
            self.request,
            self.commitment,
            "decision",
            {
                "decision": self.decision,
                "forecast": self.forecast() if self.decision.publishes else None,
                "form": self.form,
                "letter": self.letter,
                "refused": refused,
                "has_changed": isinstance(refused, CommitmentConflict),
                "changes": later_changes(self.request, self.commitment) if refused else [],
                "address_of_the_decision": with_list_filters(self.request, address),
            },
            title=str(self.decision.label),
            status=status,
        )

    def forecast(self) -> Forecast | None:
        """Return what would count after the decision."""
        change = waiting_change_of(self.commitment)
        content = (
            proposed_content(self.commitment, change) if change else content_of(self.commitment)
        )
        return forecast(self.commitment, content)

    def show_no_errors(self) -> None:
        """Compose the letter for the choice. What is still missing is no error yet."""
        for form in filter(None, (self.form, self.letter)):
            form.errors.clear()
        if self.letter:
            self.letter.compose_again()
