"""What the pages of mailings share: the mailing they are about, its figures, and their frame."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise

from accounts.admin.base import StaffRequest, get_visible_or_404, page
from mailings.models import STATUSES_OF, Exclusion, Mailing, RecipientOutcome

VIEW = "mailings.view_mailing"
CHANGE = "mailings.change_mailing"
SEND = "mailings.send_mailing"


@dataclass(frozen=True)
class RecipientCount:
    """How many of those chosen are alike; `of` names them in the address of the list."""

    of: str
    words: str | Promise
    number: int


@dataclass(frozen=True)
class Progress:
    """What has come of a mailing so far: by outcome, and why others are left out."""

    outcomes: list[RecipientCount]
    left_out: list[RecipientCount]
    chosen: int

    @property
    def written_to(self) -> int:
        """How many of those chosen get it, or have got it."""
        return self.chosen - sum(figure.number for figure in self.left_out)


def progress_of(mailing: Mailing) -> Progress:
    """Count what has come of a mailing, in one query."""
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


def get_mailing_or_404(request: StaffRequest, pk: int) -> Mailing:
    """Return a mailing that the person may see, with the rows that its pages name."""
    mailings = Mailing.objects.select_related("created_by", "confirmed_by")
    return get_visible_or_404(mailings, request.user, pk)


def address_of(mailing: Mailing, name: str = "change") -> str:
    """Return the address of one of a mailing's pages."""
    return reverse(f"admin:mailings_mailing_{name}", args=[mailing.pk])


def subject_of(mailing: Mailing) -> str:
    """Return the subject in the first language, as far as there is one, else in another."""
    subjects = {text.language: text.subject for text in mailing.texts.all()}
    return subjects.get(mailing.language) or next(filter(None, subjects.values()), "")


def mailing_page(
    request: HttpRequest,
    name: str,
    *,
    title: str,
    mailing: Mailing | None = None,
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """Render one of the pages of mailings."""
    subject = subject_of(mailing) if mailing and "subject" not in context else ""
    return page(
        request,
        f"admin/mailings/mailing/{name}.html",
        model=Mailing,
        title=title,
        status=status,
        **{"mailing": mailing, "subject": subject, **context},
    )
