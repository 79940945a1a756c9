"""The Action Frameworks of a person's working groups, and what their organisations proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from framework.models import Amendment, AmendmentStatus, Framework
from framework.services.progress import Progress
from framework.services.states import progress_sentence
from members.models import FocalPoint


@dataclass(frozen=True)
class MyFramework:
    """One framework: where it stands, and how many proposals to its last draft are sent and not."""

    framework: Framework
    sentence: str
    has_text: bool
    is_open: bool
    sent: int
    unsent: int


def my_frameworks(people: Sequence[FocalPoint], *, at: datetime) -> list[MyFramework]:
    """Return the framework of each working group of some focal points, with three queries."""
    areas = {person.member.focus_area_id for person in people}
    frameworks = Framework.objects.filter(focus_area__in=areas).select_related("focus_area")
    rows = frameworks.order_by("focus_area__number").prefetch_related("drafts")
    progress = [(row, _progress(row, at)) for row in rows]
    counted = (
        Amendment.objects.filter(member__in={person.member_id for person in people})
        .filter(draft__in=[each.latest for _row, each in progress if each.latest])
        .values_list("draft", "status")
        .annotate(number=Count("pk"))
        .order_by()
    )
    counts = {(draft, status): number for draft, status, number in counted}
    return [
        MyFramework(
            framework=row,
            sentence=progress_sentence(each),
            has_text=each.latest is not None,
            is_open=each.is_open,
            sent=counts.get((each.latest and each.latest.pk, AmendmentStatus.SENT), 0),
            unsent=counts.get((each.latest and each.latest.pk, AmendmentStatus.DRAFT), 0),
        )
        for row, each in progress
    ]


def _progress(framework: Framework, at: datetime) -> Progress:
    drafts = sorted(framework.drafts.all(), key=lambda draft: -draft.number)
    return Progress(drafts, at)
