"""The Expression of Interest: the form, the check of the answers, and the thanks."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import GENEVA, format_datetime
from core.languages import language_shown
from core.rate_limits import TooManyAttempts, network_of, retry_message
from core.time_zones import all_zones, city
from eoi.forms.expression import ExpressionOfInterestForm
from eoi.forms.layout import REQUIRED_SECTIONS
from eoi.forms.review import review
from eoi.services.draft_links import is_of_a_draft
from eoi.services.drafts import time_zone_in
from eoi.services.spam_check import check_for_spam, signed_start_time
from eoi.views.error_summary import ErrorSummary, with_retry_after
from members.models import Call, CorrespondenceLanguage, Member
from members.services import countries
from members.services.intake import (
    CallClosed,
    SubmittedWithOtherAnswers,
    receive_expression_of_interest,
)

COOKIE = "eoi_reference"
COOKIE_SALT = "eoi.views.expression"
COOKIE_AGE = timedelta(minutes=30)
# What fits in the column; a script's longer key is shortened to its digest.
PLAIN_KEY = re.compile(r"[\w.:~-]{1,64}", re.ASCII)

# What says that a form is that of a draft: its link, and the version that was opened.
DRAFT_FIELDS = ("draft", "draft_version")


@require_http_methods(["GET", "HEAD", "POST"])
def eoi_create(request: HttpRequest) -> HttpResponse:
    """Take an Expression of Interest while a call is open; otherwise say when one is.

    The first POST answers with the answers to check, `change=<field>` with the form at that
    field, `confirmed=1` sends them.
    """
    at = timezone.now()
    call = Call.objects.open_at(at).first()
    if request.method == "POST":
        response = _answer(request, call, at)
        add_never_cache_headers(response)
        return response
    if call is None:
        return _not_open_page(request, at)
    response = form_page(request, _new_form(at), call=call, at=at)
    # Kept by the browser alone, so that its Back button brings back what was typed.
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
@never_cache
def eoi_received(request: HttpRequest) -> HttpResponse:
    """Thank for an EOI that this browser has just sent, and say what happens next."""
    reference = request.get_signed_cookie(COOKIE, default="", salt=COOKIE_SALT, max_age=COOKIE_AGE)
    member = Member.objects.select_related("call").filter(reference=reference).first()
    return render(request, "eoi/received.html", {"member": member})


def _answer(request: HttpRequest, call: Call | None, at: datetime) -> HttpResponse:
    typed = with_submission_key(request.POST)
    is_confirmed = "confirmed" in typed and "change" not in typed
    if call is None and not is_confirmed:
        return not_open_refusal(request, typed, at)
    if "change" in typed:
        form = ExpressionOfInterestForm.as_typed(typed, focus_on=str(typed["change"]))
        return form_page(request, form, typed=typed, call=call, at=at)

    form = ExpressionOfInterestForm(typed)
    if is_confirmed and form.asks_for_time_zone:
        form.refuse_without_time_zone()
    if form.is_valid():
        if is_confirmed:
            return _receive(request, form, typed, call, at)
        return _check_page(request, form, typed, call, at)
    if call is None:
        return not_open_refusal(request, typed, at)
    return form_page(request, form, typed=typed, call=call, at=at, status=422)


def _receive(
    request: HttpRequest,
    form: ExpressionOfInterestForm,
    typed: QueryDict,
    call: Call | None,
    at: datetime,
) -> HttpResponse:
    # What was sent in time and is sent again too late has arrived all the same.
    call_or_last = call or Call.objects.closed(at).first()
    if call_or_last is None:
        return not_open_refusal(request, typed, at)
    answers = form.answers()
    try:
        spam_signal = check_for_spam(
            trap=form.cleaned_data["leave_empty"],
            handed_out=form.cleaned_data["started"],
            submission_key=answers["submission_key"],
            network=network_of(request),
            email=answers["email"],
            alternate_email=answers["alternate_email"],
            at=at,
        )
        member = receive_expression_of_interest(
            call=call_or_last, spam_signal=spam_signal, at=at, **answers
        )
    except TooManyAttempts as refused:
        return _too_many_refusal(request, typed, call, at, refused)
    except CallClosed:
        return not_open_refusal(request, typed, at)
    except SubmittedWithOtherAnswers as refused:
        return _answered_otherwise_refusal(request, typed, call, at, refused)
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
    return response


def form_page(
    request: HttpRequest,
    form: ExpressionOfInterestForm,
    *,
    call: Call | None,
    at: datetime,
    typed: QueryDict | None = None,
    time_zone: str = "",
    status: int = 200,
    refusal: ErrorSummary | None = None,
    template: str = "eoi/create.html",
    **more: object,
) -> HttpResponse:
    """Show the form, with where it is saved to if it is that of a draft.

    `time_zone` is where the person is, if that is known.
    """
    context = {
        **more,
        "form": form,
        "call": call,
        "parts": REQUIRED_SECTIONS,
        "refusal": refusal,
        "of_the_draft": _of_the_draft(typed),
        "save_address": _save_address(typed),
        **_deadline(call, at, time_zone),
        "contact": _contact(call or Call.objects.closed(at).first()),
    }
    return render(request, template, context, status=status)


def _deadline(call: Call | None, at: datetime, time_zone: str = "") -> dict[str, object]:
    """Return until when the open call takes an EOI, as `_call.html` says it."""
    if call is None:
        return {}
    moment = call.last_moment_at(at)
    is_elsewhere = time_zone not in ("", GENEVA)
    return {
        "is_in_grace": call.is_in_grace_at(at),
        "moment": moment,
        "moment_in_words": format_datetime(moment, GENEVA),
        "moment_there": format_datetime(moment, time_zone) if is_elsewhere else "",
    }


def _of_the_draft(typed: QueryDict | None) -> list[tuple[str, str]]:
    """Return what the form of a draft carries along unseen."""
    return [(name, str(typed[name])) for name in DRAFT_FIELDS if typed and name in typed]


def _save_address(typed: QueryDict | None) -> str:
    """Return where the form of a draft is saved; nothing where it is none yet."""
    token = str(typed.get("draft", "")) if typed else ""
    return reverse("eoi:draft", args=[token]) if is_of_a_draft(token) else ""


def _check_page(
    request: HttpRequest,
    form: ExpressionOfInterestForm,
    typed: QueryDict,
    call: Call | None,
    at: datetime,
) -> HttpResponse:
    answers = form.cleaned_data
    parts = review(form)
    # Answered on this page itself, so not carried along as typed.
    asked = {row.name for part in parts for row in part.rows if row.likely}
    zones = []
    if form.asks_for_time_zone:
        asked.add("time_zone")
        # Uninhabited territories have none.
        offered = countries.time_zones_of(answers["country"]) or all_zones()
        zones = [(zone, city(zone)) for zone in offered]
    carried = [
        (name, value) for name in form.fields if name not in asked for value in typed.getlist(name)
    ]
    context = {
        "parts": parts,
        "asked": asked,
        "carried": [*carried, *_of_the_draft(typed)],
        "zones": zones,
        "country": countries.name_of(answers["country"]),
        "call": call,
        **_deadline(call, at, form.cleaned_data["time_zone"]),
    }
    return render(request, "eoi/check.html", context)


def _not_open_page(request: HttpRequest, at: datetime) -> HttpResponse:
    next_call = Call.objects.upcoming(at).first()
    last_call = Call.objects.closed(at).first()
    context = {
        "next_call": next_call and _call_in_words(next_call, next_call.opens_at),
        "last_call": last_call and _call_in_words(last_call, last_call.last_moment),
        "contact": _contact(next_call or last_call),
    }
    return render(request, "eoi/not_open.html", context)


def next_call_in_words(at: datetime) -> dict[str, object] | None:
    """Return when the next call opens, if one is to come."""
    next_call = Call.objects.upcoming(at).first()
    return next_call and _call_in_words(next_call, next_call.opens_at)


def not_open_refusal(request: HttpRequest, typed: QueryDict, at: datetime) -> HttpResponse:
    """Give back what was typed while no call is open, and say when one is."""
    zone = time_zone_in(typed)
    sentences = [_("What you typed was not sent. It is below, as you typed it: keep a copy.")]
    if last_call := Call.objects.closed(at).first():
        closed_at = _here_and_there(last_call.last_moment, zone)
        sentences.insert(0, _("The last call closed on %(moment)s.") % {"moment": closed_at})
    if next_call := Call.objects.upcoming(at).first():
        opens_at = _here_and_there(next_call.opens_at, zone)
        sentences.insert(0, _("The next call opens on %(moment)s.") % {"moment": opens_at})
    return form_page(
        request,
        ExpressionOfInterestForm.as_typed(typed),
        typed=typed,
        call=None,
        at=at,
        status=409,
        refusal=ErrorSummary(
            _("No call for expressions of interest is open at the moment"), tuple(sentences)
        ),
    )


def _here_and_there(moment: datetime, time_zone: str) -> str:
    """Write an instant in Geneva's time, with that of where a person is if it is known."""
    here = format_datetime(moment, GENEVA)
    if time_zone in ("", GENEVA):
        return here
    return _("%(here)s (%(there)s)") % {
        "here": here,
        "there": format_datetime(moment, time_zone),
    }


