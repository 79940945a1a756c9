"""The steps of a draft, each on a page that says what it does: begin, open, close, adopt."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import GENEVA, format_datetime
from framework.admin.pages import ADOPT, VIEW, Pages, StepView, address_of
from framework.forms.drafts import ClosingForm, StepForm
from framework.models import Draft, Framework
from framework.services.drafts import adopt_draft, move_closing, open_draft, prepare_next_draft
from framework.services.notices import number_of_readers
from framework.services.progress import Progress, progress_of
from meetings.forms.moments import day_and_time

# What the page proposes for a draft: this long, until the last minute of the day.
OPEN_FOR: Final = timedelta(weeks=3)


class DraftStep(StepView):
    """The page of a step of a draft. Without its draft, it leads back to the framework."""

    permissions: tuple[str, ...] = (VIEW, ADOPT)
    form_class = StepForm

    def get_row(self) -> Draft | None:
        """Return the draft of the step, or None if the framework does not allow the step now."""
        raise NotImplementedError

    def get_sentences(self) -> list[str]:
        """Return what the step does, and whom it tells."""
        raise NotImplementedError

    @cached_property
    def progress(self) -> Progress:
        return progress_of(self.framework, at=now())

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.row is None:
            messages.warning(request, _("The framework does not allow this step now."))
            return redirect(self.get_next_url())
        return super().dispatch(request, *args, **kwargs)

    def get_context(self) -> dict[str, object]:
        draft = self.row
        counted = next((each for each in self.progress.drafts if each.pk == draft.pk), None)
        return {
            "sentences": self.get_sentences(),
            "draft": draft,
            "state": draft.state_at(now()).label if draft.pk else "",
            "closes": format_datetime(draft.closes_at, GENEVA) if draft.closes_at else "",
            "counted": counted,
        }


class BeginView(DraftStep):
    """Begin the next draft with the text of the last one."""

    permissions = StepView.permissions
    title = gettext_lazy("Begin the next draft")

    def get_row(self) -> Draft | None:
        if not self.progress.can_begin:
            return None
        return Draft(framework=self.framework, number=self.progress.next_number)

    def get_sentences(self) -> list[str]:
        number = {"number": self.row.number}
        if self.progress.latest is None:
            begun = _("Draft %(number)s begins without any text. You can paste it whole.") % number
        else:
            begun = _("Draft %(number)s begins with the text of the last one.") % number
        return [begun, _("Only staff see it until you open it. Nobody is told.")]

    def take(self, form: StepForm) -> str:
        draft = prepare_next_draft(framework=self.framework, **self.facts)
        return _("Draft %(number)s is in preparation.") % {"number": draft.number}

    def get_next_url(self) -> str:
        return address_of(self.framework, "text" if self.request.method == "POST" else "change")


class OpenView(DraftStep):
    """Open the draft in preparation for proposals."""

    form_class = ClosingForm
    title = gettext_lazy("Open the draft")

    def get_row(self) -> Draft | None:
        return self.progress.showable

    def get_proposal(self) -> dict[str, Any]:
        last_minute = localtime(now() + OPEN_FOR).replace(hour=23, minute=59)
        return day_and_time(last_minute)

    def get_sentences(self) -> list[str]:
        opened = _("The working group can read draft %(number)s at once, and propose changes.")
        sentences = [opened % {"number": self.row.number}, told_in_words(self.framework)]
        if self.progress.latest and self.progress.latest.amendment_count:
            sentences.append(
                _("Those that proposed changes are told the answers, which can change no more.")
            )
        return sentences

    def take(self, form: ClosingForm) -> str:
        closes_at = form.cleaned_data["closes_at"]
        version = form.version_seen
        open_draft(draft=self.row, closes_at=closes_at, version=version, **self.facts)
        return _("Draft %(number)s is open until %(when)s.") % _named(self.row)


class MoveClosingView(DraftStep):
    """Move the closing of the last draft, which may also open it again."""

    form_class = ClosingForm
    title = gettext_lazy("Move the closing")

    def get_row(self) -> Draft | None:
        return self.progress.latest if self.progress.can_move_closing else None

    def get_proposal(self) -> dict[str, Any]:
        return day_and_time(self.row.closes_at)

    def get_sentences(self) -> list[str]:
        if self.progress.is_open:
            first = _("Draft %(number)s closes on %(when)s. Members see the new time at once.")
        else:
            first = _("Draft %(number)s closed on %(when)s. A later time opens it again.")
        return [first % _named(self.row), _("Nobody gets an email about the change.")]

    def take(self, form: ClosingForm) -> str:
        closes_at, version = form.cleaned_data["closes_at"], form.version_seen
        move_closing(draft=self.row, closes_at=closes_at, version=version, **self.facts)
        return _("Draft %(number)s is open until %(when)s.") % _named(self.row)


class CloseNowView(DraftStep):
    """Close the open draft at once."""

    title = gettext_lazy("Close the draft now")

    def get_row(self) -> Draft | None:
        return self.progress.latest if self.progress.is_open else None

    def get_sentences(self) -> list[str]:
        return [
            _("Draft %(number)s closes now, and not on %(when)s as announced.") % _named(self.row),
            _("People who type a proposal keep the text, but can no longer send it."),
            _("Nobody gets an email about it."),
        ]

    def take(self, form: StepForm) -> str:
        facts = self.facts
        move_closing(draft=self.row, closes_at=facts["at"], version=form.version_seen, **facts)
        return _("Draft %(number)s is closed.") % {"number": self.row.number}


class AdoptView(DraftStep):
    """Adopt the draft in preparation."""

    title = gettext_lazy("Adopt the draft")

    def get_row(self) -> Draft | None:
        return self.progress.showable

    def get_sentences(self) -> list[str]:
        adopted = _("Draft %(number)s becomes the Action Framework of the focus area.")
        return [
            adopted % {"number": self.row.number},
            _("Commitments can name its actions, and it can be translated."),
            told_in_words(self.framework),
            _("This cannot be undone. A later draft can be adopted in its place."),
        ]

    def take(self, form: StepForm) -> str:
        adopt_draft(draft=self.row, version=form.version_seen, **self.facts)
        return _("Draft %(number)s is adopted.") % {"number": self.row.number}


def told_in_words(framework: Framework) -> str:
    """Return the sentence that says how many organisations get an email."""
    number = number_of_readers(framework)
    return ngettext(
        "%(number)d organisation of the working group gets an email.",
        "%(number)d organisations of the working group get an email.",
        number,
    ) % {"number": number}


def _named(draft: Draft) -> dict[str, object]:
    closes_at: datetime | None = draft.closes_at
    return {
        "number": draft.number,
        "when": format_datetime(closes_at, GENEVA) if closes_at else "",
    }


PAGES: Pages = (
    ("begin", "<int:pk>/begin/", BeginView.as_view()),
    ("open", "<int:pk>/open/", OpenView.as_view()),
    ("move_closing", "<int:pk>/move-closing/", MoveClosingView.as_view()),
    ("close_now", "<int:pk>/close-now/", CloseNowView.as_view()),
    ("adopt", "<int:pk>/adopt/", AdoptView.as_view()),
)
