"""The page of an EOI for its focal points: its status, and what they can do."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from core.conflicts import Conflict
from core.dates import GENEVA, format_date
from core.language_switch import form_as_typed, switched_language
from core.uploads import accepts_files
from eoi.forms.status import AnswerForm, WithdrawForm
from eoi.services.application_status import application_status
from eoi.views.error_summary import ErrorSummary
from eoi.views.token_auth import FocalPointView
from members.models import FocalPoint, Member, MemberStatus, TimelineEntry, TimelineKind
from members.services.answer_files import (
    MAX_FILES,
    answer_files_of,
    max_files_size,
    too_large_together,
)
from members.services.answers import answers_of, people_of
from members.services.conflicts import WrongStatus
from members.services.decisions import record_answer, withdraw
from members.services.exceptions import QuestionChanged
from members.services.focal_points import NothingToConfirm, confirm_address
from members.services.private_links import ENDED, PAGE_EXPIRES_AFTER, LinkPurpose, token_for
from members.services.response_times import is_past_due, median_response_days, response_due_on
from members.services.timeline import timeline_with_files, timeline_with_reasons
from papers.services.downloads import download
from papers.services.stored_files import NotStored


@dataclass(frozen=True)
class StatusPageAction:
    """A link to what a focal point can do; `is_first` marks the most important one."""

    label: str
    address: str
    is_first: bool = False


class StatusView(FocalPointView):
    """Show the status of the EOI. Opening it changes nothing."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.page()

    def page(self, *, refusal: ErrorSummary | None = None, status: int = 200) -> HttpResponse:
        """Show the status, with a refusal if there is one."""
        member = self.member
        standing = application_status(
            member,
            timeline_with_files(member.timeline.all()).shown_to_organisation(self.at),
            zone=self.focal_point.time_zone,
        )
        return self.render(
            "status",
            standing=standing,
            is_open=member.status not in ENDED,
            service=None if standing.is_answered else _service(member, self.at),
            actions=_actions(member, self.focal_point, self.token),
            answers=answers_of(member),
            people=people_of(list(member.focal_points.order_by("is_alternate"))),
            today=format_date(_day_in_geneva(self.at)),
            open_until=_open_until(member),
            refusal=refusal,
            status=status,
        )


