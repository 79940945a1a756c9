"""Send the file of a paper to a person whose access was already checked."""

import logging

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from papers.models import PaperVersion

logger = logging.getLogger(__name__)

# If a browser displays the file instead of saving it, nothing in the file can run.
DOWNLOAD_CSP = (
    "default-src 'none'; sandbox; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)


def download(request: HttpRequest, version: PaperVersion, *, back: str) -> HttpResponseBase:
    """Send the file of a version as a download with its original name.

    If the file is missing on the disk, return an error page with a link to `back`.
    """
    try:
        file = version.file.open()
    except OSError:
        # The file name is not logged: people chose it.
        logger.exception("The file of version %d of a paper cannot be read", version.pk)
        return render(request, "focus_areas/paper_missing.html", {"back": back}, status=404)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=version.file_name,
        content_type=version.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    return response
