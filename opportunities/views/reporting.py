"""Reporting a need or an offer that is unsuitable."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.language_switch import form_as_typed, switched_language
from core.rate_limits import TooManyAttempts, network_of, retry_message
from eoi.views.error_summary import ErrorSummary, with_retry_after
from opportunities.forms.register import ReportForm
from opportunities.models import Opportunity
from opportunities.services import reporting
from opportunities.services.reader import Reader
from opportunities.views.pages import opportunity_page

# The query parameter of the page after a report.
SENT: Final = "sent"


@require_http_methods(["GET", "HEAD", "POST"])
@opportunity_page
def report(request: HttpRequest, reader: Reader, reference: str) -> HttpResponseBase:
    """Take a report about what is public, from anybody. What a robot typed is not stored."""
    opportunity = get_object_or_404(Opportunity.objects.public(), reference=reference)

    def page(form: ReportForm, status: int = 200, **facts: object) -> HttpResponse:
        context = {"opportunity": opportunity, "form": form, "is_sent": SENT in request.GET}
        return render(request, "opportunities/report.html", {**context, **facts}, status=status)

    if request.method != "POST":
        return page(ReportForm(label_suffix=""))
    form = ReportForm(request.POST, label_suffix="")
    if switched_language(request):
        return page(form_as_typed(form))
    if not form.is_valid():
        return page(form, status=422)
    try:
        if not form.cleaned_data["leave_empty"]:
            text, network = form.cleaned_data["text"], network_of(request)
            reporting.report(opportunity=opportunity, text=text, at=reader.at, network=network)
    except TooManyAttempts as refused:
        refusal = ErrorSummary(_("Too many attempts"), (retry_message(refused.wait),))
        return with_retry_after(page(form, status=429, refusal=refusal), refused)
    return redirect(f"{request.path}?{SENT}=1")
