"""Shared by the pages of mailings: loading the mailing, its figures, and the page layout."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from mailings.models import STATUSES_OF, Exclusion, Mailing, MailingText, RecipientOutcome
from mailings.services.second_person import MAY_SEND
from outbox.services.template_rendering import InvalidPlaceholders, render_text

VIEW = "mailings.view_mailing"
CHANGE = "mailings.change_mailing"
SEND = MAY_SEND
UNSUBSCRIBE = "mailings.add_unsubscription"
# The subject is longer only on the mailing's own page.
MAX_NAME_LENGTH = 60
# What the desk reads in place of the placeholders that a subject may have.
SUBJECT_LABELS = {"focus_area": gettext_lazy("focus area"), "reference": gettext_lazy("reference")}


@dataclass(frozen=True)
class RecipientCount:
    """The number of recipients in one group; `of` names the group in the URL of the list."""

    of: str
    words: str | Promise
    number: int


@dataclass(frozen=True)
class Progress:
    """The progress of a mailing: recipients by outcome, and by reason for exclusion."""

    outcomes: list[RecipientCount]
    left_out: list[RecipientCount]
    chosen: int

    @property
    def accepted(self) -> int:
        """The number of recipients whose message the mail server accepted."""
        done = (RecipientOutcome.SENT, RecipientOutcome.RETURNED)
        return sum(figure.number for figure in self.outcomes if figure.of in done)

    @property
    def written_to(self) -> int:
        """The number of recipients who get the mailing, or already got it."""
        return self.chosen - sum(figure.number for figure in self.left_out)


def progress_of(mailing: Mailing) -> Progress:
    """Count the recipients of a mailing by outcome, in one query."""
    counted = mailing.recipients.all().by_outcome()
    by_status = {
        outcome: sum(counted.get(("", status), 0) for status in statuses)
        for outcome, statuses in STATUSES_OF.items()
    }
    by_status = {RecipientOutcome.PENDING: counted.get(("", ""), 0), **by_status}
    return Progress(
        outcomes=[
            RecipientCount(each.value, each.label, number) for each, number in by_status.items()
        ],
        left_out=[
            RecipientCount(reason.value, reason.label, counted[reason.value, ""])
            for reason in Exclusion
            if (reason.value, "") in counted
        ],
        chosen=sum(counted.values()),
    )


def reactions_of(mailing: Mailing) -> list[RecipientCount]:
    """Count the recipients of a mailing who unsubscribed or complained, in one query."""
    counted = mailing.recipients.all().by_reaction()
    return [RecipientCount(each.value, each.label, number) for each, number in counted.items()]


def get_mailing_or_404(request: StaffRequest, pk: int) -> Mailing:
    """Return a mailing that the user may see, with the related rows that its pages show."""
    mailings = Mailing.objects.select_related("created_by", "confirmed_by")
    mailings = mailings.prefetch_related("texts")
    return get_visible_or_404(mailings, request.user, pk)


def address_of(mailing: Mailing, name: str = "change") -> str:
    """Return the URL of one of a mailing's pages."""
    return reverse(f"admin:mailings_mailing_{name}", args=[mailing.pk])


def subject_of(mailing: Mailing) -> str:
    """Return the subject in the first language, or else in another language.

    Labels stand for its placeholders, because each recipient gets other values. Invalid
    placeholders of a draft stay as they are.
    """
    subjects = {text.language: text.subject for text in mailing.texts.all()}
    subject = subjects.get(mailing.language) or next(filter(None, subjects.values()), "")
    labels = {name: f"[{label}]" for name, label in SUBJECT_LABELS.items()}
    try:
        return render_text(subject, labels, language=mailing.language)
    except (InvalidPlaceholders, KeyError):
        return subject


def name_of(subject: str) -> str:
    """Return what names a mailing in a list: its subject, shortened, or that it has none yet."""
    return Truncator(subject).chars(MAX_NAME_LENGTH) or _("(no subject yet)")


def texts_in_order(mailing: Mailing) -> list[MailingText]:
    """Return the texts of a mailing, that in its first language first."""
    texts = sorted(mailing.texts.all(), key=lambda text: text.language)
    return sorted(texts, key=lambda text: text.language != mailing.language)


def mailing_page(
    request: HttpRequest,
    name: str,
    context: Mapping[str, object],
    *,
    title: str = "",
    mailing: Mailing | None = None,
    status: int = 200,
) -> TemplateResponse:
    """Render one of the pages of mailings. The subject is the title of a mailing's own page."""
    subject = subject_of(mailing) if mailing else ""
    named = {"mailing": mailing, "subject": subject, "name": name_of(subject)}
    return page(
        request,
        f"admin/mailings/mailing/{name}.html",
        {**named, **context},
        model=Mailing,
        title=title or subject or name_of(subject),
        status=status,
    )
