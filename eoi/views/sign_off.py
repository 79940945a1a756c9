"""The pages to show a draft to the person who may sign, and to confirm its answers."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from core.dates import GENEVA, format_datetime
from core.language_switch import form_as_typed, switched_language
from core.rate_limits import TooManyAttempts, retry_message
from eoi.forms.drafts import ConfirmAnswersForm
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.review import review
from eoi.models import EoiDraft, SignOff
from eoi.services import sign_off as signing_off
from eoi.services.draft_links import draft_of
from eoi.services.drafts import DraftNotFound, member_of_submission
from eoi.services.late_requests import late_acceptance_of
from eoi.services.sign_off import Signatory
from eoi.views.error_summary import ErrorSummary, with_retry_after
from eoi.views.form_view import form_address
from eoi.views.sending import send, to_confirmation
from eoi.views.token_auth import no_index
from members.models import Call, Member
from members.services.intake import CallClosed, SubmittedWithOtherAnswers
from members.services.private_links import InvalidLink


@method_decorator(never_cache, name="dispatch")
class SignOffView(View):
    """Make and revoke the link with which the person who may sign reads a draft.

    The page names the answers that are missing, so that the link is made for a complete draft.
    """

    http_method_names = ["get", "head", "post"]
    at: datetime
    draft: EoiDraft

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.at = timezone.now()
        try:
            self.draft = draft_of(kwargs["token"], at=self.at)
            if member_of_submission(self.draft.submission_key):
                # Its page says that it was sent.
                return redirect("eoi:draft", kwargs["token"])
            response = super().dispatch(request, *args, **kwargs)
        except (InvalidLink, DraftNotFound):
            response = render(request, "eoi/draft_gone.html", status=404)
        return no_index(response)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page(token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if "make" in request.POST:
            signing_off.make_link(draft=self.draft, at=self.at)
        elif "revoke" in request.POST:
            try:
                signing_off.revoke_link(draft=self.draft, at=self.at)
            except InvalidLink:
                return self.page(token, status=409)
            messages.success(request, _("The link no longer works."))
        else:
            return self.page(token, status=422)
        return redirect("eoi:sign_off", token)

    def page(self, token: str, *, status: int = 200) -> HttpResponse:
        sign_off = SignOff.objects.filter(draft=self.draft).select_related("draft").first()
        context: dict[str, object] = {
            "token": token,
            "sign_off": sign_off,
            "missing": _missing_answers(self.draft),
        }
        if sign_off:
            address = signing_off.sign_off_address(sign_off)
            context |= {
                "address": address,
                "mail_link": _mail_link(address),
                **_confirmation(sign_off, self.draft),
            }
        return render(self.request, "eoi/sign_off.html", context, status=status)


@method_decorator(never_cache, name="dispatch")
class ConfirmAnswersView(View):
    """Show the answers of a draft to the person who may sign, and record their confirmation.

    With `send`, a POST also sends the answers, or does neither.

    Every invalid link gets the same response.
    """

    http_method_names = ["get", "head", "post"]
    at: datetime
    sign_off: SignOff

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.at = timezone.now()
        try:
            self.sign_off = signing_off.sign_off_of(kwargs["token"], at=self.at)
            response = super().dispatch(request, *args, **kwargs)
        except (InvalidLink, DraftNotFound):
            response = self.sent(request, kwargs["token"]) or render(
                request, "eoi/sign_off_gone.html", status=404
            )
        return no_index(response)

    def sent(self, request: HttpRequest, token: str) -> HttpResponse | None:
        """Return the confirmation if the button to confirm and send was pressed twice."""
        if "send" not in request.POST:
            return None
        member = signing_off.sent_by_signer(token, seen=str(request.POST.get("seen", "")))
        return to_confirmation(request, member) if member else None

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = ConfirmAnswersForm(request.POST, label_suffix="")
        if switched_language(request):
            return self.page(form_as_typed(form))
        if not form.is_valid() or not self.answers.is_valid():
            return self.page(form, status=422)
        if "send" in request.POST and self.answers.has_open_questions:
            return self.page(form, status=422)
        try:
            if "send" in request.POST:
                return to_confirmation(request, self.send(Signatory(**form.cleaned_data)))
            signing_off.confirm_answers(sign_off=self.sign_off, **form.cleaned_data, at=self.at)
        except TooManyAttempts as refused:
            refusal = ErrorSummary(_("Not sent yet"), (retry_message(refused.wait),))
            return with_retry_after(self.page(form, refusal=refusal, status=429), refused)
        except CallClosed as refused:
            refusal = ErrorSummary(_("Not confirmed and not sent"), (str(refused),))
            return self.page(form, refusal=refusal, status=409)
        except (signing_off.AnswersChanged, signing_off.AlreadyConfirmed) as refused:
            self.sign_off.refresh_from_db()
            del self.answers
            title = _("The answers were not confirmed")
            return self.page(refusal=ErrorSummary(title, (str(refused),)), status=409)
        messages.success(
            request,
            _("Thank you. You have confirmed the answers. We tell your colleague by email."),
        )
        return redirect("eoi:confirm_answers", token)

    def send(self, signatory: Signatory) -> Member:
        """Confirm the answers and send them.

        Raises TooManyAttempts, CallClosed, AnswersChanged, AlreadyConfirmed, and DraftNotFound and
        InvalidLink if the draft was sent or deleted, or the link revoked, meanwhile.
        """
        draft = self.sign_off.draft
        call = Call.objects.open_at(self.at).first()
        receive = partial(
            signing_off.confirm_and_send,
            sign_off=self.sign_off,
            signatory=signatory,
            typed=draft.answers,
        )
        try:
            return send(
                self.request,
                self.answers,
                call=call or draft.call,
                late_acceptance=None if call else late_acceptance_of(draft, at=self.at),
                receive=receive,
                at=self.at,
            )
        except SubmittedWithOtherAnswers as refused:
            raise DraftNotFound from refused

    @cached_property
    def answers(self) -> ExpressionOfInterestForm:
        """The form with the answers of the draft."""
        return _answers_of(self.sign_off.draft)

    def page(
        self,
        form: ConfirmAnswersForm | None = None,
        *,
        refusal: ErrorSummary | None = None,
        status: int = 200,
    ) -> HttpResponse:
        draft, answers = self.sign_off.draft, self.answers
        is_complete = answers.is_valid()
        context = {
            # Validated first: the sections have only valid answers.
            "is_complete": is_complete,
            "can_send": is_complete and not answers.has_open_questions and self.is_open(),
            "missing": [answers[name].label for name in answers.errors],
            "parts": review(answers),
            "form": form or self.empty_form(),
            "refusal": refusal,
            "contact": draft.call.contact_email,
            **_confirmation(self.sign_off, draft),
        }
        return render(self.request, "eoi/confirm_answers.html", context, status=status)

    def is_open(self) -> bool:
        """Return whether the draft can be sent now: to the open call, or late."""
        draft, at = self.sign_off.draft, self.at
        if draft.call.is_open_at(at) or Call.objects.open_at(at).exists():
            return True
        return late_acceptance_of(draft, at=at) is not None

    def empty_form(self) -> ConfirmAnswersForm:
        seen = signing_off.digest_of(self.sign_off.draft.answers)
        return ConfirmAnswersForm(initial={"seen": seen}, label_suffix="")


@dataclass(frozen=True)
class MissingAnswer:
    """An answer that is missing or wrong, and the address of its field in the form."""

    label: str | Promise
    address: str


def _answers_of(draft: EoiDraft) -> ExpressionOfInterestForm:
    """Return the form with the answers of a draft, without the question who is authorised."""
    typed = draft.answers.copy()
    typed["submission_key"] = draft.submission_key
    form = ExpressionOfInterestForm(typed)
    form.leave_out_authority()
    return form


def _missing_answers(draft: EoiDraft) -> list[MissingAnswer]:
    """Return the answers that must be given or corrected before a draft can be sent."""
    form = _answers_of(draft)
    if form.asks_for_time_zone:
        form.refuse_without_time_zone()
    address = form_address(draft, errors="1")
    missing = [MissingAnswer(form[name].label, f"{address}#id_{name}") for name in form.errors]
    for name in form.mistyped_addresses:
        question = _("Is %(address)s right? Say so on the page “Check your answers”.")
        label = question % {"address": form.cleaned_data[name]}
        missing.append(MissingAnswer(label, f"{form_address(draft, field=name)}#id_{name}"))
    return missing


def confirmation_of(draft: EoiDraft) -> dict[str, Any]:
    """Return the context of `_confirmation.html`, empty if the draft has no link to confirm it."""
    sign_off = SignOff.objects.filter(draft=draft).first()
    return _confirmation(sign_off, draft) if sign_off else {}


def _confirmation(sign_off: SignOff, draft: EoiDraft) -> dict[str, object]:
    moment = sign_off.confirmed_at
    return {
        "confirmed_by": sign_off,
        "confirmed_at": moment and format_datetime(moment, GENEVA),
        "is_confirmed": signing_off.is_confirmed(sign_off, draft.answers),
    }


def _mail_link(address: str) -> str:
    """Return a link that opens a new mail with the address of the page to confirm."""
    mail = {
        "subject": _("Please confirm our expression of interest in Partner2Connect"),
        "body": address,
    }
    return f"mailto:?{urlencode(mail, quote_via=quote)}"
