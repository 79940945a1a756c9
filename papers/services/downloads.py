"""Send a stored file to a person whose access was already checked."""

import logging
from typing import Any, Protocol

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

logger = logging.getLogger(__name__)

# If a browser displays the file instead of saving it, nothing in the file can run.
DOWNLOAD_CSP = (
    "default-src 'none'; sandbox; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)


class Downloadable(Protocol):
    """A row with a file: a version of a paper, or a file of an answer."""

    @property
    def pk(self) -> Any: ...
    @property
    def file(self) -> Any: ...
    @property
    def file_name(self) -> str: ...
    @property
    def content_type(self) -> str: ...


def download(request: HttpRequest, row: Downloadable, *, back: str) -> HttpResponseBase:
    """Send the file of a row as a download with its original name.

    If the file is missing on the disk, return an error page with a link to `back`.
    """
    try:
        file = row.file.open()
    except OSError:
        # The file name is not logged: people chose it.
        logger.exception("The file of %s %d cannot be read", type(row).__name__, row.pk)
        return render(request, "file_missing.html", {"back": back}, status=404)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=row.file_name,
        content_type=row.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    return response
