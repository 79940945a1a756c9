"""The page on which a named partner confirms or declines. Opening it changes nothing.

The page carries a digest of the sums that it shows, so that nobody confirms another sum.
"""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from commitments.forms.send import PartnerAnswerForm
from commitments.models import Partner
from commitments.services.completeness import FormPart
from commitments.services.content import content_of
from commitments.services.content_in_words import content_in_words
from commitments.services.given_sums import digest_of, sums_in_brief, sums_of
from commitments.services.partners import answer_invitation, is_open, partner_of
from core.conflicts import Refused
from core.dates import format_date
from core.language_switch import form_as_typed, switched_language
from members.services.private_links import InvalidLink

# The hidden field with the digest of the sums that the page shows.
SEEN: Final = "seen"
# Partners do not read each other's addresses.
SHOWN_PARTS = tuple(part for part in FormPart if part is not FormPart.PARTNERS)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def partner_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the lead says, and record on POST that the partner confirms or declines.

    Every invalid link gets the same response.
    """
    try:
        partner = partner_of(token)
        response = _answer(request, token, partner)
    except InvalidLink:
        response = render(request, "commitments/partner_gone.html", status=404)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _answer(request: HttpRequest, token: str, partner: Partner) -> HttpResponse:
    if request.method != "POST":
        return _page(request, partner, PartnerAnswerForm(label_suffix=""))
    form = PartnerAnswerForm(request.POST, label_suffix="")
    if switched_language(request):
        return _page(request, partner, form_as_typed(form))
    confirms, declines = "confirm" in request.POST, "decline" in request.POST
    if not form.is_valid() or confirms == declines:
        return _page(request, partner, form, status=422)
    try:
        answer_invitation(
            partner=partner,
            confirms=confirms,
            name=form.cleaned_data["name"],
            seen=request.POST.get(SEEN, ""),
            at=timezone.now(),
        )
    except Refused as refused:
        partner = partner_of(token)
        return _page(request, partner, form_as_typed(form), refused=refused, status=409)
    if confirms:
        messages.success(request, _("Thank you. You have confirmed the partnership."))
    else:
        messages.success(request, _("Thank you. You have declined. The organisation is told."))
    return redirect("commitments:partner_answer", token)


def _page(
    request: HttpRequest,
    partner: Partner,
    form: PartnerAnswerForm,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    commitment, sums = partner.commitment, sums_of(partner)
    parts = content_in_words(content_of(commitment))
    context = {
        "partner": partner,
        "commitment": commitment,
        "lead": commitment.lead,
        "facts": [fact for each in parts if each.part in SHOWN_PARTS for fact in each.facts],
        "form": form,
        "refused": refused,
        "sums": sums,
        "sums_in_brief": sums_in_brief(sums),
        "seen": (SEEN, digest_of(sums)),
        "is_open": is_open(partner) and partner.is_asked,
        "is_standing": is_open(partner),
        "answered_on": format_date(partner.answered_at) if partner.answered_at else "",
    }
    return render(request, "commitments/partner_answer.html", context, status=status)
