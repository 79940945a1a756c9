"""The pages on which a lead reads the whole commitment, and sends it, also again."""

from dataclasses import replace
from typing import Any, ClassVar, Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from commitments.forms.commitment import TITLES, CommitmentForm, form_for
from commitments.forms.send import AnswerForm, ReasonForm, SeenForm, SubmitForm
from commitments.models import CommitmentStatus, CommitmentType
from commitments.services.answers import answer, correct
from commitments.services.changes import propose_change
from commitments.services.completeness import gaps_in
from commitments.services.content import Content, content_of
from commitments.services.content_in_words import compared, content_in_words
from commitments.services.drafts import has_other_version, typed_version
from commitments.services.leads import (
    CorrectionClosed,
    is_correctable,
    question_about,
    waiting_change_of,
)
from commitments.services.similar import similar_to
from commitments.services.submission import submit
from commitments.views.commitment_form import LeadView
from commitments.views.my_commitments import commitment_page
from core.conflicts import Refused
from core.language_switch import form_as_typed, switched_language
from members.views.signed_in import MemberRequest

# The references of similar commitments that the lead has compared.
CONFIRMED_SIMILAR: Final = "other_than"


class SendView(LeadView):
    """The base of the pages on which a lead reads the whole commitment, and sends it.

    A page for another status leads to the page of the commitment.
    """

    for_status: ClassVar[CommitmentStatus]
    form_class: ClassVar[type[SeenForm]]
    template: ClassVar[str]

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.elsewhere() or self.page()

    def post(self, request: HttpRequest) -> HttpResponse:
        if elsewhere := self.elsewhere():
            return elsewhere
        form = self.form_class(request.POST)
        if switched_language(request):
            return self.page(form_as_typed(form))
        whole = form_for(self.commitment)
        is_valid = form.is_valid()
        if not is_valid or not whole.is_valid():
            return self.page(form, whole=whole, status=422)
        try:
            self.send(whole.content(), form.cleaned_data)
        except Refused as refused:
            self.commitment.refresh_from_db()
            return self.elsewhere() or self.refused_page(refused)
        messages.success(request, self.success())
        return redirect("commitments:my_commitment", self.commitment.reference)

    def elsewhere(self) -> HttpResponse | None:
        """Return where to go if the commitment has another status."""
        if self.status == self.for_status:
            return None
        return redirect("commitments:my_commitment", self.commitment.reference)

    def send(self, content: Content, cleaned: dict[str, Any]) -> None:
        """Call the service function. Raises Refused."""
        raise NotImplementedError

    def success(self) -> str:
        """Return what the next page says."""
        raise NotImplementedError

    def refused_page(self, refused: Refused) -> HttpResponse:
        """Show what is stored now, with what the person typed on this page."""
        again = self.request.POST.copy()
        again["version"] = str(self.commitment.version)
        again["seen"] = str(typed_version(self.commitment))
        form = form_as_typed(self.form_class(again))
        return self.page(form, refused=refused, status=409)

    def page(
        self,
        form: SeenForm | None = None,
        *,
        whole: CommitmentForm | None = None,
        refused: Refused | None = None,
        status: int = 200,
    ) -> HttpResponse:
        whole = whole or form_for(self.commitment)
        content = whole.content()
        if form is None:
            versions = {
                "version": self.commitment.version,
                "seen": typed_version(self.commitment),
            }
            form = self.form_class(initial=versions)
        errors = whole.errors
        gaps = gaps_in(content)
        parts = self.parts_in_words(whole, content)
        context = {
            "form": form,
            "commitment": self.commitment,
            "refused": refused,
            "rows": [
                {
                    "part": each.part,
                    "title": TITLES[each.part],
                    "facts": each.facts,
                    "has_other": has_other_version(self.commitment, each.part),
                    "errors": errors.get(each.part, []),
                    "gaps": [gap.sentence for gap in gaps if gap.part == each.part],
                }
                for each in parts
            ],
            "has_part_errors": bool(errors),
            "number_of_gaps": len(gaps),
            "is_financial": content.type == CommitmentType.FINANCIAL,
            **self.more_context(content),
        }
        return render(self.request, self.template, context, status=status)

    def parts_in_words(self, whole: CommitmentForm, content: Content) -> Any:
        """Return the content in words; after it was sent once, with what changes."""
        if self.for_status == CommitmentStatus.DRAFT:
            return content_in_words(content)
        return compared(content_in_words(content_of(self.commitment)), content_in_words(content))

    def more_context(self, content: Content) -> dict[str, Any]:
        """Return what only this page shows."""
        return {}