class ConfirmView(StatusView):
    """Confirm the email address of the focal point."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return redirect("eoi:status", token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            confirm_address(focal_point=self.focal_point, by=self.focal_point, at=self.at)
        except NothingToConfirm as refused:
            refusal = ErrorSummary(_("Nothing was changed"), (str(refused),))
            return self.page(refusal=refusal, status=409)
        messages.success(request, _("Thank you. Your email address is confirmed."))
        return redirect("eoi:status", token)


@method_decorator(csrf_exempt, name="dispatch")
class AnswerView(FocalPointView):
    """Record the answer to a request for information, with its files.

    The CSRF token is checked once the link is known to be valid and the files may be read. Files
    that were sent with a refused answer must be chosen again.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if self.member.status != MemberStatus.INFORMATION_REQUESTED:
            return redirect("eoi:status", token)
        return self.page()

    def post(self, request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            return self.record(request)
        except RequestDataTooBig:
            # Nothing of the request was read, not even the words.
            unread = _("What you typed could not be read. Go back in your browser to find it.")
            refusal = ErrorSummary(_("Not sent yet"), (too_large_together(), unread))
            return self.page(refusal=refusal, status=413)

    @method_decorator(csrf_protect)
    def refuse_link(self, request: HttpRequest) -> HttpResponseBase:
        return super().refuse_link(request)

    @method_decorator(accepts_files(max_files_size, field="documents", max_files=MAX_FILES + 1))
    def record(self, request: HttpRequest) -> HttpResponseBase:
        """Record the answer, or show the form with what was typed."""
        form = AnswerForm(request.POST, request.FILES, label_suffix="")
        page = partial(self.page, had_files=bool(request.FILES))
        if switched_language(request):
            # Without the files, which no page keeps, the words are required again.
            return page(form_as_typed(AnswerForm(request.POST, label_suffix="")))
        if not form.is_valid():
            return page(form, status=422)
        try:
            record_answer(member=self.member, **form.cleaned_data, by=self.focal_point, at=self.at)
        except NotStored as refused:
            form.add_error("documents", str(refused))
            return page(form, status=503)
        except (WrongStatus, QuestionChanged) as refused:
            if self.is_being_decided:
                refusal = self.being_decided(_("Not sent yet"))
            else:
                refusal = _answer_refusal(self.member, refused)
            return page(typed=form["answer"].value(), refusal=refusal, status=409)
        messages.success(
            request, _("Thank you. We received your reply and will continue our review.")
        )
        return redirect("eoi:status", self.token)

    def page(self, form: AnswerForm | None = None, *, typed: str = "", **more: Any) -> HttpResponse:
        """Show the current question, with the form or the typed answer."""
        question = _question_of(self.member, self.at)
        seen = question.pk if question else None
        form = form or AnswerForm(initial={"answer": typed, "question": seen}, label_suffix="")
        return self.render("answer", question=question, form=form, **more)


class AnswerFileView(FocalPointView):
    """Send a file of an answer of this EOI."""

    def get(self, request: HttpRequest, token: str, pk: int) -> HttpResponseBase:
        shown = self.member.timeline.shown_to_organisation(self.at)
        file = get_object_or_404(answer_files_of(self.member).filter(entry__in=shown), pk=pk)
        return download(request, file, back=reverse("eoi:status", args=[token]))


class WithdrawView(FocalPointView):
    """Withdraw the EOI, from a page that says what will happen."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return redirect("eoi:status", token) if self.member.status in ENDED else self.page()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = WithdrawForm(request.POST, label_suffix="")
        if switched_language(request):
            return self.page(form_as_typed(form))
        if not form.is_valid():
            return self.page(form, status=422)
        # A page without a version matches no member.
        version = form.cleaned_data["version"] or -1
        note = form.cleaned_data["reason"]
        try:
            withdraw(
                member=self.member, note=note, version=version, by=self.focal_point, at=self.at
            )
        except (WrongStatus, Conflict):
            if self.is_being_decided:
                refusal = self.being_decided(_("Not withdrawn yet"))
            else:
                refusal = _withdraw_refusal(self.member)
            return self.page(typed=form["reason"].value(), refusal=refusal, status=409)
        messages.success(request, _("Your expression of interest is withdrawn."))
        return redirect("eoi:status", token)

    def page(
        self, form: WithdrawForm | None = None, *, typed: str = "", **more: Any
    ) -> HttpResponse:
        """Show the current version, with the form or the typed reason."""
        initial = {"reason": typed, "version": self.member.version}
        form = form or WithdrawForm(initial=initial, label_suffix="")
        return self.render("withdraw", is_open=self.member.status not in ENDED, form=form, **more)


def _service(member: Member, at: datetime) -> dict[str, object]:
    """Return the promised and the current response time, and the deadline for one EOI."""
    promised = member.call.reply_within_days
    last_day = response_due_on(member.submitted_at, within_days=promised)
    return {
        "promised": promised,
        "half_within": median_response_days(at=at),
        "last_day": format_date(last_day),
        "is_overdue": is_past_due(last_day, at=at),
    }


def _open_until(member: Member) -> str:
    """Return the last whole day on which the page of an ended EOI can be opened."""
    ended_at = member.withdrawn_at or member.decided_at
    if member.status not in ENDED or ended_at is None:
        return ""
    return format_date(_day_in_geneva(ended_at + PAGE_EXPIRES_AFTER) - timedelta(days=1))


def _day_in_geneva(at: datetime) -> date:
    return at.astimezone(ZoneInfo(GENEVA)).date()


def _actions(member: Member, focal_point: FocalPoint, token: str) -> list[StatusPageAction]:
    """Return the actions of the focal point, the most important first."""
    actions = []
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
        actions.append(StatusPageAction(_("Transfer the role"), address))
        address = reverse("eoi:withdraw", args=[token])
        actions.append(StatusPageAction(_("Withdraw"), address))
    return actions


def _question_of(member: Member, at: datetime) -> TimelineEntry | None:
    """Return the last request for information, if it was not answered."""
    if member.status != MemberStatus.INFORMATION_REQUESTED:
        return None
    shown = timeline_with_reasons(member).shown_to_organisation(at)
    requests = shown.filter(kind=TimelineKind.INFORMATION_REQUESTED)
    return requests.order_by("-pk").first()


def _answer_refusal(member: Member, refused: Exception) -> ErrorSummary:
    """Say why an answer was refused, without the names of staff that the exception contains."""
    if isinstance(refused, QuestionChanged):
        return ErrorSummary(
            _("Not sent yet: we have asked a different question"),
            (_("Read the new question below, change your answer if needed, and send it."),),
        )
    kept = _(
        "What you typed is shown below. Keep a copy, and reply to our email if it is still "
        "relevant."
    )
    if member.status == MemberStatus.PENDING:
        return ErrorSummary(_("Not sent: your organisation has already replied"), (kept,))
    return ErrorSummary(
        _("Not sent: we are no longer waiting for a reply from your organisation"), (kept,)
    )


def _withdraw_refusal(member: Member) -> ErrorSummary:
    """Say why the EOI was not withdrawn, without the names of staff."""
    if member.status in ENDED:
        return ErrorSummary(
            _("Nothing was changed: your expression of interest has already ended"),
            (_("See its page for the current status."),),
        )
    return ErrorSummary(
        _("Not withdrawn yet: your expression of interest has changed"),
        (_("Read again what will happen, then confirm if you still want to withdraw."),),
    )
