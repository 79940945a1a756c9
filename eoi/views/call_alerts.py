"""The pages to request an alert about the next call, to confirm it, and to delete it."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.language_switch import form_as_typed, switched_language
from core.rate_limits import TooManyAttempts, network_of, retry_message
from eoi.forms.call_alert import CallAlertForm, new_call_alert_form
from eoi.services.call_alerts import (
    AlertNotFound,
    alert_of,
    confirm_alert,
    count_alert_request,
    delete_alert,
    request_alert,
)
from eoi.views.error_summary import ErrorSummary, with_retry_after
from eoi.views.token_auth import no_index
from members.models import Call
from members.services.private_links import InvalidLink

# The query parameter of the page after a request, which is the same for every address.
SENT_PARAM: Final = "asked"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def request_call_alert(request: HttpRequest) -> HttpResponse:
    """Store an address, with the same response for every address; while a call is open, redirect.

    An address that a robot typed is not stored.
    """
    at = timezone.now()
    if Call.objects.open_at(at).exists():
        return redirect("eoi:create")
    if request.method != "POST":
        return _page(request, new_call_alert_form(), is_asked=SENT_PARAM in request.GET)
    form = CallAlertForm(request.POST, label_suffix="")
    if switched_language(request):
        return _page(request, form_as_typed(form))
    if not form.is_valid():
        return _page(request, form, status=422)
    email, language = form.cleaned_data["email"], form.cleaned_data["language"]
    try:
        count_alert_request(email=email, network=network_of(request), at=at)
    except TooManyAttempts as refused:
        refusal = ErrorSummary(_("Too many attempts"), (retry_message(refused.wait),))
        return with_retry_after(_page(request, form, status=429, refusal=refusal), refused)
    if not form.cleaned_data["leave_empty"]:
        request_alert(email=email, language=language, at=at)
    return redirect(f"{reverse('eoi:next_call')}?{SENT_PARAM}=1")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def call_alert(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show whether an address is confirmed; on POST, confirm it, or with `delete` delete it.

    Every invalid link gets the same response.
    """
    at = timezone.now()
    try:
        alert = alert_of(token, at=at)
        if request.method != "POST":
            context = {"alert": alert, "token": token}
            return no_index(render(request, "eoi/call_alert.html", context))
        if "delete" in request.POST:
            delete_alert(alert=alert)
            messages.success(request, _("Your address was deleted."))
            return no_index(redirect("eoi:next_call"))
        confirm_alert(alert=alert, at=at)
    except (InvalidLink, AlertNotFound):
        return no_index(render(request, "eoi/call_alert_refused.html", status=404))
    return no_index(redirect("eoi:call_alert", token))


def _page(
    request: HttpRequest,
    form: CallAlertForm,
    *,
    status: int = 200,
    refusal: ErrorSummary | None = None,
    is_asked: bool = False,
) -> HttpResponse:
    context = {"form": form, "refusal": refusal, "is_asked": is_asked}
    return render(request, "eoi/next_call.html", context, status=status)
