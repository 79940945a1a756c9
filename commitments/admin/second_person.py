"""The pages on which a second person confirms what a colleague asks for."""

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.admin.base import StaffRequest, int_or_invalid
from accounts.services.permissions import needs
from commitments.admin.specs import DECISIONS, VIEW, get_commitment_or_404
from commitments.models import Amount, Commitment, EventKind, PublicationRequest
from commitments.services.change_decisions import proposed_content
from commitments.services.content import content_of
from commitments.services.expected_counting import amounts_to_confirm, forecast
from commitments.services.leads import waiting_change_of
from commitments.services.second_person import (
    is_request,
    take_back_request,
    waiting_request,
    why_second_person,
)
from core.conflicts import Refused
from members.services.letter_drafts import save_letter_draft
from triage.decisions.admin.base import DecisionView
from triage.decisions.admin.declaration import Words
from triage.staff_pages.pages import row_url

ASKED: Final = gettext_lazy(
    "A colleague must confirm this. Until then, nothing is published and no total changes."
)


class SecondPersonView(DecisionView):
    """The page of a decision that may need a second person, who finds the first one's letter."""

    @transaction.atomic
    def make_decision(self, facts: dict[str, Any]) -> object:
        made = super().make_decision(facts)
        if is_request(made) and self.letter:
            own = self.row.letter_drafts.open().filter(kind=self.decision.kind, by=facts["by"])
            draft = own.first()
            form_data = QueryDict(self.letter.as_posted, mutable=True)
            # What the colleague confirms is the version of the request.
            form_data["version"] = str(self.row.version)
            save_letter_draft(
                row=self.row,
                kind=self.decision.kind,
                from_statuses=self.decision.from_statuses,
                wrong_status=self.desk.wrong_status,
                form_data=form_data.urlencode(),
                in_place_of=draft.version if draft else 0,
                by=facts["by"],
                at=facts["at"],
            )
        return made

    def words_after(self, made: object) -> Words:
        return ASKED if is_request(made) else super().words_after(made)


class PublishingView(SecondPersonView):
    """The page of a decision that publishes says what would count after it."""

    def get_context(self) -> dict[str, Any]:
        change = waiting_change_of(self.row)
        content = proposed_content(self.row, change) if change else content_of(self.row)
        why = why_second_person(self.row, amounts_to_confirm(self.row, content), at=now())
        return {"forecast": forecast(self.row, content), "why_second_person": why}


@require_POST
@needs(VIEW)
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back one's own request for a second person."""
    commitment = get_commitment_or_404(request, pk)
    version = int_or_invalid(request.POST, "version")
    try:
        take_back_request(commitment, by=request.user, at=now(), version=version)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The request is taken back."))
    return redirect(row_url(request, Commitment, pk))


def request_context(commitment: Commitment) -> dict[str, Any]:
    """Return the request of a commitment that waits, and the page on which it is confirmed."""
    request = waiting_request(commitment)
    return {
        "publication_request": request,
        "confirmed_on": next(
            (each for each in DECISIONS if request and each.kind == request.kind), None
        ),
    }


def amount_request(amount: Amount) -> PublicationRequest | None:
    """Return the request to count an amount that waits, if there is one."""
    request = waiting_request(amount.commitment)
    if request is None or request.kind != EventKind.COUNTING_CHANGED:
        return None
    return request if request.amount_id == amount.pk else None
