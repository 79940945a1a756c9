"""The page on which focal points correct an undecided EOI."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.conflicts import NothingChanged
from core.language_switch import form_as_typed, switched_language
from eoi.forms.correction import SelfCorrectionForm
from eoi.forms.review import changes, check_context, take_chosen_addresses
from eoi.views.error_summary import ErrorSummary
from eoi.views.token_auth import FocalPointView
from members.models import FocalPoint
from members.services import corrections


class CorrectView(FocalPointView):
    """Correct an undecided EOI.

    The first POST shows the changes to check, `change=<field>` the form at that field, and
    `confirmed=1` saves. If the answers were changed meanwhile, the response is 409 with the typed
    and the current answers, and `instead` saves the typed ones. `section` names the only section
    that the page shows; the others are in hidden fields. A switch of the language shows the same
    page again.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        form = self.form()
        form.show_section(str(request.GET.get("section", "")))
        return self.form_page(form)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        typed = request.POST.copy()
        unanswered = take_chosen_addresses(typed)
        if "instead" in typed:
            typed["seen"] = str(typed["instead"])
        if "change" in typed and self.member.is_undecided:
            form = SelfCorrectionForm.as_typed(
                typed,
                focus_on=str(typed["change"]),
                member=self.member,
                focal_points=self.people,
            )
            return self.form_page(form)

        form = self.form(typed)
        is_confirmed = "confirmed" in typed or "instead" in typed
        seen = str(typed.get("seen", ""))
        try:
            # The service checks again under the lock.
            corrections.check_correctable(self.member, self.people, seen)
            if switched_language(request):
                return self.switched_page(form, typed)
            if is_confirmed and form.asks_for_time_zone:
                form.refuse_without_time_zone()
            if not form.is_valid():
                form.show_section(str(typed.get("section", "")))
                return self.form_page(form, status=422)
            if not is_confirmed or unanswered:
                return self.check_page(form, typed, has_errors=bool(unanswered))
            corrections.correct_own_answers(
                member=self.member,
                facts=form.facts,
                focal_points=form.facts_of_people,
                alternate=form.alternate,
                seen=seen,
                by=self.focal_point,
                at=self.at,
            )
        except NothingChanged:
            return self.form_page(form, is_unchanged=True)
        except corrections.CorrectionClosed as refused:
            return self.closed_page(typed, refused)
        except corrections.AnswersConflict as refused:
            return self.conflict_page(typed, refused)
        return self.saved(
            _("Your corrections are saved. We have sent an email to the alternate focal point.")
            if form.alternate
            else _("Your corrections are saved.")
        )

    def switched_page(self, form: SelfCorrectionForm, typed: QueryDict) -> HttpResponse:
        """Show the check or the form again, as it was typed."""
        if "confirmed" in typed and form.is_valid():
            return self.check_page(form, typed)
        form = form_as_typed(form)
        form.show_section(str(typed.get("section", "")))
        return self.form_page(form)

    @cached_property
    def people(self) -> list[FocalPoint]:
        return list(self.member.focal_points.order_by("is_alternate"))

    def form(self, typed: QueryDict | None = None) -> SelfCorrectionForm:
        return SelfCorrectionForm(typed, member=self.member, focal_points=self.people)

    def form_page(self, form: SelfCorrectionForm, **more: Any) -> HttpResponse:
        """Show the form, or say that the EOI can no longer be corrected."""
        if not self.member.is_undecided:
            more["ended"] = corrections.CorrectionClosed(self.member)
        return self.render("correct", form=form, people=self.people, **more)

    def check_page(
        self, form: SelfCorrectionForm, typed: QueryDict, *, has_errors: bool = False
    ) -> HttpResponse:
        changed = changes(form)
        if not changed:
            return self.form_page(form, is_unchanged=True)
        context = check_context(form, typed, [change.row for change in changed])
        if context["zones"]:
            changed = [change for change in changed if change.row.name != "time_zone"]
        if has_errors:
            sentence = _("Choose which email address is right")
            context["refusal"] = ErrorSummary(
                _("Not saved yet: one answer is missing"), (sentence,)
            )
        status = 422 if has_errors else 200
        return self.render(
            "correct_check", changes=changed, has_errors=has_errors, status=status, **context
        )

    def closed_page(self, typed: QueryDict, refused: corrections.CorrectionClosed) -> HttpResponse:
        """Say that the EOI was decided on, and show the form as typed."""
        self.read_again()
        if self.is_being_decided:
            refusal = self.being_decided(_("Not saved yet"))
            return self.form_page(self.form(typed), status=409, refusal=refusal)
        refusal = ErrorSummary(
            _("Not saved: these answers can no longer be corrected here"),
            (
                str(refused),
                _("What you typed was not saved. It is shown below. Keep a copy."),
            ),
        )
        return self.form_page(self.form(typed), status=409, refusal=refusal)

    def conflict_page(self, typed: QueryDict, refused: corrections.AnswersConflict) -> HttpResponse:
        """Show the typed answers beside the changes that somebody else saved."""
        self.read_again()
        form = self.form(typed)
        # Validates the form, which `changes` needs.
        is_valid = form.is_valid()
        differences = changes(form)
        if is_valid and not differences:
            # The form was sent twice, or somebody else made the same change.
            return self.saved(_("Your corrections are saved."))
        refusal = ErrorSummary(
            _("Not saved yet: the answers have changed"),
            (
                str(refused),
                _(
                    "What you typed is shown below. Check the differences, then decide whether to "
                    "save your answers."
                ),
            ),
        )
        now = corrections.fingerprint(self.member, self.people)
        return self.form_page(form, status=409, refusal=refusal, differences=differences, now=now)

    def read_again(self) -> None:
        self.focal_point.member.refresh_from_db()
        del self.people

    def saved(self, sentence: str) -> HttpResponse:
        messages.success(self.request, sentence)
        return redirect("eoi:status", self.token)
