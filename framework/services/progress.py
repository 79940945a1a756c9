"""How far the drafts of a framework are: their proposals and answers, and what can be done next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from core.dates import GENEVA, format_datetime
from framework.models import AmendmentStatus, Draft, DraftState, DraftStatus, Framework

CLOSES_SOON: Final = timedelta(days=3)


def with_amendment_counts(drafts: "QuerySet[Draft]") -> "QuerySet[Any]":
    """Annotate drafts with `amendment_count` and `unanswered_count`: only what counts."""
    sent = Q(amendments__status=AmendmentStatus.SENT)
    return drafts.annotate(
        amendment_count=Count("amendments", filter=sent),
        unanswered_count=Count("amendments", filter=sent & Q(amendments__answer=None)),
    )


@dataclass(frozen=True)
class Progress:
    """The drafts of a framework at a moment, the latest first, each with its counts."""

    drafts: list[Any]
    at: datetime

    @property
    def prepared(self) -> Draft | None:
        """The draft in preparation, or None."""
        return next((each for each in self.drafts if each.status == DraftStatus.PREPARATION), None)

    @property
    def shown(self) -> list[Any]:
        """The drafts that the working group can read."""
        return [each for each in self.drafts if each.status != DraftStatus.PREPARATION]

    @property
    def latest(self) -> Any:
        """The last draft that the working group can read, or None."""
        return next(iter(self.shown), None)

    @property
    def adopted(self) -> Draft | None:
        """The last adopted draft, or None."""
        return next((each for each in self.drafts if each.status == DraftStatus.ADOPTED), None)

    @property
    def next_number(self) -> int:
        """The number that the next draft gets."""
        return self.drafts[0].number + 1 if self.drafts else 0

    @property
    def next_to_open(self) -> int:
        """The number of the next draft that the working group will read."""
        return self.prepared.number if self.prepared else self.next_number

    @property
    def is_open(self) -> bool:
        """Whether a draft takes proposals."""
        return bool(self.latest and self.latest.is_open_at(self.at))

    @property
    def unanswered(self) -> int:
        """How many proposals need an answer now: those of the last draft, if it is closed."""
        is_closed = self.latest and self.latest.state_at(self.at) == DraftState.CLOSED
        return int(self.latest.unanswered_count) if is_closed else 0

    @property
    def can_begin(self) -> bool:
        """Whether the next draft can be prepared."""
        return self.prepared is None and not self.is_open

    @property
    def showable(self) -> Draft | None:
        """The draft in preparation, if no proposal keeps it from being opened or adopted."""
        return None if self.unanswered else self.prepared

    @property
    def can_move_closing(self) -> bool:
        """Whether the closing of the last draft can be moved: it may also be opened again."""
        draft = self.latest
        if draft is None or self.prepared is not None or draft.status != DraftStatus.OPENED:
            return False
        return bool(draft.amendment_count == draft.unanswered_count)


def progress_of(framework: Framework, *, at: datetime) -> Progress:
    """Return the drafts of a framework with their counts, in one query."""
    drafts = with_amendment_counts(framework.drafts.all())
    return Progress(list(drafts.order_by("-number", "-pk")), at)


def front_page_frameworks(user: User, *, at: datetime) -> dict[str, Any]:
    """Return the drafts that wait for the reader: closed with proposals to answer, or about to.

    Empty for people who may not change frameworks.
    """
    if not user.has_perm("framework.change_framework"):
        return {}
    drafts = Draft.objects.visible_to(user).filter(
        status=DraftStatus.OPENED, closes_at__lt=at + CLOSES_SOON
    )
    counted = with_amendment_counts(drafts.select_related("framework__focus_area"))
    rows = list(counted.order_by("framework__focus_area__number", "number"))
    return {
        "drafts_to_answer": [
            each for each in rows if each.unanswered_count and not each.is_open_at(at)
        ],
        "drafts_closing": [
            (each, format_datetime(each.closes_at, GENEVA)) for each in rows if each.is_open_at(at)
        ],
    }
