"""The confirmation pages of a mailing: send, reschedule, stop, resume and cancel."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise, cached_property
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import steps
from accounts.admin.base import StaffRequest
from core.admin.conflicts import VersionForm
from core.dates import GENEVA, format_datetime
from mailings.admin.pages import (
    SEND,
    Progress,
    RecipientCount,
    address_of,
    get_mailing_or_404,
    mailing_page,
    progress_of,
    texts_in_order,
)
from mailings.forms import ScheduleForm, SecondPersonForm, SendForm
from mailings.models import Mailing, MailingStatus
from mailings.services import sending
from mailings.services.letters import MailingTexts
from mailings.services.second_person import needs_second_person, waiting_request
from mailings.services.send_requests import confirm_request, request_sending, return_request
from meetings.forms.moments import day_and_time
from members.models import CorrespondenceLanguage


class StepView(steps.StepView):
    """The page of one action on a mailing."""

    permissions = (SEND,)

    def get_row(self) -> Mailing:
        self.mailing = get_mailing_or_404(self.request, self.kwargs["pk"])
        return self.mailing

    def get_next_url(self) -> str:
        return address_of(self.mailing)

    def show(self, form: VersionForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
        return mailing_page(
            self.request,
            self.template,
            {"form": form, "refusal": refusal, **self.get_context()},
            title=str(self.title),
            mailing=self.mailing,
            status=status,
        )


class SendView(StepView):
    """Show who gets a mailing, in which languages, and who does not.

    POST sends it, or requests a second person for it.
    """

    form_class = SendForm
    template = "send"
    title = gettext_lazy("Send mailing")

    @cached_property
    def progress(self) -> Progress:
        return progress_of(self.mailing)

    def get(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        if waiting_request(self.mailing):
            return redirect(address_of(self.mailing, "second_person"))
        return super().get(request, **kwargs)

    def get_shown(self) -> dict[str, Any]:
        return {**super().get_shown(), "number": self.progress.written_to}

    def get_context(self) -> dict[str, object]:
        texts = MailingTexts(self.mailing)
        return {
            "progress": self.progress,
            "languages": _languages(self.mailing, texts),
            "can_go": texts.can_go,
            "is_draft": self.mailing.status == MailingStatus.DRAFT,
            "needs_second_person": needs_second_person(self.progress.written_to),
            "limit": settings.MAILING_SECOND_PERSON_ABOVE,
        }

    def take(self, form: VersionForm) -> str:
        number = form.cleaned_data["number"]
        is_request = needs_second_person(number)
        step = request_sending if is_request else sending.confirm_mailing
        step(
            mailing=self.mailing,
            scheduled_for=form.cleaned_data["scheduled_for"],
            number=number,
            version=form.cleaned_data["version"],
            by=self.request.user,
            at=now(),
        )
        if is_request:
            return _("Requested. A second person must confirm it. Nothing was sent.")
        return _when_it_goes(self.mailing)


class SecondPersonView(StepView):
    """Show what a colleague requests to send; POST confirms it, or returns it with a reason."""

    form_class = SecondPersonForm
    template = "second_person"
    title = gettext_lazy("Confirm mailing")

    @cached_property
    def progress(self) -> Progress:
        return progress_of(self.mailing)

    def get_shown(self) -> dict[str, Any]:
        return {**super().get_shown(), "number": self.progress.written_to}

    def get_context(self) -> dict[str, object]:
        return {
            "progress": self.progress,
            "send_request": waiting_request(self.mailing),
            "languages": _languages(self.mailing, MailingTexts(self.mailing)),
            "texts": texts_in_order(self.mailing),
        }

    def take(self, form: VersionForm) -> str:
        data = form.cleaned_data
        facts: dict[str, Any] = {"version": data["version"], "by": self.request.user, "at": now()}
        if "return" in self.request.POST:
            return_request(mailing=self.mailing, reason=data["reason"], **facts)
            return _("The mailing is returned. Nothing was sent.")
        confirm_request(mailing=self.mailing, number=data["number"], **facts)
        return _when_it_goes(self.mailing)


class RescheduleView(StepView):
    """Ask for another time for a scheduled mailing."""

    form_class = ScheduleForm
    template = "reschedule"
    title = gettext_lazy("Reschedule")

    def get_proposal(self) -> dict[str, Any]:
        if self.mailing.scheduled_for is None:
            return {}
        return day_and_time(self.mailing.scheduled_for)

    def take(self, form: VersionForm) -> str:
        sending.reschedule_mailing(
            mailing=self.mailing,
            scheduled_for=form.cleaned_data["scheduled_for"],
            version=form.cleaned_data["version"],
            by=self.request.user,
            at=now(),
        )
        return _when_it_goes(self.mailing)


class ActionView(StepView):
    """An action that needs only a confirmation; as_view() gets the service and the texts."""

    service: Callable[..., Mailing] = staticmethod(sending.pause_mailing)
    question: str | Promise = ""
    done: str | Promise = ""

    def get_context(self) -> dict[str, object]:
        return {"question": self.question}

    def take(self, form: VersionForm) -> str:
        version = form.version_seen
        self.service(mailing=self.mailing, version=version, by=self.request.user, at=now())
        return str(self.done)

    def show(self, form: VersionForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
        # The form has nothing to correct.
        form = VersionForm(initial=self.get_shown())
        return super().show(form, status=status, refusal=refusal)


stop = ActionView.as_view(
    service=sending.pause_mailing,
    title=gettext_lazy("Pause mailing"),
    question=gettext_lazy(
        "Emails that were sent cannot be recalled. Emails that are waiting are cancelled until you "
        "resume the mailing. Emails that are being sent now may still arrive."
    ),
    done=gettext_lazy("The mailing is paused."),
)
resume = ActionView.as_view(
    service=sending.resume_mailing,
    title=gettext_lazy("Resume mailing"),
    question=gettext_lazy(
        "The mailing is sent only to recipients who did not get it before it was paused."
    ),
    done=gettext_lazy("The mailing is resumed."),
)
revert_to_draft = ActionView.as_view(
    service=sending.revert_to_draft,
    title=gettext_lazy("Return to draft"),
    question=gettext_lazy(
        "The mailing is not sent at the scheduled time. You can edit it again and send it later."
    ),
    done=gettext_lazy("The mailing is a draft again."),
)
cancel = ActionView.as_view(
    service=sending.cancel_mailing,
    title=gettext_lazy("Cancel mailing"),
    question=gettext_lazy(
        "The mailing is cancelled permanently and is not sent to anybody. You can still view it in "
        "the list of mailings."
    ),
    done=gettext_lazy("The mailing is cancelled. Nothing was sent."),
)
send = SendView.as_view()
second_person = SecondPersonView.as_view()
reschedule = RescheduleView.as_view()


def _when_it_goes(mailing: Mailing) -> str:
    if mailing.scheduled_for is None or mailing.scheduled_for <= now():
        return _("The mailing is being sent now.")
    moment = format_datetime(mailing.scheduled_for, GENEVA)
    return _("The mailing is scheduled for %(moment)s.") % {"moment": moment}


def _languages(mailing: Mailing, texts: MailingTexts) -> list[RecipientCount]:
    """Count the recipients by the language that they get, and by the language that they prefer."""
    counted = mailing.recipients.included().order_by().values_list("focal_point__language")
    wanted = dict(counted.annotate(Count("pk")))
    figures = []
    for code, number in sorted(wanted.items()):
        read, own = texts.language_for(code), CorrespondenceLanguage(code).label
        words = str(own)
        if read != code:
            words = _("%(language)s, for recipients who prefer %(own)s") % {
                "language": CorrespondenceLanguage(read).label,
                "own": own,
            }
        figures.append(RecipientCount(code, words, number))
    return figures
