"""The papers that a participant can read, and their files."""

from collections.abc import Sequence
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.dates import zone_in_words
from members.models import FocalPoint
from members.views.signed_in import MemberRequest, member_page
from papers.models import PaperVersion
from papers.services.downloads import download
from participation.services.my_papers import paper_list, visible_papers

PAGE_SIZE = 25


@require_safe
@member_page
def my_papers(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> HttpResponse:
    """List every paper of the person's groups and of the coalition, with all files."""
    page = Paginator(paper_list(people), PAGE_SIZE).get_page(request.GET.get("page"))
    zone = people[0].time_zone
    return render(
        request,
        "participation/my_papers.html",
        {"page": page, "time_zone": zone, "zone": zone_in_words(zone)},
    )


@require_safe
@member_page
def my_paper(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, pk: int
) -> HttpResponseBase:
    """Download a file of a paper of the person's groups or of the coalition."""
    theirs = PaperVersion.objects.filter(paper__in=visible_papers(people).values("pk"))
    version = get_object_or_404(theirs, pk=pk)
    return download(request, version, back=reverse("participation:my_papers"))
