"""The check page, which sends a kept form, and the page of one of its sections."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.language_switch import switched_language
from core.rate_limits import TooManyAttempts
from eoi.forms.expression import EMAIL_FIELDS, ExpressionOfInterestForm
from eoi.forms.layout import OPTIONAL_SECTIONS, REQUIRED_SECTIONS, FormSection
from eoi.forms.review import check_context, review
from eoi.models import EoiDraft
from eoi.services.autosave import kept_form
from eoi.services.drafts import member_of_submission
from eoi.services.sign_off import NotConfirmed
from eoi.views.error_summary import ErrorSummary
from eoi.views.form_view import FormView, form_address
from eoi.views.page_context import contact_of, deadline_context, late_context
from eoi.views.refusals import open_questions_refusal, refusal_of, too_many_refusal, waiting_time
from eoi.views.sending import SendingView, Unsent, to_confirmation
from eoi.views.sign_off import confirmation_of
from members.services.intake import SubmittedWithOtherAnswers
from members.services.private_links import token_for_object

# What the check page may ask.
ASKED_FIELDS: Final = (*EMAIL_FIELDS, "time_zone")
SECTIONS: Final = {part.slug: part for part in (*REQUIRED_SECTIONS, *OPTIONAL_SECTIONS)}


class CheckView(SendingView):
    """Show the answers that are kept, and send them.

    The POST has only the key of the form, the version that the page showed, and the answers to
    what the page asked.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        draft = self.kept
        late = {} if self.call or draft is None else late_context(draft, self.at)
        if draft is None or not (self.call or "accepted_until" in late):
            return redirect(form_address(draft))
        self.show(draft, draft.answers)
        form = ExpressionOfInterestForm(self.typed)
        if not form.is_valid():
            return redirect(form_address(draft, errors="1"))
        parts = review(form)
        context = check_context(form, self.typed, [row for part in parts for row in part.rows])
        context |= {
            "carried": [("submission_key", draft.submission_key), *self.page_fields()],
            "kept": draft,
            "parts": parts,
            "call": self.call or draft.call,
            "contact": contact_of(self.call or draft.call),
            "refusal": self.refusal(form),
            "has_errors": "errors" in request.GET,
            "switch_form": "eoi-form",
            "form_address": form_address(draft, field="acronym"),
            **deadline_context(self.call, self.at, form.cleaned_data["time_zone"]),
            **late.get("accepted_until", {}),
        }
        if draft.email:
            context |= {"draft_token": token_for_object(draft), **confirmation_of(draft)}
        context["is_unsigned"] = form.is_signed_by_somebody_else and not context.get("is_confirmed")
        return render(request, "eoi/check.html", context)

    def refusal(self, form: ExpressionOfInterestForm) -> ErrorSummary | None:
        """Return why the form was not sent, if it was refused."""
        query = self.request.GET
        if "errors" in query and form.has_open_questions:
            return open_questions_refusal(
                is_zone_asked=form.asks_for_time_zone, addresses=len(form.mistyped_addresses)
            )
        if "wait" in query:
            wait = waiting_time(str(query["wait"]))
            meanwhile = _("Until then, your answers are kept.")
            if wait is None:
                return None
            return too_many_refusal(wait, self.call, meanwhile, at=self.at)
        return refusal_of(str(query.get("refusal", "")), self.request)

    def post(self, request: HttpRequest) -> HttpResponse:
        key = str(self.typed["submission_key"])
        draft = kept_form(key, at=self.at)
        if draft is None:
            member = member_of_submission(key)
            if member is not None:
                return to_confirmation(request, member)
            return redirect(form_address(None, refusal="gone"))
        answers = draft.answers.copy()
        answers["submission_key"] = key
        for name in ASKED_FIELDS:
            if name in request.POST:
                answers[name] = answer = str(request.POST[name])
                if name in EMAIL_FIELDS:
                    answers.appendlist("right_addresses", answer)
        if self.is_by_script:
            return self.keep_and_go_on(answers)
        if self.version != draft.version:
            return self.remember(redirect(check_address(refusal="changed")), key, draft.version)
        if switched_language(request) or not self.has_token:
            return self.keep_and_go_on(answers)
        form = ExpressionOfInterestForm(answers)
        if "show" in request.POST or not form.is_valid() or form.has_open_questions:
            return self.keep_and_go_on(answers)
        return self.send_form(form, answers, draft)

    def not_sent(self, refused: Unsent, answers: QueryDict, draft: EoiDraft | None) -> HttpResponse:
        if draft is None or isinstance(refused, SubmittedWithOtherAnswers):
            return self.keep_as_new(answers, code="sent")
        if isinstance(refused, TooManyAttempts):
            address = check_address(wait=str(int(refused.wait.total_seconds())))
        elif isinstance(refused, NotConfirmed):
            address = check_address(refusal="unconfirmed")
        else:
            address = form_address(draft)
        return self.remember(redirect(address), draft.submission_key, draft.version)

    def own_address(self, draft: EoiDraft | None) -> str:
        return reverse("eoi:check")

    def address_after(self, draft: EoiDraft | None) -> str:
        if "show" in self.request.POST and draft and self.has_token and not self.is_asking(draft):
            return sign_off_page(draft)
        return check_address(**({"errors": "1"} if self.has_token else {"refusal": "expired"}))

    def is_asking(self, draft: EoiDraft) -> bool:
        """Return whether the check page still asks something about the answers of a draft."""
        typed = draft.answers.copy()
        typed["submission_key"] = draft.submission_key
        form = ExpressionOfInterestForm(typed)
        return form.is_valid() and form.has_open_questions


