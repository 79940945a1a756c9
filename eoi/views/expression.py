"""The form of the Expression of Interest."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.autosave import new_page
from core.rate_limits import TooManyAttempts
from eoi.forms.call_alert import new_call_alert_form
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.review import check_context, review, take_chosen_addresses
from eoi.models import EoiDraft
from eoi.services.autosave import clear_form, is_submitted
from eoi.services.sign_off import NotConfirmed
from eoi.services.spam_check import signed_start_time
from eoi.views.error_summary import ErrorSummary, with_retry_after
from eoi.views.form_view import (
    COOKIE,
    form_address,
    new_submission_key,
    with_new_key,
    with_submission_key,
)
from eoi.views.page_context import call_context, contact_of, deadline_context
from eoi.views.received import sent_before
from eoi.views.refusals import open_questions_refusal, refusal_of, too_many_refusal
from eoi.views.sending import SendingView, Unsent
from members.models import Call, CorrespondenceLanguage
from members.services.intake import SubmittedWithOtherAnswers


class CreateView(SendingView):
    """The form, while a call is open or this browser has a kept form; or else when a call opens.

    A POST keeps the form and leads to the check page. A script may send all answers at once with
    `confirmed=1`; that keeps nothing.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.kept is not None:
            # A draft with an address has its own page.
            if self.kept.email:
                return redirect(form_address(self.kept, **request.GET.dict()))
            return self.kept_page(self.kept, template="eoi/create.html")
        return self.new_form() if self.call else self.not_open_page()

    def post(self, request: HttpRequest) -> HttpResponse:
        is_confirmed = "confirmed" in self.typed and "change" not in self.typed
        unanswered = take_chosen_addresses(self.typed)
        if is_confirmed and unanswered:
            refusal = open_questions_refusal(addresses=len(unanswered))
            return self.answer_unkept(refusal=refusal)
        if is_confirmed and self.has_token and not self.is_by_script:
            return self.send_posted()
        return self.keep_and_go_on(self.typed)

    def address_after(self, draft: EoiDraft | None) -> str:
        if draft is None:
            return form_address(None, errors="1")
        if not self.can_send(draft):
            return form_address(draft)
        if "change" in self.typed:
            return form_address(draft, field=str(self.typed["change"]))
        return reverse("eoi:check")

    def new_form(self) -> HttpResponse:
        """Show an empty form, or one without text that says what is wrong."""
        key = self.cookie_key
        is_new = not key or is_submitted(key)
        if is_new:
            key = new_submission_key()
        language = get_language()
        refusal = refusal_of(str(self.request.GET.get("refusal", "")), self.request)
        self.typed["submission_key"], self.typed["page"] = key, new_page()
        self.typed["draft_version"] = ""
        self.typed["started"] = signed_start_time(key, at=self.at)
        self.typed["language"] = language if language in CorrespondenceLanguage.values else ""
        if "errors" in self.request.GET:
            form = ExpressionOfInterestForm(self.typed)
        else:
            form = ExpressionOfInterestForm.as_typed(self.typed)
        response = self.form_page(
            form,
            refusal=refusal,
            sent_before=sent_before(self.request, self.at),
            is_reopened=not is_new,
        )
        # Two windows get the same key, and send one EOI.
        return self.remember(response, key) if is_new else response

    def not_open_page(self) -> HttpResponse:
        next_call = Call.objects.upcoming(self.at).first()
        last_call = Call.objects.closed(self.at).first()
        context = {
            "next_call": next_call and call_context(next_call),
            "last_call": last_call and call_context(last_call, is_over=True),
            "contact": contact_of(next_call or last_call),
            "alert_form": new_call_alert_form(),
        }
        return render(self.request, "eoi/not_open.html", context)

    # Without a kept form

    def answer_unkept(self, refusal: ErrorSummary | None = None) -> HttpResponse:
        """Show the answers to check, with all of them in hidden fields, or the errors."""
        if self.call is None:
            return self.not_open_refusal()
        if "change" in self.typed:
            field = str(self.typed["change"])
            return self.form_page(ExpressionOfInterestForm.as_typed(self.typed, focus_on=field))
        form = ExpressionOfInterestForm(self.typed)
        if not form.is_valid():
            return self.form_page(form, status=422)
        parts = review(form)
        context = check_context(form, self.typed, [row for part in parts for row in part.rows])
        context["carried"] += self.page_fields()
        context |= {
            "parts": parts,
            "call": self.call,
            "is_unsigned": form.is_signed_by_somebody_else,
            "refusal": refusal,
            "has_errors": refusal is not None,
            "contact": contact_of(self.call),
            **deadline_context(self.call, self.at, form.cleaned_data["time_zone"]),
        }
        return render(self.request, "eoi/check.html", context, status=422 if refusal else 200)

    def send_posted(self) -> HttpResponse:
        """Receive the posted answers, which are not kept."""
        form = ExpressionOfInterestForm(self.typed)
        if form.asks_for_time_zone:
            form.refuse_without_time_zone()
        if not form.is_valid():
            return self.form_page(form, status=422) if self.call else self.not_open_refusal()
        return self.send_form(form, self.typed)

    def not_sent(self, refused: Unsent, answers: QueryDict, draft: EoiDraft | None) -> HttpResponse:
        if isinstance(refused, TooManyAttempts):
            refusal = too_many_refusal(
                refused.wait,
                self.call,
                _("What you typed is shown below. Keep this page open until then."),
                at=self.at,
            )
            return with_retry_after(self.form_page(status=429, refusal=refusal), refused)
        if isinstance(refused, SubmittedWithOtherAnswers):
            return self.other_answers_refusal(refused)
        if isinstance(refused, NotConfirmed):
            unsigned = refusal_of("unconfirmed", self.request)
            return self.form_page(status=409, refusal=unsigned)
        return self.not_open_refusal()

    def other_answers_refusal(self, refused: SubmittedWithOtherAnswers) -> HttpResponse:
        """Say what the form was sent with before, and show the typed answers as a new form."""
        if self.call:
            way_on = (
                str(refused),
                _("To send a new expression of interest, check the answers below and send them."),
            )
        else:
            way_on = (
                _("This form was sent with the reference %(reference)s.")
                % {"reference": refused.member.reference},
                _("The call has closed since then and no longer accepts expressions of interest."),
            )
        self.typed = with_new_key(self.typed, at=self.at)
        refusal = ErrorSummary(
            _("This form has already been sent with different answers"),
            (
                *way_on,
                _(
                    "To correct the first expression of interest, open its page with the link in "
                    "our email."
                ),
            ),
        )
        return self.form_page(status=409, refusal=refusal)


@require_POST
def eoi_clear(request: HttpRequest) -> HttpResponse:
    """Delete the kept form, and let this browser begin a new one."""
    clear_form(submission_key=str(with_submission_key(request.POST)["submission_key"]))
    messages.success(request, _("The form is cleared. Nothing that you typed is kept."))
    response = redirect("eoi:create")
    response.delete_cookie(COOKIE, samesite="Lax")
    return response
