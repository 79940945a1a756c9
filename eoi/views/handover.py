"""Handing a role over: who is asked to take it, and what they answer."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.dates import GENEVA, format_datetime
from core.rate_limits import HOUR, TooManyAttempts, count_attempt, retry_message
from eoi.forms.handover import SuccessorForm, TakeOverForm
from eoi.views.error_summary import ErrorSummary, with_retry_after
from eoi.views.token_auth import no_index, token_required
from members.models import FocalPoint, RoleTransfer
from members.services import focal_points
from members.services.private_links import ENDED, InvalidLink, LinkPurpose, successor_of, token_for

# Each sends a mail to an address that somebody typed.
MAX_TRANSFERS_PER_HOUR = 5


@require_http_methods(["GET", "HEAD", "POST"])
@token_required
def eoi_hand_over(
    request: HttpRequest, focal_point: FocalPoint, token: str, at: datetime
) -> HttpResponse:
    """Let a focal point ask somebody to take a role over, or take that back."""
    if request.POST.get("take_back"):
        return _take_back(request, focal_point, token, at)
    is_sent = request.method == "POST"
    form = _form_of(request, focal_point)
    if not is_sent or focal_point.member.status in ENDED:
        return _hand_over_page(request, focal_point, token, form, status=409 if is_sent else 200)
    if not form.is_valid():
        return _hand_over_page(request, focal_point, token, form, status=422)
    try:
        count_attempt(
            "naming a successor",
            focal_point.member.reference,
            limit=MAX_TRANSFERS_PER_HOUR,
            within=HOUR,
            at=at,
        )
        role_transfer = focal_points.request_role_transfer(
            focal_point=form.focal_point, by=focal_point, at=at, **form.facts
        )
    except TooManyAttempts as refused:
        return _too_many(request, focal_point, token, form, refused)
    except focal_points.MembershipEnded:
        return _hand_over_page(request, focal_point, token, form, status=409)
    sentence = _("We have written to %(name)s. The role changes hands once they accept.")
    messages.success(request, sentence % {"name": role_transfer.full_name})
    return redirect("eoi:hand_over", token)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def eoi_take_over(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask somebody who was named whether they take a role over. Opening it changes nothing.

    Whatever is wrong with the link, the answer is the same page.
    """
    at = timezone.now()
    try:
        role_transfer = successor_of(token, at=at)
        if role_transfer.focal_point.member.status in ENDED:
            raise InvalidLink
        return no_index(_take_over(request, role_transfer, token, at))
    except (InvalidLink, focal_points.TransferClosed, focal_points.MembershipEnded):
        return no_index(render(request, "eoi/role_refused.html", status=404))


def _take_back(
    request: HttpRequest, focal_point: FocalPoint, token: str, at: datetime
) -> HttpResponse:
    # By number: a click on a page that has grown old takes nobody else back.
    asked = RoleTransfer.objects.filter(focal_point__member=focal_point.member)
    number = str(request.POST["take_back"])
    role_transfer = next((one for one in asked if str(one.pk) == number), None)
    try:
        if role_transfer is None:
            raise focal_points.TransferClosed
        focal_points.cancel_role_transfer(role_transfer=role_transfer, by=focal_point, at=at)
    except focal_points.TransferClosed as refused:
        refusal = ErrorSummary(_("Nothing was taken back"), (str(refused),))
        form = SuccessorForm(None, focal_points=_people_of(focal_point), by=focal_point)
        return _hand_over_page(request, focal_point, token, form, status=409, refusal=refusal)
    sentence = _("%(name)s is no longer asked to take the role over.")
    messages.success(request, sentence % {"name": role_transfer.full_name})
    return redirect("eoi:hand_over", token)


def _take_over(
    request: HttpRequest, role_transfer: RoleTransfer, token: str, at: datetime
) -> HttpResponse:
    if request.POST.get("decline"):
        focal_points.decline_role_transfer(role_transfer=role_transfer, at=at)
        sentence = _(
            "You have not taken the role over. We tell who named you, and have deleted what was "
            "typed about you from the file."
        )
        messages.success(request, sentence)
        return redirect("home")
    form = TakeOverForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        focal_point = focal_points.accept_role_transfer(role_transfer=role_transfer, at=at)
        messages.success(request, _("The role is yours. A mail with your own link is on its way."))
        return redirect("eoi:status", token_for(focal_point, LinkPurpose.EOI))
    focal_point = role_transfer.focal_point
    context = {
        "form": form,
        "role_transfer": role_transfer,
        "focal_point": focal_point,
        "member": focal_point.member,
        "named_by": role_transfer.named_by,
        "token": token,
        **_until(role_transfer, role_transfer.time_zone),
        "contact": focal_point.member.call.contact_email,
    }
    return render(
        request, "eoi/accept_handover.html", context, status=422 if form.is_bound else 200
    )


def _form_of(request: HttpRequest, focal_point: FocalPoint) -> SuccessorForm:
    sent = request.POST if request.method == "POST" else None
    return SuccessorForm(sent, focal_points=_people_of(focal_point), by=focal_point)


def _people_of(focal_point: FocalPoint) -> list[FocalPoint]:
    return list(
        focal_point.member.focal_points.select_related("role_transfer__named_by").order_by(
            "is_alternate"
        )
    )


def _hand_over_page(
    request: HttpRequest,
    focal_point: FocalPoint,
    token: str,
    form: SuccessorForm,
    *,
    status: int = 200,
    refusal: ErrorSummary | None = None,
) -> HttpResponse:
    member = focal_point.member
    has_ended = member.status in ENDED
    if has_ended and status == 409:
        refusal = ErrorSummary(
            _("Nobody was written to"),
            (
                str(focal_points.MembershipEnded()),
                _("What you typed is below, as you typed it: keep a copy."),
            ),
        )
    asked = [
        {
            "role_transfer": person.role_transfer,
            **_until(person.role_transfer, focal_point.time_zone),
        }
        for person in form.holders.values()
        if hasattr(person, "role_transfer")
    ]
    context = {
        "form": form,
        "asked": asked,
        "focal_point": focal_point,
        "member": member,
        "token": token,
        "has_ended": has_ended,
        "refusal": refusal,
        "contact": member.call.contact_email,
    }
    return render(request, "eoi/hand_over.html", context, status=status)


def _too_many(
    request: HttpRequest,
    focal_point: FocalPoint,
    token: str,
    form: SuccessorForm,
    refused: TooManyAttempts,
) -> HttpResponse:
    refusal = ErrorSummary(
        _("Nobody was written to: too many people were asked within an hour"),
        (
            retry_message(refused.wait),
            _("What you typed is below: keep this page open until then."),
        ),
    )
    page = _hand_over_page(request, focal_point, token, form, status=429, refusal=refusal)
    return with_retry_after(page, refused)


def _until(role_transfer: RoleTransfer, zone: str) -> dict[str, str]:
    """Return until when a successor may answer, and the same in Geneva where that is not it."""
    here, geneva = (format_datetime(role_transfer.expires_at, each) for each in (zone, GENEVA))
    return {"until": here, "until_in_geneva": geneva if zone != GENEVA else ""}
