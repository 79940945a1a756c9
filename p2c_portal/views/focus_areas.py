"""The public pages of the focus areas, and the papers that are public."""

from collections.abc import Iterable
from typing import Final

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from commitments.services.register import matching
from commitments.services.summaries import summaries_without_money
from core.languages import language_shown
from core.markdown import as_html
from focus_areas.models import FocusArea, Pillar
from framework.services.states import framework_sentence
from meetings.models import Meeting
from meetings.services.ical import name_of_feed
from meetings.services.meeting_list import group_by_month
from meetings.services.sittings import sittings_by_meeting
from meetings.services.subscription_links import public_feed_address, subscription_links
from members.models import Member
from members.services.co_leads import listed_co_leads
from members.services.figures import public_figures
from papers.models import Paper, PaperVersion
from papers.services.downloads import download

# The pages link to the complete lists of members and meetings.
MAX_MEMBERS: Final = 10
MAX_NEXT_MEETINGS: Final = 5
MAX_PAST_MEETINGS: Final = 3
MAX_CO_LEADS: Final = 20
MAX_PAPERS: Final = 20
MAX_COMMITMENTS: Final = 3


@require_safe
def focus_area_list(request: HttpRequest) -> HttpResponse:
    """Show the four focus areas with their pillars and the number of their listed members."""
    pillars = list(Pillar.objects.filter(is_published=True).order_by("position", "pk"))
    figures = public_figures(on=timezone.localdate())
    areas = [
        {
            "area": area,
            "language": language_shown(area, "summary"),
            "pillars": [
                (pillar, language_shown(pillar, "name"))
                for pillar in pillars
                if pillar.focus_area_id == area.pk
            ],
            "members": figures.by_focus_area.get(area.pk, 0),
        }
        for area in FocusArea.objects.order_by("number")
    ]
    languages = [str(each["language"]) for each in areas]
    languages += [language_shown(pillar, "name") for pillar in pillars]
    return render(
        request, "focus_areas/focus_area_list.html", {"areas": areas, "languages": languages}
    )


@require_safe
def focus_area_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a focus area works on, who takes part, its public papers and next meetings."""
    areas = FocusArea.objects.select_related("framework")
    area: FocusArea = get_object_or_404(areas, slug=slug)
    pillars = [
        (pillar, language_shown(pillar, "name"), language_shown(pillar, "summary"))
        for pillar in Pillar.objects.filter(focus_area=area, is_published=True).order_by(
            "position", "pk"
        )
    ]
    members = Member.objects.listed_publicly().in_area(area)
    now = timezone.now()
    meetings = Meeting.objects.public().of_focus_area(area).select_related("focus_area")
    groups = sittings_by_meeting(Meeting.objects.public().of_sittings().order_by("starts_at", "pk"))
    return render(
        request,
        "focus_areas/focus_area_detail.html",
        {
            "area": area,
            "summary_language": language_shown(area, "summary"),
            "description": as_html(area.description),
            "description_language": language_shown(area, "description"),
            "pillars": pillars,
            "languages": languages_of(area, pillars),
            "co_leads": listed_co_leads(at_most=MAX_CO_LEADS).get(area.pk, []),
            "member_count": members.count(),
            "members": members.order_by("sort_key", "pk")[:MAX_MEMBERS],
            "papers": public_papers(area),
            "framework_sentence": framework_sentence(area.framework, at=now),
            "commitments": summaries_without_money(matching({"area": area.slug})[:MAX_COMMITMENTS]),
            "next_months": group_by_month(
                meetings.upcoming(now)[:MAX_NEXT_MEETINGS], groups=groups
            ),
            "past_months": group_by_month(meetings.past(now)[:MAX_PAST_MEETINGS], groups=groups),
            **subscription_links(public_feed_address(area.slug), name=name_of_feed(area)),
        },
    )


def languages_of(area: FocusArea, pillars: Iterable[tuple[Pillar, str, str]]) -> list[str]:
    """Return the languages of the texts that staff have written on the page of a focus area."""
    fields = [field for field in ("summary", "description") if getattr(area, field)]
    languages = [language_shown(area, field) for field in fields]
    for pillar, name_language, summary_language in pillars:
        languages += [name_language, summary_language if pillar.summary else ""]
    return languages


def public_papers(area: FocusArea) -> list[tuple[Paper, list[PaperVersion]]]:
    """Return the public papers of an area and of the coalition, latest first, with their files.

    Of each paper, only the newest file in each language is public.
    """
    papers = list(
        Paper.objects.public()
        .of_focus_area(area)
        .select_related("focus_area")
        .annotate(latest_at=Max("versions__uploaded_at"))
        .order_by("-latest_at", "-pk")[:MAX_PAPERS]
    )
    files: dict[int, list[PaperVersion]] = {paper.pk: [] for paper in papers}
    for file in PaperVersion.objects.newest().filter(paper__in=list(files)).order_by("language"):
        files[file.paper_id].append(file)
    return [(paper, files[paper.pk]) for paper in papers]


@require_safe
def public_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download a file of a public paper: the newest in its language."""
    files = PaperVersion.objects.newest().filter(paper__in=Paper.objects.public())
    file = get_object_or_404(files, pk=pk)
    return download(request, file, back=reverse("focus_area_list"), opens_pdf=True)
