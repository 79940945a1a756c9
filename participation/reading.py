"""What there is to read: the papers of somebody's working groups and of their meetings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Max, Prefetch

from focus_areas.models import Meeting, Paper, PaperKind, PaperVersion
from focus_areas.models.paper import PaperQuerySet, PaperVersionQuerySet
from members.models import FocalPoint


def papers_of(people: Sequence[FocalPoint]) -> PaperQuerySet:
    """Keep the papers that some focal points see: of their groups, and of the coalition."""
    areas = [person.member.focus_area for person in people if person.member.focus_area]
    papers = Paper.objects.none()
    for area in dict.fromkeys(areas):
        papers |= Paper.objects.of_focus_area(area)
    return papers.for_members()


def papers_to_list(people: Sequence[FocalPoint]) -> PaperQuerySet:
    """Return the same, the one with the latest file first, each with all its files."""
    return (
        _with_files(papers_of(people))
        .select_related("meeting__focus_area", "focus_area")
        .annotate(latest_at=Max("versions__uploaded_at"))
        .order_by("-latest_at", "-pk")
    )


def papers_at(meeting: Meeting) -> PaperQuerySet:
    """Return the papers of a meeting, the agenda first, each with all its files."""
    papers = Paper.objects.for_members().filter(meeting=meeting)
    return _with_files(papers).order_by("kind", "title", "pk")


def newest_papers(people: Sequence[FocalPoint]) -> PaperVersionQuerySet:
    """Keep the newest files that some focal points see, the latest first, with their papers."""
    return (
        PaperVersion.objects.newest()
        .filter(paper__in=papers_of(people).values("pk"))
        .select_related("paper__meeting__focus_area", "paper__focus_area")
        .order_by("-uploaded_at", "-pk")
    )


def drafts_to_read(people: Sequence[FocalPoint], *, since: datetime) -> PaperVersionQuerySet:
    """Keep the drafts of the Action Framework that came since a time, the latest first."""
    drafts = newest_papers(people).filter(paper__kind=PaperKind.ACTION_FRAMEWORK)
    return drafts.filter(uploaded_at__gte=since)


def papers_by_meeting(
    meetings: Iterable[Meeting], *, only: PaperKind | None = None
) -> dict[int, list[PaperVersion]]:
    """Return the newest files of meetings, by the key of each, in one query.

    Those of one paper stand together, the agenda before minutes and other papers.
    """
    papers = Paper.objects.for_members().filter(meeting__in=[meeting.pk for meeting in meetings])
    if only is not None:
        papers = papers.filter(kind=only)
    versions = PaperVersion.objects.newest().filter(paper__in=papers.values("pk"))
    found: dict[int, list[PaperVersion]] = defaultdict(list)
    for version in versions.select_related("paper").order_by(
        "paper__kind", "paper__title", "paper_id", "language"
    ):
        if version.paper.meeting_id is not None:
            found[version.paper.meeting_id].append(version)
    return dict(found)


def _with_files(papers: PaperQuerySet) -> PaperQuerySet:
    """Have the files of papers read with them, the newest version first."""
    files = PaperVersion.objects.order_by("-number", "language")
    return papers.prefetch_related(Prefetch("versions", files))
