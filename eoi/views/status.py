"""The page of one EOI, for its own focal points: where it stands, and what they can do."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import GENEVA, format_date
from eoi.forms.status import AnswerForm, WithdrawForm
from eoi.services.application_status import application_status
from eoi.views.error_summary import ErrorSummary
from eoi.views.token_auth import token_required
from members.models import FocalPoint, Member, MemberStatus, TimelineEntry, TimelineKind
from members.services.answers import answers_of, people_of
from members.services.conflicts import MemberConflict
from members.services.decisions import record_answer, withdraw
from members.services.exceptions import QuestionChanged, WrongStatus
from members.services.focal_points import NothingToConfirm, confirm_address
from members.services.private_links import ENDED, PAGE_EXPIRES_AFTER, LinkPurpose, token_for
from members.services.response_times import is_past_due, median_response_days, response_due_on
from members.services.timeline import timeline_with_reasons


@dataclass(frozen=True)
class StatusPageAction:
    """A step that leads on from the page; `is_first` is what to do before all others."""

    label: str
    address: str
    is_first: bool = False


@require_safe
@token_required
def eoi_status(
    request: HttpRequest, focal_point: FocalPoint, token: str, at: datetime
) -> HttpResponse:
    """Show a focal point where the EOI stands. Opening it changes nothing."""
    return _status_page(request, focal_point, token, at)


@require_http_methods(["GET", "HEAD", "POST"])
@token_required
def eoi_confirm(
    request: HttpRequest, focal_point: FocalPoint, token: str, at: datetime
) -> HttpResponse:
    """Confirm that what is sent to the focal point reaches them; a GET leads to the button."""
    if request.method == "POST":
        try:
            confirm_address(focal_point=focal_point, by=focal_point, at=at)
        except NothingToConfirm as refused:
            refusal = ErrorSummary(_("Nothing was changed"), (str(refused),))
            return _status_page(request, focal_point, token, at, refusal=refusal, status=409)
        messages.success(request, _("Thank you. Your email address is confirmed."))
    return redirect("eoi:status", token)


@require_http_methods(["GET", "HEAD", "POST"])
@token_required
def eoi_answer(
    request: HttpRequest, focal_point: FocalPoint, token: str, at: datetime
) -> HttpResponse:
    """Take the answer to what the organisation was asked."""
    member = focal_point.member
    if request.method != "POST":
        if member.status != MemberStatus.INFORMATION_REQUESTED:
            return redirect("eoi:status", token)
        return _answer_page(request, focal_point, token)
    form = AnswerForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _answer_page(request, focal_point, token, form=form, status=422)
    answer, question = form.cleaned_data["answer"], form.cleaned_data["question"]
    try:
        record_answer(member=member, answer=answer, question=question, by=focal_point, at=at)
    except (WrongStatus, QuestionChanged) as refused:
        refusal = _answer_refusal(member, refused)
        return _answer_page(request, focal_point, token, form=form, refusal=refusal, status=409)
    messages.success(request, _("Your answer has arrived. We go on with your file."))
    return redirect("eoi:status", token)


@require_http_methods(["GET", "HEAD", "POST"])
@token_required
def eoi_withdraw(
    request: HttpRequest, focal_point: FocalPoint, token: str, at: datetime
) -> HttpResponse:
    """Withdraw the EOI, from a page that names what will happen."""
    member = focal_point.member
    if request.method != "POST":
        if member.status in ENDED:
            return redirect("eoi:status", token)
        return _withdraw_page(request, focal_point, token)
    form = WithdrawForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _withdraw_page(request, focal_point, token, form=form, status=422)
    # A page that named no version has named nothing that will happen.
    version = form.cleaned_data["version"] or -1
    reason = form.cleaned_data["reason"]
    try:
        withdraw(member=member, note=reason, version=version, by=focal_point, at=at)
    except (WrongStatus, MemberConflict):
        refusal = _withdraw_refusal(member)
        return _withdraw_page(request, focal_point, token, form=form, refusal=refusal, status=409)
    messages.success(request, _("Your expression of interest is withdrawn."))
    return redirect("eoi:status", token)


def _status_page(
    request: HttpRequest,
    focal_point: FocalPoint,
    token: str,
    at: datetime,
    *,
    refusal: ErrorSummary | None = None,
    status: int = 200,
) -> HttpResponse:
    member = focal_point.member
    standing = application_status(
        member, timeline_with_reasons(member).filter(is_public=True), zone=focal_point.time_zone
    )
    people = list(member.focal_points.order_by("is_alternate"))
    context = {
        "focal_point": focal_point,
        "member": member,
        "token": token,
        "standing": standing,
        "is_open": member.status not in ENDED,
        "service": None if standing.is_answered else _service(member, at),
        "actions": _actions(focal_point, token),
        "answers": answers_of(member),
        "people": people_of(people),
        "contact": _contact(member),
        "refusal": refusal,
        "today": format_date(_day_in_geneva(at)),
        "open_until": _open_until(member),
    }
    return render(request, "eoi/status.html", context, status=status)


def _service(member: Member, at: datetime) -> dict[str, object]:
    """Tell what we promise, what we keep at present, and what that means for one EOI."""
    promised = member.call.reply_within_days
    last_day = response_due_on(member.submitted_at, within_days=promised)
    return {
        "promised": promised,
        "half_within": median_response_days(at=at),
        "last_day": format_date(last_day),
        "is_overdue": is_past_due(last_day, at=at),
    }


def _open_until(member: Member) -> str:
    """Return the last whole day on which the page of an EOI that has ended can be read."""
    ended_at = member.withdrawn_at or member.decided_at
    if member.status not in ENDED or ended_at is None:
        return ""
    return format_date(_day_in_geneva(ended_at + PAGE_EXPIRES_AFTER) - timedelta(days=1))


def _day_in_geneva(at: datetime) -> date:
    return at.astimezone(ZoneInfo(GENEVA)).date()


def _actions(focal_point: FocalPoint, token: str) -> list[StatusPageAction]:
    """Return what the focal point can do, in the order in which it matters."""
    member, actions = focal_point.member, []
    if member.status == MemberStatus.INFORMATION_REQUESTED:
        address = reverse("eoi:answer", args=[token])
        actions.append(StatusPageAction(_("Answer our question"), address, is_first=True))
    if member.status == MemberStatus.ADMITTED:
        group = token_for(focal_point, LinkPurpose.WORKING_GROUP)
        address = reverse("participation:working_group", args=[group])
        actions.append(
            StatusPageAction(_("Open the page of your working group"), address, is_first=True)
        )
    if member.is_undecided:
        address = reverse("eoi:correct", args=[token])
        actions.append(StatusPageAction(_("Correct your answers"), address))
    if member.status not in ENDED:
        address = reverse("eoi:hand_over", args=[token])
        actions.append(StatusPageAction(_("Hand over the role"), address))
        address = reverse("eoi:withdraw", args=[token])
        actions.append(StatusPageAction(_("Withdraw"), address))
    return actions


def _answer_page(
    request: HttpRequest,
    focal_point: FocalPoint,
    token: str,
    *,
    form: AnswerForm | None = None,
    refusal: ErrorSummary | None = None,
    status: int = 200,
) -> HttpResponse:
    member = focal_point.member
    question = _question_of(member)
    seen = question.pk if question else None
    if form is None:
        form = AnswerForm(initial={"question": seen}, label_suffix="")
    elif refusal:
        form = AnswerForm(
            initial={"answer": form["answer"].value(), "question": seen}, label_suffix=""
        )
    context = {"question": question, "is_asked": question is not None, "form": form}
    return _step(request, "answer", focal_point, token, refusal, status, context)


def _question_of(member: Member) -> TimelineEntry | None:
    """Return what the member was asked last, while it has not answered."""
    if member.status != MemberStatus.INFORMATION_REQUESTED:
        return None
    requests = timeline_with_reasons(member).filter(kind=TimelineKind.INFORMATION_REQUESTED)
    return requests.order_by("-pk").first()


def _answer_refusal(member: Member, refused: Exception) -> ErrorSummary:
    """Say in public words why an answer was not taken; what staff are told names colleagues."""
    if isinstance(refused, QuestionChanged):
        return ErrorSummary(
            _("Not sent yet: we have asked something else"),
            (_("Read below what we ask now, change your answer where needed, and send it."),),
        )
    kept = _("What you typed is below: keep a copy, and reply to our mail if it still matters.")
    if member.status == MemberStatus.PENDING:
        return ErrorSummary(
            _("Not sent: an answer of your organisation has arrived already"), (kept,)
        )
    return ErrorSummary(
        _("Not sent: your expression of interest waits for no answer any more"), (kept,)
    )


def _withdraw_page(
    request: HttpRequest,
    focal_point: FocalPoint,
    token: str,
    *,
    form: WithdrawForm | None = None,
    refusal: ErrorSummary | None = None,
    status: int = 200,
) -> HttpResponse:
    member = focal_point.member
    if form is None or refusal:
        typed = form["reason"].value() if form else ""
        form = WithdrawForm(initial={"reason": typed, "version": member.version}, label_suffix="")
    context = {"is_open": member.status not in ENDED, "form": form}
    return _step(request, "withdraw", focal_point, token, refusal, status, context)


def _withdraw_refusal(member: Member) -> ErrorSummary:
    """Say in public words why nothing was withdrawn."""
    if member.status in ENDED:
        return ErrorSummary(
            _("Nothing was changed: your expression of interest has ended already"),
            (_("Its page says how it stands."),),
        )
    return ErrorSummary(
        _("Not withdrawn yet: something has changed in your file"),
        (_("Read once more what will happen, then confirm it if you still wish to."),),
    )


def _step(
    request: HttpRequest,
    name: str,
    focal_point: FocalPoint,
    token: str,
    refusal: ErrorSummary | None,
    status: int,
    context: dict[str, Any],
) -> HttpResponse:
    """Render the page of one step, which leads back to that of the EOI."""
    member = focal_point.member
    frame = {
        "focal_point": focal_point,
        "member": member,
        "token": token,
        "refusal": refusal,
        "contact": _contact(member),
    }
    return render(request, f"eoi/{name}.html", {**frame, **context}, status=status)


def _contact(member: Member) -> str:
    return member.call.contact_email or settings.MAIL_REPLY_TO
