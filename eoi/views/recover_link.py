"""The pages for focal points without a link: a short code, and a request for new links."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.language_switch import form_as_typed, switched_language
from core.rate_limits import (
    HOUR,
    Attempt,
    TooManyAttempts,
    count_attempts,
    network_of,
    retry_message,
)
from eoi.forms.status import CodeForm, LinksForm
from eoi.services.link_requests import request_links
from eoi.views.error_summary import ErrorSummary, with_retry_after
from members.services.focal_points import NothingToConfirm, confirm_address
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of_code, token_for

# Low for one network. For all networks, it is more than focal points need, so that an attacker
# cannot lock them out, but far too low to guess one of 10^11 codes.
CODES_FOR_A_REFERENCE_BY_A_NETWORK: Final = 10
CODES_FOR_A_REFERENCE: Final = 1000
# A ministry may share one address, and people mistype codes.
CODES_FROM_A_NETWORK: Final = 60
LINKS_FOR_AN_ADDRESS: Final = 5
LINKS_FOR_A_NETWORK: Final = 30
# The query parameter of the page after a request, which is the same for every address.
SENT_PARAM: Final = "asked"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def eoi_code(request: HttpRequest) -> HttpResponse:
    """Confirm an address by the reference and the code of a message; redirect to the EOI.

    Every wrong pair gets the same response.
    """
    if request.method != "POST":
        return _page(request, "code", CodeForm(label_suffix=""))
    form, at = CodeForm(request.POST, label_suffix=""), timezone.now()
    if switched_language(request):
        return _page(request, "code", form_as_typed(form))
    if not form.is_valid():
        return _page(request, "code", form, status=422)
    reference = form.cleaned_data["reference"]
    try:
        _count_code(network=network_of(request), reference=reference, at=at)
        focal_point = focal_point_of_code(reference, form.cleaned_data["code"], at=at)
    except TooManyAttempts as refused:
        return _too_many(request, "code", form, refused)
    except InvalidLink:
        wrong = _("The reference and the code do not match. Copy both from our latest email.")
        refusal = ErrorSummary(_("The page could not be opened"), (wrong,))
        return _page(request, "code", form, status=422, refusal=refusal)
    try:
        confirm_address(focal_point=focal_point, by=focal_point, at=at)
        messages.success(request, _("Thank you. Your email address is confirmed."))
    except NothingToConfirm:
        # The address was confirmed before.
        pass
    return redirect("eoi:status", token_for(focal_point, LinkPurpose.EOI))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def eoi_links(request: HttpRequest) -> HttpResponse:
    """Store a request for links, with the same response for every address."""
    if request.method != "POST":
        return _page(
            request, "recover_link", LinksForm(label_suffix=""), is_asked=SENT_PARAM in request.GET
        )
    form, at = LinksForm(request.POST, label_suffix=""), timezone.now()
    if switched_language(request):
        return _page(request, "recover_link", form_as_typed(form))
    if not form.is_valid():
        return _page(request, "recover_link", form, status=422)
    email = form.cleaned_data["email"]
    try:
        count_attempts(
            Attempt("eoi-links-network", limit=LINKS_FOR_A_NETWORK, network=network_of(request)),
            Attempt("eoi-links-address", email, LINKS_FOR_AN_ADDRESS),
            within=HOUR,
            at=at,
        )
    except TooManyAttempts as refused:
        return _too_many(request, "recover_link", form, refused)
    request_links(email=email, at=at)
    return redirect(f"{reverse('eoi:recover_link')}?{SENT_PARAM}=1")


def _count_code(*, network: str, reference: str, at: datetime) -> None:
    """Count a typed code. A code that is refused for its network is not counted for the others.

    Raises TooManyAttempts.
    """
    count_attempts(
        Attempt(
            "eoi-code-reference-by-network",
            reference,
            CODES_FOR_A_REFERENCE_BY_A_NETWORK,
            network=network,
        ),
        Attempt("eoi-code-network", limit=CODES_FROM_A_NETWORK, network=network),
        within=HOUR,
        at=at,
    )
    count_attempts(
        Attempt("eoi-code-reference", reference, CODES_FOR_A_REFERENCE), within=HOUR, at=at
    )


def _page(
    request: HttpRequest,
    name: str,
    form: CodeForm | LinksForm,
    *,
    status: int = 200,
    refusal: ErrorSummary | None = None,
    is_asked: bool = False,
) -> HttpResponse:
    context = {
        "form": form,
        "refusal": refusal,
        "is_asked": is_asked,
        "contact": settings.MAIL_REPLY_TO,
    }
    return render(request, f"eoi/{name}.html", context, status=status)


def _too_many(
    request: HttpRequest, name: str, form: CodeForm | LinksForm, refused: TooManyAttempts
) -> HttpResponse:
    refusal = ErrorSummary(_("Too many attempts"), (retry_message(refused.wait),))
    return with_retry_after(_page(request, name, form, status=429, refusal=refusal), refused)
