"""The help pages: the contents with the search, and each chapter."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.languages import desk_language
from handbook.services.chapters import chapters
from handbook.services.contents import CHAPTERS
from handbook.services.search import MAX_QUERY_LENGTH, search, search_nearest


@require_safe
def show_contents(request: HttpRequest) -> HttpResponse:
    """Show the chapters with their sections, or the sections that have words of `q`."""
    handbook = chapters(desk_language(get_language() or "")).values()
    # No text of a page may have a null character.
    query = request.GET.get("q", "").replace("\0", " ").strip()[:MAX_QUERY_LENGTH]
    results = search(handbook, query)
    context = {
        "title": _("Help"),
        "chapters": handbook,
        "query": query,
        "results": results,
        "nearest": [] if results else search_nearest(handbook, query),
    }
    return _page(request, "admin/handbook/contents.html", context)


@require_safe
def show_chapter(request: HttpRequest, chapter: str) -> HttpResponse:
    """Show a chapter with a list of its sections. Raises Http404 if there is no such chapter."""
    if chapter not in CHAPTERS:
        raise Http404
    handbook = chapters(desk_language(get_language() or ""))
    place = CHAPTERS.index(chapter)
    context = {
        "title": handbook[chapter].title,
        "chapter": handbook[chapter],
        "previous": handbook[CHAPTERS[place - 1]] if place else None,
        "next": handbook[CHAPTERS[place + 1]] if place + 1 < len(CHAPTERS) else None,
    }
    return _page(request, "admin/handbook/chapter.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    frame = {**admin.site.each_context(request), "max_query_length": MAX_QUERY_LENGTH}
    return TemplateResponse(request, template, {**frame, **context})
