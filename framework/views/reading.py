"""The pages on which visitors and members read a framework."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from core.languages import reads
from framework.models import Draft
from framework.services.comparison import compare_drafts
from framework.services.paragraph_history import history_of
from framework.services.progress import Progress, progress_of
from framework.services.reader import Reader
from framework.services.reading import (
    may_propose,
    own_sentence,
    paragraph_of,
    read_draft,
)
from framework.services.states import draft_lines, draft_sentence, progress_sentence
from framework.services.texts import as_html, language_of
from framework.views.downloads import download_links
from framework.views.pages import check_readable, framework_page


@require_safe
@framework_page
def framework(request: HttpRequest, reader: Reader) -> HttpResponseBase:
    """Show the latest draft that the group reads, or why there is nothing to read."""
    progress = progress_of(reader.framework, at=reader.at)
    if reader.can_read and progress.latest:
        return _draft_page(request, reader, progress, progress.latest)
    page = "not_begun" if reader.can_read else "not_public"
    facts = {"reader": reader, "progress": progress, "sentence": progress_sentence(progress)}
    return render(request, f"framework/{page}.html", facts)


@require_safe
@framework_page
def draft(request: HttpRequest, reader: Reader, number: int) -> HttpResponseBase:
    """Show one draft, also an older one."""
    progress = _readable_progress(reader)
    return _draft_page(request, reader, progress, _draft_or_404(progress, number))


@require_safe
@framework_page
def paragraph(request: HttpRequest, reader: Reader, key: UUID) -> HttpResponse:
    """Show how one paragraph came about, with the amendments to the latest draft."""
    progress = _readable_progress(reader)
    found = paragraph_of(reader, key)
    if found is None:
        raise Http404
    history = history_of(found, draft=progress.latest, drafts=progress.shown, reader=reader)
    latest = history.latest
    if latest is None:
        raise Http404
    language = language_of(latest.wording)
    text = latest.wording.text_in(language)
    facts = {
        **_common(reader, progress, progress.latest),
        "history": history,
        "row": latest,
        "title": text if latest.is_heading else latest.label,
        "here": text if latest.is_heading else latest.label,
        "text": as_html(text),
        "text_language": language,
        "is_in_latest": latest.wording.draft_id == progress.latest.pk,
    }
    return render(request, "framework/paragraph.html", facts)


@require_safe
@framework_page
def compare(request: HttpRequest, reader: Reader, before: int, after: int) -> HttpResponse:
    """Show what changed from one draft to a later one. The form of the page chooses others."""
    progress = _readable_progress(reader)
    chosen = [request.GET.get(name, "") for name in ("before", "after")]
    with_unchanged = request.GET.get("what") == "all"
    if all(each.isdecimal() and len(each) < 5 for each in chosen):
        numbers = sorted(map(int, chosen))
        address = reader.address("compare", *numbers)
        return redirect(f"{address}?what=all" if with_unchanged else address)
    drafts = [_draft_or_404(progress, number) for number in (before, after)]
    if before >= after:
        raise Http404
    compared = compare_drafts(*drafts, reader=reader, with_unchanged=with_unchanged)
    facts = {
        **_common(reader, progress, drafts[1]),
        "before": drafts[0],
        "compared": compared,
        "here": pgettext("of two drafts", "Comparison"),
        "with_unchanged": with_unchanged,
        "downloads": download_links(reader, drafts[1], before=drafts[0]),
    }
    return render(request, "framework/compare.html", facts)


def _draft_page(
    request: HttpRequest, reader: Reader, progress: Progress, draft: Draft
) -> HttpResponse:
    opened = request.GET.get("open", "")
    here = "" if draft == progress.latest else _("Draft %(number)s") % {"number": draft.number}
    facts = {
        **_common(reader, progress, draft),
        "page": read_draft(draft, progress=progress, reader=reader, opened=opened),
        "own_sentence": own_sentence(draft, reader),
        "downloads": download_links(reader, draft),
        "is_text": True,
        "here": here,
    }
    return render(request, "framework/framework.html", facts)


def _common(reader: Reader, progress: Progress, draft: Draft) -> dict[str, Any]:
    """Return what each page of a draft shows about it."""
    is_latest = draft == progress.latest
    lines = draft_lines(progress, reader)
    return {
        "reader": reader,
        "draft": draft,
        "drafts": lines,
        "latest": progress.latest,
        "is_latest": is_latest,
        "adopted": progress.adopted,
        "state": draft.state_at(reader.at),
        "sentence": draft_sentence(draft, reader.at),
        "days_left": (draft.closes_at - reader.at).days if draft.closes_at else 0,
        "may_propose": may_propose(draft, progress, reader),
        "sees_amendments": reader.sees_amendments(draft),
        "is_in_english": reads("en"),
    }


def _readable_progress(reader: Reader) -> Progress:
    check_readable(reader)
    return progress_of(reader.framework, at=reader.at)


def _draft_or_404(progress: Progress, number: int) -> Draft:
    for each in progress.shown:
        if each.number == number:
            found: Draft = each
            return found
    raise Http404
