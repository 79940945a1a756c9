"""Sending a valid form."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from core.rate_limits import TooManyAttempts, network_of
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.models import EoiDraft
from eoi.services.drafts import delete_draft
from eoi.services.late_requests import late_acceptance_of
from eoi.services.sign_off import NotConfirmed, keep_confirmation, send_confirmed
from eoi.services.spam_check import check_for_spam
from eoi.views.form_view import COOKIE as FORM_COOKIE
from eoi.views.form_view import FormView
from eoi.views.received import remember_submission
from members.models import Call, Member
from members.services.intake import (
    CallClosed,
    LateAcceptance,
    SubmittedWithOtherAnswers,
    receive_expression_of_interest,
)

# What `SendingView` answers with a page of its own.
Unsent = TooManyAttempts | CallClosed | NotConfirmed | SubmittedWithOtherAnswers


class SendingView(FormView):
    """The base of the pages that send a form: the posted one, or one that is kept."""

    def send_form(
        self, form: ExpressionOfInterestForm, answers: QueryDict, draft: EoiDraft | None = None
    ) -> HttpResponse:
        """Receive the answers of a valid form, or say why not. `draft` keeps them, if any."""
        late_acceptance = None
        if draft and not self.call:
            late_acceptance = late_acceptance_of(draft, at=self.at)
        call = draft.call if draft and late_acceptance else self.call
        if call is None:
            # A form that was received in time may be sent again after the call has closed.
            call = Call.objects.closed(self.at).first() or (draft.call if draft else None)
        if call is None:
            return self.not_open_refusal()
        try:
            member = send(
                self.request,
                form,
                call=call,
                late_acceptance=late_acceptance,
                receive=receiving(form, answers),
                at=self.at,
            )
        except (TooManyAttempts, CallClosed, NotConfirmed, SubmittedWithOtherAnswers) as refused:
            return self.not_sent(refused, answers, draft)
        # Only a draft with an address has a link to confirm it; a page that showed one sends its
        # version.
        if draft.email if draft else self.version:
            keep_confirmation(member=member, answers=answers, at=self.at)
        return to_confirmation(self.request, member)

    def not_sent(self, refused: Unsent, answers: QueryDict, draft: EoiDraft | None) -> HttpResponse:
        """Say why a form was not sent."""
        raise NotImplementedError


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
    checked = check_for_spam(
        trap=form.cleaned_data["leave_empty"],
        handed_out=form.cleaned_data["started"] or "",
        submission_key=answers["submission_key"],
        network=network_of(request),
        email=answers["email"],
        alternate_email=answers["alternate_email"],
        at=at,
    )
    member = receive(
        call=call,
        spam_signal=checked.spam_signal,
        arrivals=checked.arrivals,
        late_acceptance=late_acceptance,
        at=at,
        **answers,
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
