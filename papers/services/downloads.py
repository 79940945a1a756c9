"""Send a stored file to a person whose access was already checked."""

import logging
import re
from typing import Any, Final, Protocol

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from whitenoise.responders import SlicedFile

logger = logging.getLogger(__name__)

# If a browser displays the file instead of saving it, nothing in the file can run.
DOWNLOAD_CSP = (
    "default-src 'none'; sandbox; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
# The viewers of browsers need these two: none shows a PDF in a sandbox, and Chromium needs its own
# styles. A PDF has neither scripts of the portal's pages nor their cookies in a viewer.
PDF_CSP = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; form-action 'none'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
PDF: Final = "application/pdf"
PDF_BEGINS: Final = b"%PDF-"

# One range in bytes: from an offset, between two, or the last ones. Of several, none is sent.
ONE_RANGE: Final = re.compile(r"bytes=(?:([0-9]{1,15})-([0-9]{0,15})|-([0-9]{1,15}))")


class Downloadable(Protocol):
    """A row with a file: a version of a paper, or a file of an answer or of a reply."""

    @property
    def pk(self) -> Any: ...
    @property
    def file(self) -> Any: ...
    @property
    def file_name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def is_available(self) -> bool: ...
    @property
    def is_clean(self) -> bool: ...
    @property
    def is_infected(self) -> bool: ...


def download(
    request: HttpRequest, row: Downloadable, *, back: str, opens_pdf: bool = False
) -> HttpResponseBase:
    """Send the file of a row, or the part that the browser lacks, with its original name.

    A download that broke off goes on where it stopped (RFC 9110, sections 13.1.5 and 14). If the
    file was not scanned yet, is infected, or is missing on the disk, return an error page with a
    link to `back`. With `opens_pdf`, the browser shows a PDF that a scan found clean.
    """
    if not row.is_available:
        context = {"back": back, "is_infected": row.is_infected}
        return render(request, "file_unavailable.html", context, status=403)
    try:
        file = row.file.open()
    except OSError:
        # The file name is not logged: people chose it.
        logger.exception("The file of %s %d cannot be read", type(row).__name__, row.pk)
        return render(request, "file_missing.html", {"back": back}, status=404)
    size, etag = row.file.size, f'"{row.sha256}"'
    is_shown = opens_pdf and _is_clean_pdf(row, file)
    part = _part_asked_for(request, etag, size)
    if part is not None and not part:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = FileResponse(
        file if part is None else SlicedFile(file, part.start, part.stop - 1),
        as_attachment=not is_shown,
        filename=row.file_name,
        content_type=row.content_type,
    )
    if part is not None:
        response.status_code = 206
        response["Content-Length"] = len(part)
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = PDF_CSP if is_shown else DOWNLOAD_CSP
    return response


def _is_clean_pdf(row: Downloadable, file: Any) -> bool:
    """Return whether a scan found the file clean, and its bytes begin as those of a PDF."""
    if row.content_type != PDF or not row.is_clean:
        return False
    begins = file.read(len(PDF_BEGINS))
    file.seek(0)
    return bool(begins == PDF_BEGINS)


def _part_asked_for(request: HttpRequest, etag: str, size: int) -> range | None:
    """Return the bytes asked for, empty if the file has none of them; None for the whole file.

    A file that has changed since the first part was sent is sent whole.
    """
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if not asked or request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last, length = (int(number) if number else None for number in asked.groups())
    if first is None:
        return range(max(size - (length or 0), 0), size)
    if last is not None and last < first:
        return None
    return range(first, size if last is None else min(last + 1, size))
