"""Sending a valid form."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from core.rate_limits import network_of
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.models import EoiDraft
from eoi.services.drafts import delete_draft
from eoi.services.sign_off import send_confirmed
from eoi.services.spam_check import check_for_spam
from eoi.views.form_view import COOKIE as FORM_COOKIE
from eoi.views.received import remember_submission
from members.models import Call, Member
from members.services.intake import LateAcceptance, receive_expression_of_interest


def send(
    request: HttpRequest,
    form: ExpressionOfInterestForm,
    *,
    call: Call,
    late_acceptance: LateAcceptance | None = None,
    receive: Callable[..., Member] = receive_expression_of_interest,
    at: datetime,
) -> Member:
    """Receive the answers of a valid form.

    `receive` is the service function that receives them: another one if somebody else signs.

    Raises TooManyAttempts, and what `receive` raises: at least CallClosed and
    SubmittedWithOtherAnswers.
    """
    answers = form.answers()
    spam_signal = check_for_spam(
        trap=form.cleaned_data["leave_empty"],
        handed_out=form.cleaned_data["started"] or "",
        submission_key=answers["submission_key"],
        network=network_of(request),
        email=answers["email"],
        alternate_email=answers["alternate_email"],
        at=at,
    )
    member = receive(
        call=call, spam_signal=spam_signal, late_acceptance=late_acceptance, at=at, **answers
    )
    if member.submission_key != answers["submission_key"]:
        # The same answers were sent before, so nothing is left to do with this draft.
        for draft in EoiDraft.objects.filter(submission_key=answers["submission_key"]):
            delete_draft(draft=draft, at=at)
    return member


def receiving(form: ExpressionOfInterestForm, typed: QueryDict) -> Callable[..., Member]:
    """Return the service function that receives the typed answers of a form from its owner."""
    if form.is_signed_by_somebody_else:
        return partial(send_confirmed, typed=typed)
    return receive_expression_of_interest


def to_confirmation(request: HttpRequest, member: Member) -> HttpResponse:
    """Redirect to the confirmation, and let the browser begin a new form."""
    response = redirect("eoi:received")
    remember_submission(response, member)
    if FORM_COOKIE in request.COOKIES:
        response.delete_cookie(FORM_COOKIE, samesite="Lax")
    return response