class CheckView(SendView):
    """Read a draft, and send it. Similar commitments are shown beside it first."""

    for_status = CommitmentStatus.DRAFT
    form_class = SubmitForm
    template = "commitments/check.html"

    def send(self, content: Content, cleaned: dict[str, Any]) -> None:
        submit(
            self.commitment,
            content_with_consent(content, cleaned),
            version=cleaned["version"],
            seen=cleaned["seen"],
            confirmed_similar=self.request.POST.getlist(CONFIRMED_SIMILAR),
            by=self.person,
            at=self.at,
        )

    def success(self) -> str:
        return _("The commitment is sent. We have confirmed it by email.")

    def more_context(self, content: Content) -> dict[str, Any]:
        confirmed = self.request.POST.getlist(CONFIRMED_SIMILAR)
        similar = similar_to(self.commitment, content) if content.title else []
        return {
            "similar": [
                {
                    "commitment": other,
                    "facts": [
                        fact for each in content_in_words(content_of(other)) for fact in each.facts
                    ],
                    "is_confirmed": other.reference in confirmed,
                }
                for other in similar
            ],
            "own_title": content.title,
            "own_language": content.language,
        }


class CorrectView(SendView):
    """Correct what was sent, while nobody of the staff has taken it."""

    for_status = CommitmentStatus.SUBMITTED
    form_class = SeenForm
    template = "commitments/correct.html"

    def elsewhere(self) -> HttpResponse | None:
        if is_correctable(self.commitment):
            return None
        if self.request.method == "POST":
            request = cast("MemberRequest", self.request)
            return commitment_page(
                request, self.commitment, self.person, self.at, refused=CorrectionClosed()
            )
        return super().elsewhere() or redirect(
            "commitments:my_commitment", self.commitment.reference
        )

    def send(self, content: Content, cleaned: dict[str, Any]) -> None:
        correct(self.commitment, content, by=self.person, at=self.at, **cleaned)

    def success(self) -> str:
        return _("Your correction is sent. We have confirmed it by email.")


class AnswerView(SendView):
    """Answer a question of staff, with a corrected commitment."""

    for_status = CommitmentStatus.INFORMATION_REQUESTED
    form_class = AnswerForm
    template = "commitments/answer.html"

    def send(self, content: Content, cleaned: dict[str, Any]) -> None:
        answer(self.commitment, content, by=self.person, at=self.at, **cleaned)

    def success(self) -> str:
        return _("Your answer is sent.")

    def more_context(self, content: Content) -> dict[str, Any]:
        return {"question": question_about(self.commitment)}


class ProposeChangeView(SendView):
    """Propose a change of a published commitment, with a public reason."""

    for_status = CommitmentStatus.PUBLISHED
    form_class = ReasonForm
    template = "commitments/propose_change.html"

    def elsewhere(self) -> HttpResponse | None:
        if waiting_change_of(self.commitment):
            return redirect("commitments:my_commitment", self.commitment.reference)
        return super().elsewhere()

    def send(self, content: Content, cleaned: dict[str, Any]) -> None:
        reason = cleaned.pop("text")
        propose_change(
            self.commitment, content, reason=reason, by=self.person, at=self.at, **cleaned
        )

    def success(self) -> str:
        return _("The change is proposed. The register shows it once we have accepted it.")


def content_with_consent(content: Content, cleaned: dict[str, Any]) -> Content:
    """Return the content with the consent of the page."""
    return replace(content, publication_consent=cleaned["publication_consent"])
