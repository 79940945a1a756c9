"""The pages of a role transfer: the request, and its acceptance."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.dates import GENEVA, format_datetime
from core.language_switch import form_as_typed, switched_language
from core.rate_limits import HOUR, TooManyAttempts, count_attempt, retry_message
from eoi.forms.handover import SuccessorForm, TakeOverForm
from eoi.views.error_summary import ErrorSummary, with_retry_after
from eoi.views.token_auth import FocalPointView, no_index
from members.models import RoleTransfer
from members.services import focal_points
from members.services.private_links import ENDED, InvalidLink, LinkPurpose, successor_of, token_for
from members.services.undo import as_shown

# Each request sends a message to an unconfirmed address.
MAX_TRANSFERS_PER_HOUR = 5


class HandOverView(FocalPointView):
    """Request a role transfer, or cancel it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page(self.form())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if request.POST.get("take_back"):
            return self.take_back(str(request.POST["take_back"]))
        form = self.form(request.POST)
        if switched_language(request):
            return self.page(form_as_typed(form))
        if self.member.status in ENDED:
            return self.page(form, refusal=_nobody_was_written_to(), status=409)
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            count_attempt(
                "naming a successor",
                self.member.reference,
                limit=MAX_TRANSFERS_PER_HOUR,
                within=HOUR,
                at=self.at,
            )
            role_transfer = focal_points.request_role_transfer(
                focal_point=form.focal_point, by=self.focal_point, at=self.at, **form.facts
            )
        except TooManyAttempts as refused:
            refusal = ErrorSummary(
                _("No email was sent: too many requests were made within an hour"),
                (
                    retry_message(refused.wait),
                    _("What you typed is shown below. Keep this page open until then."),
                ),
            )
            return with_retry_after(self.page(form, status=429, refusal=refusal), refused)
        except focal_points.MembershipEnded:
            return self.page(form, refusal=_nobody_was_written_to(), status=409)
        sentence = _("We have sent an email to %(name)s. The role is transferred when they accept.")
        messages.success(request, sentence % {"name": role_transfer.full_name})
        return redirect("eoi:hand_over", token)

    def take_back(self, number: str) -> HttpResponse:
        """Cancel a request by its number, because the page may be out of date."""
        asked = RoleTransfer.objects.filter(focal_point__member=self.member)
        role_transfer = next((one for one in asked if str(one.pk) == number), None)
        try:
            if role_transfer is None:
                raise focal_points.TransferClosed
            focal_points.cancel_role_transfer(
                role_transfer=role_transfer, by=self.focal_point, at=self.at
            )
        except focal_points.TransferClosed as refused:
            refusal = ErrorSummary(_("No request was cancelled"), (str(refused),))
            if self.member.status in ENDED:
                refusal = _nobody_was_written_to()
            return self.page(self.form(), status=409, refusal=refusal)
        sentence = _("The request to %(name)s to accept the role was cancelled.")
        messages.success(self.request, sentence % {"name": role_transfer.full_name})
        return redirect("eoi:hand_over", self.token)

    def form(self, sent: QueryDict | None = None) -> SuccessorForm:
        people = self.member.focal_points.select_related("role_transfer__named_by")
        return SuccessorForm(
            sent, focal_points=list(people.order_by("is_alternate")), by=self.focal_point
        )

    def page(self, form: SuccessorForm, **more: Any) -> HttpResponse:
        asked = [
            {
                "role_transfer": person.role_transfer,
                **_until(person.role_transfer, self.focal_point.time_zone),
            }
            for person in form.holders.values()
            if hasattr(person, "role_transfer")
        ]
        has_ended = self.member.status in ENDED
        return self.render("hand_over", form=form, asked=asked, has_ended=has_ended, **more)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def eoi_take_over(request: HttpRequest, token: str) -> HttpResponseBase:
    """Accept or decline a role. Opening the page changes nothing.

    Every invalid link gets the same response.
    """
    at = timezone.now()
    try:
        role_transfer = successor_of(token, at=at)
        if as_shown(role_transfer.focal_point.member, at=at).status in ENDED:
            raise InvalidLink
        return no_index(_take_over(request, role_transfer, token, at))
    except (InvalidLink, focal_points.TransferClosed, focal_points.MembershipEnded):
        return no_index(render(request, "eoi/role_refused.html", status=404))


def _take_over(
    request: HttpRequest, role_transfer: RoleTransfer, token: str, at: datetime
) -> HttpResponse:
    if request.POST.get("decline"):
        focal_points.decline_role_transfer(role_transfer=role_transfer, at=at)
        sentence = _(
            "You have declined the role. We will notify the person who named you, and have deleted "
            "your details from the expression of interest."
        )
        messages.success(request, sentence)
        return redirect("home")
    form = TakeOverForm(request.POST if request.method == "POST" else None)
    if switched_language(request):
        form = form_as_typed(form)
    elif form.is_valid():
        focal_point = focal_points.accept_role_transfer(role_transfer=role_transfer, at=at)
        messages.success(
            request, _("You now have the role. You will receive an email with your own link.")
        )
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
    return render(request, "eoi/accept_handover.html", context, status=422 if form.errors else 200)


def _nobody_was_written_to() -> ErrorSummary:
    return ErrorSummary(
        _("No email was sent"),
        (
            str(focal_points.MembershipEnded()),
            _("What you typed is shown below. Keep a copy."),
        ),
    )


def _until(role_transfer: RoleTransfer, zone: str) -> dict[str, str]:
    """Return the end of a request in a zone and, if the zone differs, in Geneva time."""
    here, geneva = (format_datetime(role_transfer.expires_at, each) for each in (zone, GENEVA))
    return {"until": here, "until_in_geneva": geneva if zone != GENEVA else ""}
