"""The papers that a person can read: of their working groups and of their meetings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Prefetch, Q

from accounts.models import User
from meetings.models import Meeting
from meetings.services.agenda import Agenda, TimedItem
from members.models import FocalPoint
from papers.models import Paper, PaperKind, PaperQuerySet, PaperVersion
from participation.models import PaperOpening
from participation.services.invited import for_everybody_or


@dataclass(frozen=True)
class ReadablePaper:
    """The newest version of a paper: the preferred file, and those in other languages."""

    version: PaperVersion
    others: list[PaperVersion]


@dataclass(frozen=True)
class ItemWithPapers:
    """An item of an agenda with its papers."""

    timed: TimedItem
    papers: list[Paper]


def visible_papers(people: Sequence[FocalPoint]) -> PaperQuerySet:
    """Return the papers that these focal points can see: of their groups and the coalition."""
    areas = [person.member.focus_area for person in people if person.member.focus_area]
    papers = Paper.objects.none()
    for area in dict.fromkeys(areas):
        papers |= Paper.objects.of_focus_area(area)
    members = [person.member_id for person in people]
    return papers.for_members().filter(
        Q(meeting=None) | for_everybody_or(members, path="meeting__")
    )


def paper_list(people: Sequence[FocalPoint]) -> PaperQuerySet:
    """Return the visible papers with all their files, the most recently updated first."""
    return (
        _with_files(visible_papers(people))
        .select_related("meeting__focus_area", "focus_area")
        .annotate(latest_at=Max("versions__uploaded_at"))
        .order_by("-latest_at", "-pk")
    )


def meeting_papers(meeting: Meeting) -> PaperQuerySet:
    """Return the papers of a meeting with all their files, the agenda first."""
    papers = Paper.objects.for_members().filter(meeting=meeting)
    is_agenda = Q(kind=PaperKind.AGENDA)
    return (
        _with_files(papers).alias(is_agenda=is_agenda).order_by("-is_agenda", "kind", "title", "pk")
    )


def with_papers(
    agenda: Agenda, papers: Iterable[Paper]
) -> tuple[list[ItemWithPapers], list[Paper]]:
    """Return the items of an agenda with their papers, and the papers that are under none."""
    under: dict[int | None, list[Paper]] = defaultdict(list)
    for paper in papers:
        under[paper.agenda_item_id].append(paper)
    items = [ItemWithPapers(timed, under.pop(timed.item.pk, [])) for timed in agenda.items]
    return items, [paper for rest in under.values() for paper in rest]


def new_papers(people: Sequence[FocalPoint], *, user: User, since: datetime) -> list[ReadablePaper]:
    """Return the visible papers since a time that a person has not opened, the latest first.

    A paper is opened with any file of its newest version.
    """
    later = PaperVersion.objects.filter(paper=OuterRef("version__paper")).filter(
        number__gt=OuterRef("version__number")
    )
    opened = PaperOpening.objects.filter(user=user).exclude(Exists(later))
    recent = PaperVersion.objects.filter(uploaded_at__gte=since)
    papers = paper_list(people).filter(pk__in=recent.values("paper"))
    unread = papers.exclude(pk__in=opened.values("version__paper"))
    return [readable_paper(paper, people[0].language) for paper in unread]


def note_openings(*, user: User, versions: Iterable[PaperVersion], at: datetime) -> None:
    """Record that a person opened files of papers, unless it is recorded already."""
    PaperOpening.objects.bulk_create(
        [PaperOpening(user=user, version=version, opened_at=at) for version in versions],
        ignore_conflicts=True,
    )


def note_opening(*, user: User, version: PaperVersion, at: datetime) -> None:
    """Record that a person opened a file of a paper, unless it is recorded already."""
    note_openings(user=user, versions=[version], at=at)


def papers_by_meeting(
    meetings: Iterable[Meeting], *, only: PaperKind | None = None
) -> dict[int, list[PaperVersion]]:
    """Return the newest files of meetings by pk of the meeting, in one query.

    Files of one paper are grouped; the agenda comes before minutes and other papers.
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
    """Prefetch the files of papers, the newest version first."""
    files = PaperVersion.objects.order_by("-number", "language")
    return papers.prefetch_related(Prefetch("versions", files))


def readable_paper(paper: Paper, language: str) -> ReadablePaper:
    """Return the newest version of a paper: the file in a language, else English, else another."""
    files = list(paper.versions.all())
    newest = [version for version in files if version.number == files[0].number]
    by_language = {version.language: version for version in newest}
    version = by_language.get(language) or by_language.get("en") or newest[0]
    return ReadablePaper(version, [each for each in newest if each != version])
