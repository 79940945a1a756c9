"""How the file of a paper is handed out, to whoever was found to be allowed it."""

import logging

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from papers.models import PaperVersion

logger = logging.getLogger(__name__)

# Whatever a file turns out to be, a browser that shows it after all runs nothing of it.
DOWNLOAD_CSP = (
    "default-src 'none'; sandbox; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)


def download(request: HttpRequest, version: PaperVersion, *, back: str) -> HttpResponseBase:
    """Send the file of a version, to be saved under the name that it came with.

    Where it is not on the disk, the answer is a page that says so and leads `back`.
    """
    try:
        file = version.file.open()
    except OSError:
        # No name: that is what people called it.
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
