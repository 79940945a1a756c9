"""Renewing and closing a need or an offer. A GET changes nothing."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.conflicts import NothingChanged, Refused
from core.dates import format_datetime_for
from core.language_switch import form_as_typed, switched_language
from core.rate_limits import TooManyAttempts
from members.models import FocalPoint
from opportunities.forms.contacts import CloseForm
from opportunities.models import RENEWABLE, UNDECIDED, Opportunity, OpportunityStatus
from opportunities.services import ending
from opportunities.services.reader import OWN_PAGE, Reader
from opportunities.views.pages import check_step, member_page, page_with


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def renew(request: HttpRequest, reader: Reader, reference: str) -> HttpResponseBase:
    """Ask whether a need or an offer is still open; POST renews it."""
    own, person = _own(reader, reference)
    refused: Exception | None = None
    if request.method == "POST":
        try:
            check_step(reader, person)
            ending.renew(opportunity=own, by=person, at=reader.at)
            messages.success(request, _("Renewed. It is open for 60 days."))
            return redirect(reader.address(OWN_PAGE))
        except NothingChanged:
            messages.info(request, _("It is renewed already."))
            return redirect(reader.address(OWN_PAGE))
        except (Refused, TooManyAttempts) as refusal:
            refused = refusal
    page = {**_page(reader, own, person), "can_be_renewed": own.status in RENEWABLE}
    return page_with(request, "opportunities/renew.html", page, refused)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def close(request: HttpRequest, reader: Reader, reference: str) -> HttpResponseBase:
    """Ask what came of a need or an offer; POST closes or withdraws it."""
    own, person = _own(reader, reference)
    form = CloseForm(request.POST if request.method == "POST" else None, opportunity=own)
    refused: Exception | None = None
    if switched_language(request):
        form = form_as_typed(form)
    elif form.is_valid():
        result, version = form.cleaned_data["result"], form.cleaned_data["version"]
        is_withdrawn = result == OpportunityStatus.WITHDRAWN
        closing = partial(ending.close_with_result, result=result)
        step = ending.withdraw if is_withdrawn else closing
        try:
            check_step(reader, person)
            step(opportunity=own, by=person, at=reader.at, version=version)
            messages.success(
                request, _("Closed: “%(status)s”.") % {"status": own.get_status_display()}
            )
            return redirect(reader.address(OWN_PAGE))
        except (Refused, TooManyAttempts) as refusal:
            # After a second click, the list shows what was done.
            if own.status == result:
                return redirect(reader.address(OWN_PAGE))
            # With the version that is shown now.
            form, refused = CloseForm(None, opportunity=own, result=result), refusal
    can_be_closed = own.status in (*UNDECIDED, *RENEWABLE)
    page = {**_page(reader, own, person), "form": form, "can_be_closed": can_be_closed}
    return page_with(request, "opportunities/close.html", page, refused)


def _own(reader: Reader, reference: str) -> tuple[Opportunity, FocalPoint]:
    """Return a need or an offer that a reader's organisation has sent, and who they are there."""
    sent = Opportunity.objects.exclude(sent_at=None).select_related("member")
    own = get_object_or_404(sent.filter(member__in=reader.members), reference=reference)
    person = reader.person_of(own)
    if person is None:
        raise Http404
    return own, person


def _page(reader: Reader, own: Opportunity, person: FocalPoint) -> dict[str, Any]:
    until = own.open_until and format_datetime_for(own.open_until, person.time_zone)
    return {"reader": reader, "opportunity": own, "open_until": until}
