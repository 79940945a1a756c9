"""The page on which staff unsubscribe a person who asks from bulletins."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import needs
from core.conflicts import Refused
from mailings.admin.pages import UNSUBSCRIBE, VIEW, mailing_page
from mailings.forms.mailings import UnsubscribeForm
from mailings.services.subscriptions import unsubscribe_on_request


@require_http_methods(["GET", "HEAD", "POST"])
@needs(VIEW, UNSUBSCRIBE)
def unsubscribe(request: StaffRequest) -> HttpResponse:
    """Ask for the address and for who asked; on POST, unsubscribe the address."""
    form = UnsubscribeForm(post_data(request), label_suffix="")
    refusal, status = "", 200
    if request.method == "POST":
        if form.is_valid():
            try:
                unsubscribe_on_request(**form.cleaned_data, by=request.user, at=now())
            except Refused as refused:
                refusal, status = str(refused), 409
            else:
                said = _("%(address)s gets no more bulletins.")
                messages.success(request, said % {"address": form.cleaned_data["address"]})
                return redirect("admin:mailings_mailing_changelist")
        else:
            status = 422
    return mailing_page(
        request,
        "unsubscribe",
        {"form": form, "refusal": refusal},
        title=_("Unsubscribe somebody from bulletins"),
        status=status,
    )
