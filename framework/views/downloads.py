"""Files of a framework: Word with or without the changes, and the amendments as a sheet."""

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.spreadsheets import FORMATS, Cell, SafeXlsx, SpreadsheetFormat
from framework.models import Draft, DraftStatus
from framework.services.amendment_sheet import amendment_lines
from framework.services.reader import Reader
from framework.services.tracked_changes import TrackedBlock, changes_between, text_of
from framework.services.word import CONTENT_TYPE, WordText, write_word
from framework.views.pages import framework_page
from papers.services.downloads import DOWNLOAD_CSP

# As other public files.
PUBLIC_CACHE: Final = "public, max-age=300"


@dataclass(frozen=True)
class DownloadLink:
    """A file that a page offers."""

    words: str
    url: str


def download_links(
    reader: Reader, draft: Draft, *, before: Draft | None = None
) -> list[DownloadLink]:
    """Return the files of a draft, and of what changed in it since an earlier one: the last."""
    if draft.status == DraftStatus.PREPARATION or not reader.can_read:
        return []
    links = [DownloadLink(_("Word"), reader.address("word_draft", draft.number))]
    if draft.number:
        since = draft.number - 1 if before is None else before.number
        address = reader.address("word", since, draft.number)
        links.append(DownloadLink(_("Word with the changes marked"), address))
    if draft.status == DraftStatus.OPENED and reader.sees_amendments(draft):
        links += [
            DownloadLink(_("Proposals (CSV)"), reader.address("amendments_csv", draft.number)),
            DownloadLink(_("Proposals (XLSX)"), reader.address("amendments_xlsx", draft.number)),
        ]
    if draft.status == DraftStatus.ADOPTED and reader.framework.is_public:
        # The app above this one, whose name the address is by.
        address = reverse("commitments:data_resource", args=["framework_paragraphs"])
        links.append(DownloadLink(_("Open data"), address))
    return links


@require_safe
@framework_page
def word(request: HttpRequest, reader: Reader, before: int, after: int) -> HttpResponse:
    """Return two drafts as a Word file, the changes from the first to the second tracked."""
    if before >= after:
        raise Http404
    old, new = _draft(reader, before), _draft(reader, after)
    blocks = changes_between(old, new, reader=reader)
    subtitle = _("Draft %(after)s, with the changes since draft %(before)s") % {
        "after": after,
        "before": before,
    }
    return _word_file(request, reader, new, subtitle, blocks, f"changes-{before}-{after}")


@require_safe
@framework_page
def word_draft(request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    """Return a draft as a Word file."""
    draft = _draft(reader, number)
    subtitle = _("Draft %(number)s") % {"number": number}
    blocks = text_of(draft)
    return _word_file(request, reader, draft, subtitle, blocks, f"draft-{number}")


@require_safe
@framework_page
def amendments(request: HttpRequest, reader: Reader, number: int, ending: str) -> HttpResponse:
    """Return the amendments of a draft with their answers as CSV or XLSX."""
    draft = _draft(reader, number)
    if not reader.sees_amendments(draft):
        raise Http404
    lines = amendment_lines(reader, draft)
    form = FORMATS[SpreadsheetFormat(ending)]
    write: Callable[[IO[bytes]], object] = partial(form.write, "", lines)
    if isinstance(form, SafeXlsx):
        sheets: dict[str, Iterable[Sequence[Cell]]] = {
            _("Draft %(number)s") % {"number": number}: lines
        }
        is_right = get_language_bidi()
        write = partial(form.write_sheets, sheets, is_right_to_left=is_right, is_wrapped=True)
    name = f"draft-{number}-proposals.{ending}"
    return _file(request, reader, name, form.content_type, lines, write)


def _draft(reader: Reader, number: int) -> Draft:
    """Return a draft that the reader may read. Raises Http404."""
    if not reader.can_read:
        raise Http404
    draft: Draft = get_object_or_404(reader.framework.drafts.shown(), number=number)
    return draft


def _word_file(
    request: HttpRequest,
    reader: Reader,
    draft: Draft,
    subtitle: str,
    blocks: list[TrackedBlock],
    name: str,
) -> HttpResponse:
    area = reader.framework.focus_area
    public = Reader(framework=reader.framework, at=reader.at)
    text = WordText(
        title=_("Action Framework: %(focus_area)s") % {"focus_area": area},
        subtitle=subtitle,
        focus_area=area.number,
        blocks=tuple(blocks),
        address=f"{settings.SITE_URL}{public.address('draft', draft.number)}",
        language=get_language() or "en",
        shown_at=draft.opens_at or draft.adopted_at or reader.at,
    )
    return _file(request, reader, f"{name}.docx", CONTENT_TYPE, text, partial(write_word, text))


def _file(
    request: HttpRequest,
    reader: Reader,
    name: str,
    content_type: str,
    content: object,
    write: Callable[[IO[bytes]], object],
) -> HttpResponse:
    """Return a file to save. `content` is all that is written in it, for its entity tag."""
    facts = repr((settings.VERSION, settings.REVISION, content))
    etag = quote_etag(hashlib.sha256(facts.encode()).hexdigest())
    if response := get_conditional_response(request, etag):
        return response
    file = io.BytesIO()
    write(file)
    name = f"p2c-framework-{reader.framework.focus_area.number}-{name}"
    response = HttpResponse(file.getvalue(), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    if not reader.is_in_group and not reader.token:
        response["ETag"], response["Cache-Control"] = etag, PUBLIC_CACHE
    return response
