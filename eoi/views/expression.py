"""The pages of the Expression of Interest: the form, the check of the answers, the confirmation."""

import hashlib
import re
import secrets
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from core.dates import GENEVA, format_datetime
from core.languages import language_shown
from core.rate_limits import TooManyAttempts, network_of, retry_message
from eoi.forms.call_alert import new_call_alert_form
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.layout import REQUIRED_SECTIONS
from eoi.forms.review import check_context, review
from eoi.services.draft_links import is_of_a_draft
from eoi.services.drafts import time_zone_in
from eoi.services.sign_off import keep_confirmation
from eoi.services.spam_check import check_for_spam, signed_start_time
from eoi.views.error_summary import ErrorSummary, with_retry_after
from eoi.views.received import remember_submission, sent_before
from members.models import Call, CorrespondenceLanguage
from members.services.intake import (
    CallClosed,
    SubmittedWithOtherAnswers,
    receive_expression_of_interest,
)

# Fits in the column. A longer key is replaced by its digest.
PLAIN_KEY = re.compile(r"[\w.:~-]{1,64}", re.ASCII)

# The fields of a draft's form: its token, and the version that was opened.
DRAFT_FIELDS = ("draft", "draft_version")


class FormView(View):
    """Base class of the pages with the form."""

    http_method_names = ["get", "head", "post"]
    at: datetime
    # The submitted data, with a key that the database can store.
    typed: QueryDict

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()
        self.typed = with_submission_key(request.POST)

    @cached_property
    def call(self) -> Call | None:
        """The call that is open, if any."""
        call: Call | None = Call.objects.open_at(self.at).first()
        return call

    def form_page(
        self,
        form: ExpressionOfInterestForm | None = None,
        *,
        time_zone: str = "",
        status: int = 200,
        template: str = "eoi/create.html",
        **more: object,
    ) -> HttpResponse:
        """Show a form, by default the submitted one, without validation.

        `time_zone` is that of the person, if it is known.
        """
        context = {
            "form": form or ExpressionOfInterestForm.as_typed(self.typed),
            "call": self.call,
            "parts": REQUIRED_SECTIONS,
            "of_the_draft": self.draft_fields(),
            "save_address": self.save_address(),
            **_deadline(self.call, self.at, time_zone),
            "contact": _contact(self.call or Call.objects.closed(self.at).first()),
            **more,
        }
        return render(self.request, template, context, status=status)

    def draft_fields(self) -> list[tuple[str, str]]:
        """Return the hidden fields of the form of a draft."""
        return [(name, str(self.typed[name])) for name in DRAFT_FIELDS if name in self.typed]

    def save_address(self) -> str:
        """Return the URL at which the form of a draft is saved; empty for other forms."""
        token = str(self.typed.get("draft", ""))
        return reverse("eoi:draft", args=[token]) if is_of_a_draft(token) else ""

    def forget_draft(self) -> None:
        for name in DRAFT_FIELDS:
            self.typed.pop(name, None)

    def renew_form(self) -> None:
        """Make the submitted data a new form, which can be sent as a new EOI."""
        self.forget_draft()
        self.typed["submission_key"] = new_submission_key()

    def not_open_refusal(self) -> HttpResponse:
        """Show the form as typed if no call is open, and say when one is."""
        zone = time_zone_in(self.typed)
        sentences = [_("What you typed was not sent. It is shown below. Keep a copy.")]
        if last_call := Call.objects.closed(self.at).first():
            closed_at = _here_and_there(last_call.last_moment, zone)
            sentences.insert(0, _("The last call closed on %(moment)s.") % {"moment": closed_at})
        if next_call := Call.objects.upcoming(self.at).first():
            opens_at = _here_and_there(next_call.opens_at, zone)
            sentences.insert(0, _("The next call opens on %(moment)s.") % {"moment": opens_at})
        self.call = None
        title = _("No call for expressions of interest is open at the moment")
        return self.form_page(status=409, refusal=ErrorSummary(title, tuple(sentences)))


