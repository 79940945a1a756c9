"""The pages to show a draft to the person who may sign, and to confirm its answers."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from core.dates import GENEVA, format_datetime
from core.language_switch import form_as_typed, switched_language
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.review import review
from eoi.forms.sign_off import ConfirmAnswersForm
from eoi.models import EoiDraft, SignOff
from eoi.services import sign_off as signing_off
from eoi.services.draft_links import draft_of
from eoi.services.drafts import DraftNotFound, member_of_submission
from eoi.views.error_summary import ErrorSummary
from eoi.views.token_auth import no_index
from members.services.private_links import InvalidLink


@method_decorator(never_cache, name="dispatch")
class SignOffView(View):
    """Make and revoke the link with which the person who may sign reads a draft."""

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
        context: dict[str, object] = {"token": token, "sign_off": sign_off}
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
            response = render(request, "eoi/sign_off_gone.html", status=404)
        return no_index(response)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = ConfirmAnswersForm(request.POST, label_suffix="")
        if switched_language(request):
            return self.page(form_as_typed(form))
        if not form.is_valid() or not self.answers().is_valid():
            return self.page(form, status=422)
        try:
            signing_off.confirm_answers(sign_off=self.sign_off, **form.cleaned_data, at=self.at)
        except (signing_off.AnswersChanged, signing_off.AlreadyConfirmed) as refused:
            self.sign_off.refresh_from_db()
            title = _("The answers were not confirmed")
            return self.page(refusal=ErrorSummary(title, (str(refused),)), status=409)
        messages.success(request, _("Thank you. You have confirmed the answers."))
        return redirect("eoi:confirm_answers", token)

    def answers(self) -> ExpressionOfInterestForm:
        """Return the form with the answers of the draft."""
        typed = self.sign_off.draft.answers.copy()
        typed["submission_key"] = self.sign_off.draft.submission_key
        return ExpressionOfInterestForm(typed)

    def page(
        self,
        form: ConfirmAnswersForm | None = None,
        *,
        refusal: ErrorSummary | None = None,
        status: int = 200,
    ) -> HttpResponse:
        draft = self.sign_off.draft
        answers = self.answers()
        context = {
            # Validated first: the sections have only valid answers.
            "is_complete": answers.is_valid(),
            "missing": [answers[name].label for name in answers.errors],
            "parts": review(answers),
            "form": form or self.empty_form(),
            "refusal": refusal,
            "contact": draft.call.contact_email,
            **_confirmation(self.sign_off, draft),
        }
        return render(self.request, "eoi/confirm_answers.html", context, status=status)

    def empty_form(self) -> ConfirmAnswersForm:
        seen = signing_off.digest_of(self.sign_off.draft.answers)
        return ConfirmAnswersForm(initial={"seen": seen}, label_suffix="")


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
