"""The steps of a mailing, each on a page that says what it does: send, stop, go on, cancel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import needs
from core.admin.conflicts import VersionForm
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime
from mailings.admin.pages import (
    SEND,
    RecipientCount,
    address_of,
    get_mailing_or_404,
    mailing_page,
    progress_of,
)
from mailings.forms import ScheduleForm, SendForm
from mailings.models import Mailing, MailingStatus
from mailings.services import sending
from mailings.services.letters import MailingTexts
from members.models import CorrespondenceLanguage


@dataclass(frozen=True)
class MailingAction:
    """One step that needs nothing but the person's word, with the words it is asked in."""

    take: Callable[..., Mailing]
    title: str | Promise
    question: str | Promise
    done: str | Promise


STOP = MailingAction(
    sending.pause_mailing,
    gettext_lazy("Stop the mailing"),
    gettext_lazy(
        "What was sent stays sent. What still waits is cancelled, until you go on. What is being "
        "sent at this very moment may still arrive."
    ),
    gettext_lazy("The mailing is stopped."),
)
GO_ON = MailingAction(
    sending.resume_mailing,
    gettext_lazy("Go on with the mailing"),
    gettext_lazy("It goes to exactly those who did not get it before it was stopped."),
    gettext_lazy("The mailing goes on."),
)
TAKE_BACK = MailingAction(
    sending.revert_to_draft,
    gettext_lazy("Make it a draft again"),
    gettext_lazy("It does not go out at its time. You can write on, and send it later."),
    gettext_lazy("The mailing is a draft again."),
)
CANCEL = MailingAction(
    sending.cancel_mailing,
    gettext_lazy("Cancel the mailing"),
    gettext_lazy("It goes to nobody, for good. It stays in the list of mailings, to be read."),
    gettext_lazy("The mailing is cancelled. Nobody was written to."),
)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SEND)
def send(request: StaffRequest, pk: int) -> HttpResponse:
    """Say who gets a mailing, in which languages, and who does not; on their word, send it."""
    mailing = get_mailing_or_404(request, pk)
    refusal, form = "", SendForm(post_data(request))
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("scheduled_for", "number", "version")}
        try:
            sending.confirm_mailing(mailing=mailing, by=request.user, at=now(), **facts)
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, _when_it_goes(mailing))
            return redirect(address_of(mailing))
    progress, texts = progress_of(mailing), MailingTexts(mailing)
    shown = {"number": progress.written_to, "version": mailing.version}
    if refusal:
        # What was chosen stays; a second try decides on what the page shows now.
        form = SendForm(initial={**form.cleaned_data, **shown})
    elif not form.is_bound:
        form = SendForm(initial=shown)
    return mailing_page(
        request,
        "send",
        title=_("Send the mailing"),
        mailing=mailing,
        status=409 if refusal else 422 if form.is_bound else 200,
        form=form,
        refusal=refusal,
        progress=progress,
        languages=_languages(mailing, texts),
        can_go=texts.can_go,
        is_draft=mailing.status == MailingStatus.DRAFT,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SEND)
def reschedule(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for another time for a mailing that is scheduled."""
    mailing = get_mailing_or_404(request, pk)
    shown: dict[str, Any] = {"version": mailing.version}
    if mailing.scheduled_for:
        at = localtime(mailing.scheduled_for)
        shown |= {"day": at.date(), "time": at.time()}
    refusal, form = "", ScheduleForm(post_data(request), initial=shown)
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("scheduled_for", "version")}
        try:
            sending.reschedule_mailing(mailing=mailing, by=request.user, at=now(), **facts)
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, _when_it_goes(mailing))
            return redirect(address_of(mailing))
    if refusal:
        form = ScheduleForm(initial={**shown, **form.cleaned_data, "version": mailing.version})
    return mailing_page(
        request,
        "reschedule",
        title=_("Send it at another time"),
        mailing=mailing,
        status=409 if refusal else 422 if form.is_bound else 200,
        form=form,
        refusal=refusal,
    )


def action_view(step: MailingAction) -> Callable[..., HttpResponse]:
    """Return the view that asks whether to take a step, and takes it."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @needs(SEND)
    def view(request: StaffRequest, pk: int) -> HttpResponse:
        mailing = get_mailing_or_404(request, pk)
        refusal, form = "", VersionForm(post_data(request))
        if form.is_valid():
            version = form.version_seen
            try:
                step.take(mailing=mailing, version=version, by=request.user, at=now())
            except Refused as refused:
                refusal = str(refused)
            else:
                messages.success(request, str(step.done))
                return redirect(address_of(mailing))
        status = 409 if refusal else 422 if form.is_bound else 200
        return mailing_page(
            request,
            "step",
            title=str(step.title),
            mailing=mailing,
            status=status,
            question=step.question,
            refusal=refusal,
            # The page shows the mailing as it is now: a second try decides on that.
            form=VersionForm(initial={"version": mailing.version}),
        )

    return view


stop = action_view(STOP)
resume = action_view(GO_ON)
revert_to_draft = action_view(TAKE_BACK)
cancel = action_view(CANCEL)


def _when_it_goes(mailing: Mailing) -> str:
    """Say when a mailing that was confirmed goes out."""
    if mailing.scheduled_for is None or mailing.scheduled_for <= now():
        return _("The mailing goes out now.")
    moment = format_datetime(mailing.scheduled_for, GENEVA)
    return _("The mailing goes out on %(moment)s.") % {"moment": moment}


def _languages(mailing: Mailing, texts: MailingTexts) -> list[RecipientCount]:
    """Count in which languages those who are written to get the mailing, and who wants another."""
    counted = mailing.recipients.included().order_by().values_list("focal_point__language")
    wanted = dict(counted.annotate(Count("pk")))
    figures = []
    for code, number in sorted(wanted.items()):
        read, own = texts.language_for(code), CorrespondenceLanguage(code).label
        words = str(own)
        if read != code:
            words = _("%(language)s, for readers of %(own)s") % {
                "language": CorrespondenceLanguage(read).label,
                "own": own,
            }
        figures.append(RecipientCount(code, words, number))
    return figures
