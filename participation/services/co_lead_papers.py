"""The papers that co-leads add for their working group. Staff add others in the admin."""

from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused, lock
from meetings.models import AgendaItem, Meeting, MeetingQuerySet
from members.models import FocalPoint
from members.services.co_leads import NotCoLead, lock_co_lead
from members.services.letters.co_leads import notify_coordinators
from papers.models import Paper, PaperKind, PaperQuerySet, PaperVersion
from papers.services.file_types import ValidFile
from papers.services.papers import add_paper, add_version
from participation.services.co_lead_types import CO_LEAD_PAPER

# A paper can be added to meetings that begin within this time before or after today.
MEETINGS_WITHIN: Final = timedelta(days=365)
MAY_WITHDRAW: Final = "papers.withdraw_paper"


class PublicPaper(Refused):
    """The paper is public: a new file would be public at once, which only staff decide."""

    def __init__(self) -> None:
        super().__init__(_("This paper is public. Only the secretariat can add a file to it."))


def group_papers(person: FocalPoint) -> PaperQuerySet:
    """Return the papers to which a co-lead can add files: of their group, and not public."""
    area = person.member.focus_area
    own = Paper.objects.filter(focus_area=area) | Paper.objects.filter(meeting__focus_area=area)
    return own.for_members().filter(is_public=False).select_related("meeting__focus_area")


def group_meetings(person: FocalPoint, *, at: datetime) -> MeetingQuerySet:
    """Return the meetings of a co-lead's group that a paper can belong to, the latest first."""
    meetings = Meeting.objects.scheduled_or_cancelled().filter(focus_area=person.member.focus_area)
    near = meetings.between(at - MEETINGS_WITHIN, at + MEETINGS_WITHIN)
    return near.order_by("-starts_at", "-pk")


def add_group_paper(
    *,
    person: FocalPoint,
    meeting: Meeting | None,
    title: str,
    kind: PaperKind,
    agenda_item: AgendaItem | None = None,
    language: str,
    file: ValidFile,
    note: str = "",
    by: User,
    at: datetime,
) -> Paper:
    """Publish a paper of a co-lead to their working group, and tell the coordinators.

    The group sees it at once. Only staff can make it public.

    Raises NotStored, Refused (no_such_item) and NotCoLead, also if the meeting is not, or no
    longer, one of the group.
    """
    return add_paper(
        title=title,
        kind=kind,
        meeting=meeting,
        focus_area=None if meeting else person.member.focus_area,
        agenda_item=agenda_item,
        language=language,
        file=file,
        note=note,
        by=by,
        at=at,
        organisation_name=person.member.organisation_name,
        then=lambda version: _check_and_tell(version, person, by, at),
    )


def add_group_version(
    *,
    person: FocalPoint,
    paper: Paper,
    number: int,
    seen: int,
    language: str,
    file: ValidFile,
    note: str = "",
    by: User,
    at: datetime,
) -> PaperVersion:
    """Add a file of a co-lead to a paper of their working group, and tell the coordinators.

    Raises NotStored, AlreadyWithdrawn, VersionConflict, LanguageExists, PublicPaper, Refused
    (no_such_version) and NotCoLead, also if the paper is not, or no longer, one of the group.
    """
    return add_version(
        paper=paper,
        number=number,
        seen=seen,
        language=language,
        file=file,
        note=note,
        by=by,
        at=at,
        organisation_name=person.member.organisation_name,
        then=lambda version: _check_and_tell(version, person, by, at),
    )


def _check_and_tell(version: PaperVersion, person: FocalPoint, by: User, at: datetime) -> None:
    """Check that a co-lead may add a file, in the transaction that adds it."""
    co_lead, paper = lock_co_lead(person, by=by, at=at), version.paper
    if paper.meeting:
        lock(paper.meeting)
    if not group_papers(co_lead).filter(pk=paper.pk).exists():
        raise PublicPaper if paper.is_public else NotCoLead
    notify_coordinators(
        co_lead,
        CO_LEAD_PAPER,
        permission=MAY_WITHDRAW,
        title=paper.title,
        page=reverse("admin:papers_paper_change", args=[paper.pk]),
        topic=f"co-lead-paper/version-{version.pk}",
        at=at,
    )