class SectionView(FormView):
    """One section of a kept form, opened from the check page, where it leads back to."""

    part: FormSection

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if kwargs["part"] not in SECTIONS:
            raise Http404
        self.part = SECTIONS[kwargs["part"]]

    def get(self, request: HttpRequest, part: str) -> HttpResponse:
        draft = self.kept
        if draft is None:
            return redirect("eoi:create")
        self.show(draft, draft.answers)
        return self.section_page(has_errors="errors" in request.GET, is_reopened=True)

    def post(self, request: HttpRequest, part: str) -> HttpResponse:
        draft = kept_form(str(self.typed["submission_key"]), at=self.at)
        answers = draft.answers.copy() if draft else QueryDict(mutable=True)
        answers["submission_key"] = str(self.typed["submission_key"])
        for name in self.part.fields:
            answers.setlist(name, self.typed.getlist(name))
        self.typed = answers
        return self.keep_and_go_on(answers)

    def address_after(self, draft: EoiDraft | None) -> str:
        if draft is None:
            return form_address(None)
        form = ExpressionOfInterestForm(self.typed)
        if any(name in form.errors for name in self.part.fields):
            return f"{self.own_address(draft)}?errors=1"
        return reverse("eoi:check")

    def own_address(self, draft: EoiDraft | None) -> str:
        return reverse("eoi:section", args=[self.part.slug])

    def section_page(self, *, has_errors: bool, is_reopened: bool) -> HttpResponse:
        field = str(self.request.GET.get("field", ""))
        if has_errors:
            form = ExpressionOfInterestForm(self.typed)
        else:
            form = ExpressionOfInterestForm.as_typed(self.typed, focus_on=field)
        form.show_only(self.part)
        return self.form_page(
            form, template="eoi/section.html", part=self.part, is_reopened=is_reopened
        )

    def answer_unkept(self) -> HttpResponse:
        return self.form_page()


def sign_off_page(draft: EoiDraft) -> str:
    """Return the address where a draft is shown to the person who may sign, once it is saved."""
    if draft.email:
        return reverse("eoi:sign_off", args=[token_for_object(draft)])
    return reverse("eoi:save_draft")


def check_address(**query: str) -> str:
    """Return the address of the check page."""
    address = reverse("eoi:check")
    [(name, value)] = query.items()
    return f"{address}?{name}={value}"
