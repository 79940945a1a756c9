"""The page to ask to send a draft after the deadline of its call."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from core.conflicts import Refused
from core.language_switch import form_as_typed, switched_language
from eoi.forms.drafts import RequestLateForm
from eoi.models import EoiDraft
from eoi.services.draft_links import draft_of
from eoi.services.drafts import DraftNotFound, member_of_submission
from eoi.services.late_requests import request_late
from eoi.views.page_context import call_context, late_context
from eoi.views.token_auth import no_index
from members.models import Call
from members.services.private_links import InvalidLink


@method_decorator(never_cache, name="dispatch")
class RequestLateView(View):
    """Say what staff will read, and ask them on POST.

    Every invalid link gets the same response. If there is nothing to ask for, the page of the draft
    says why.
    """

    http_method_names = ["get", "head", "post"]
    at: datetime
    draft: EoiDraft

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.at = timezone.now()
        try:
            self.draft = draft_of(kwargs["token"], at=self.at)
            if member_of_submission(self.draft.submission_key) or not self.can_ask():
                return redirect("eoi:draft", kwargs["token"])
            response = super().dispatch(request, *args, **kwargs)
        except (InvalidLink, DraftNotFound):
            response = render(request, "eoi/draft_gone.html", status=404)
        return no_index(response)

    def can_ask(self) -> bool:
        is_open = Call.objects.open_at(self.at).exists()
        return not is_open and bool(late_context(self.draft, self.at)["can_ask"])

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        typed = str(self.draft.answers.get("organisation_name", ""))
        form = RequestLateForm(initial={"organisation_name": typed}, label_suffix="")
        return self.page(token, form)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = RequestLateForm(request.POST, label_suffix="")
        if switched_language(request):
            return self.page(token, form_as_typed(form))
        if not form.is_valid():
            return self.page(token, form, status=422)
        try:
            request_late(draft=self.draft, **form.cleaned_data, at=self.at)
        except DraftNotFound:
            raise
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("We have received your request."))
        return redirect("eoi:draft", token)

    def page(self, token: str, form: RequestLateForm, *, status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "token": token,
            "draft": self.draft,
            "closed": call_context(self.draft.call, is_over=True),
        }
        return render(self.request, "eoi/request_late.html", context, status=status)