class CreateView(FormView):
    """Receive an Expression of Interest while a call is open, or else say when one is.

    The first POST shows the answers to check, `change=<field>` the form at that field, and
    `confirmed=1` sends them.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.call is None:
            return self.not_open_page()
        language = get_language()
        form = ExpressionOfInterestForm(
            initial={
                "submission_key": new_submission_key(),
                "started": signed_start_time(self.at),
                "language": language if language in CorrespondenceLanguage.values else "",
            }
        )
        response = self.form_page(form, sent_before=sent_before(request, self.at))
        # The browser may store the page, so that its Back button restores what was typed.
        patch_cache_control(response, private=True, no_cache=True)
        return response

    @method_decorator(never_cache)
    def post(self, request: HttpRequest) -> HttpResponse:
        typed = self.typed
        is_confirmed = "confirmed" in typed and "change" not in typed
        if self.call is None and not is_confirmed:
            return self.not_open_refusal()
        if "change" in typed:
            return self.form_page(
                ExpressionOfInterestForm.as_typed(typed, focus_on=str(typed["change"]))
            )
        form = ExpressionOfInterestForm(typed)
        if is_confirmed and form.asks_for_time_zone:
            form.refuse_without_time_zone()
        if form.is_valid():
            return self.receive(form) if is_confirmed else self.check_page(form)
        if self.call is None:
            return self.not_open_refusal()
        return self.form_page(form, status=422)

    def receive(self, form: ExpressionOfInterestForm) -> HttpResponse:
        """Receive the answers, and redirect to the confirmation."""
        # A form that was received in time may be sent again after the call has closed.
        call = self.call or Call.objects.closed(self.at).first()
        if call is None:
            return self.not_open_refusal()
        answers = form.answers()
        try:
            spam_signal = check_for_spam(
                trap=form.cleaned_data["leave_empty"],
                handed_out=form.cleaned_data["started"],
                submission_key=answers["submission_key"],
                network=network_of(self.request),
                email=answers["email"],
                alternate_email=answers["alternate_email"],
                at=self.at,
            )
            member = receive_expression_of_interest(
                call=call, spam_signal=spam_signal, at=self.at, **answers
            )
        except TooManyAttempts as refused:
            return self.too_many_refusal(refused)
        except CallClosed:
            return self.not_open_refusal()
        except SubmittedWithOtherAnswers as refused:
            return self.other_answers_refusal(refused)
        keep_confirmation(member=member, answers=self.typed, at=self.at)
        response = redirect("eoi:received")
        remember_submission(response, member)
        return response

    def check_page(self, form: ExpressionOfInterestForm) -> HttpResponse:
        """Show the answers to check."""
        parts = review(form)
        context = check_context(form, self.typed, [row for part in parts for row in part.rows])
        context["carried"] += self.draft_fields()
        context |= {
            "parts": parts,
            "call": self.call,
            **_deadline(self.call, self.at, form.cleaned_data["time_zone"]),
        }
        return render(self.request, "eoi/check.html", context)

    def not_open_page(self) -> HttpResponse:
        next_call = Call.objects.upcoming(self.at).first()
        last_call = Call.objects.closed(self.at).first()
        context = {
            "next_call": next_call and _call_in_words(next_call, next_call.opens_at),
            "last_call": last_call and _call_in_words(last_call, last_call.last_moment),
            "contact": _contact(next_call or last_call),
            "alert_form": new_call_alert_form(),
        }
        return render(self.request, "eoi/not_open.html", context)

    def too_many_refusal(self, refused: TooManyAttempts) -> HttpResponse:
        sentences = [
            retry_message(refused.wait),
            _("What you typed is shown below. Keep this page open until then."),
        ]
        if self.call and self.at + refused.wait >= self.call.grace_ends_at:
            sentences.append(
                _(
                    "The call will be closed by then. Write to us now and give the name of the "
                    "organisation."
                )
            )
        title = _("Not sent yet: too many expressions of interest were sent from your network")
        response = self.form_page(status=429, refusal=ErrorSummary(title, tuple(sentences)))
        return with_retry_after(response, refused)

    def other_answers_refusal(self, refused: SubmittedWithOtherAnswers) -> HttpResponse:
        """Say what the form was sent with before, and show the typed answers as a new form."""
        if self.call:
            way_on = (
                str(refused),
                _("To send a new expression of interest, check the answers below and send them."),
            )
        else:
            way_on = (
                _("This form was sent with the reference %(reference)s.")
                % {"reference": refused.member.reference},
                _("The call has closed since then and no longer accepts expressions of interest."),
            )
        self.renew_form()
        refusal = ErrorSummary(
            _("This form has already been sent with different answers"),
            (
                *way_on,
                _(
                    "To correct the first expression of interest, open its page with the link in "
                    "our email."
                ),
            ),
        )
        return self.form_page(status=409, refusal=refusal)


def _deadline(call: Call | None, at: datetime, time_zone: str = "") -> dict[str, object]:
    """Return the context of `_call.html`: the time until which an EOI can be sent."""
    if call is None:
        return {}
    moment = call.last_moment_at(at)
    return {
        "is_in_grace": call.is_in_grace_at(at),
        "moment": moment,
        "moment_in_words": format_datetime(moment, GENEVA),
        "moment_there": format_elsewhere(moment, time_zone),
    }


def next_call_in_words(at: datetime) -> dict[str, object] | None:
    """Return when the next call opens, if there is one."""
    next_call = Call.objects.upcoming(at).first()
    return next_call and _call_in_words(next_call, next_call.opens_at)


def _here_and_there(moment: datetime, time_zone: str) -> str:
    """Format an instant in Geneva time, and in the person's time zone if it differs."""
    here, there = format_datetime(moment, GENEVA), format_elsewhere(moment, time_zone)
    return _("%(here)s (%(there)s)") % {"here": here, "there": there} if there else here


def format_elsewhere(moment: datetime, time_zone: str) -> str:
    """Format an instant in a zone; return an empty string if the zone is unknown or Geneva's."""
    return format_datetime(moment, time_zone) if time_zone not in ("", GENEVA) else ""


def new_submission_key() -> str:
    """Generate the key of a form. A form creates one member, however often it is sent."""
    return secrets.token_urlsafe(24)


def with_submission_key(posted: QueryDict) -> QueryDict:
    """Return a copy of the submitted data, with a key that the database can store."""
    typed = posted.copy()
    key = typed.get("submission_key") or new_submission_key()
    if not PLAIN_KEY.fullmatch(key):
        key = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    typed["submission_key"] = key
    return typed


def _contact(call: Call | None) -> str:
    return call.contact_email if call else settings.MAIL_REPLY_TO


def _call_in_words(call: Call, moment: datetime) -> dict[str, object]:
    return {
        "title": call.title,
        "language": language_shown(call, "title"),
        "moment": moment,
        "moment_in_words": format_datetime(moment, GENEVA),
    }
