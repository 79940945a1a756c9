"""Sending a valid form, and the confirmation in the browser that sent it."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from core.rate_limits import network_of
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.services.spam_check import check_for_spam
from eoi.views.form_view import COOKIE as FORM_COOKIE
from members.models import Call, Member
from members.services.intake import receive_expression_of_interest

COOKIE: Final = "eoi_reference"
COOKIE_SALT: Final = "eoi.views.expression"
COOKIE_AGE: Final = timedelta(minutes=30)


def send(
    request: HttpRequest, form: ExpressionOfInterestForm, *, call: Call, at: datetime
) -> Member:
    """Receive the answers of a valid form.

    Raises TooManyAttempts, CallClosed and SubmittedWithOtherAnswers.
    """
    answers = form.answers()
    spam_signal = check_for_spam(
        trap=form.cleaned_data["leave_empty"],
        handed_out=form.cleaned_data["started"],
        submission_key=answers["submission_key"],
        network=network_of(request),
        email=answers["email"],
        alternate_email=answers["alternate_email"],
        at=at,
    )
    return receive_expression_of_interest(call=call, spam_signal=spam_signal, at=at, **answers)


def to_confirmation(request: HttpRequest, member: Member) -> HttpResponse:
    """Redirect to the confirmation, and let the browser begin a new form."""
    response = redirect("eoi:received")
    response.set_signed_cookie(
        COOKIE,
        member.reference,
        salt=COOKIE_SALT,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    if FORM_COOKIE in request.COOKIES:
        response.delete_cookie(FORM_COOKIE, samesite="Lax")
    return response


@require_safe
def eoi_received(request: HttpRequest) -> HttpResponse:
    """Confirm the receipt of an EOI in the browser that sent it."""
    reference = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT, max_age=COOKIE_AGE)
    member = Member.objects.select_related("call").filter(reference=reference).first()
    response = render(request, "eoi/received.html", {"member": member})
    patch_cache_control(response, private=True, no_cache=True)
    return response