def _too_many_refusal(
    request: HttpRequest,
    typed: QueryDict,
    call: Call | None,
    at: datetime,
    refused: TooManyAttempts,
) -> HttpResponse:
    sentences = [
        retry_message(refused.wait),
        _("What you typed is below: keep this page open until then."),
    ]
    if call and at + refused.wait >= call.grace_ends_at:
        sentences.append(
            _("The call will have closed by then, so write to us now and name the organisation.")
        )
    response = form_page(
        request,
        ExpressionOfInterestForm.as_typed(typed),
        typed=typed,
        call=call,
        at=at,
        status=429,
        refusal=ErrorSummary(
            _("Not sent yet: too many expressions of interest came from your network"),
            tuple(sentences),
        ),
    )
    return with_retry_after(response, refused)


def _answered_otherwise_refusal(
    request: HttpRequest,
    typed: QueryDict,
    call: Call | None,
    at: datetime,
    refused: SubmittedWithOtherAnswers,
) -> HttpResponse:
    if call:
        way_on = (
            str(refused),
            _("To send a new expression, check the answers below and send them."),
        )
    else:
        way_on = (
            _("This form was sent as %(reference)s.") % {"reference": refused.member.reference},
            _("The call has closed since, and takes no new expression."),
        )
    # A key of its own, so that the same form can be sent as a new expression; no draft's.
    renewed = typed.copy()
    for name in DRAFT_FIELDS:
        renewed.pop(name, None)
    renewed["submission_key"] = new_submission_key()
    return form_page(
        request,
        ExpressionOfInterestForm.as_typed(renewed),
        call=call,
        at=at,
        status=409,
        refusal=ErrorSummary(
            _("This form was sent before, with other answers"),
            (*way_on, _("To correct the first, write to us and name its reference.")),
        ),
    )


def _new_form(at: datetime) -> ExpressionOfInterestForm:
    language = get_language()
    return ExpressionOfInterestForm(
        initial={
            "submission_key": new_submission_key(),
            "started": signed_start_time(at),
            "language": language if language in CorrespondenceLanguage.values else "",
        }
    )


def new_submission_key() -> str:
    """Draw the key of a form, by which it becomes one member however often it is sent."""
    return secrets.token_urlsafe(24)


def with_submission_key(posted: QueryDict) -> QueryDict:
    """Return what was posted, with a key that the database can keep."""
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
