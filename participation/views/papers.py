"""All papers of a meeting in one file, for invited people."""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.conflicts import Refused
from members.models import FocalPoint
from members.views.signed_in import MemberRequest, member_page
from papers.services.downloads import DOWNLOAD_CSP
from participation.services.my_papers import note_openings
from participation.services.paper_archive import paper_archive, write_archive
from participation.views.meeting import invited_or_404

logger = logging.getLogger(__name__)


@require_safe
@member_page
def meeting_archive(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, uid: UUID
) -> HttpResponseBase:
    """Download the newest version of each paper of a meeting, in the reader's language."""
    meeting = invited_or_404(people, uid)
    back = reverse("participation:my_meeting", args=[uid])
    archive = paper_archive(meeting, language=people[0].language)
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip")
    try:
        file = write_archive(archive)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect(f"{back}#papers")
    except OSError:
        logger.exception("A file of the meeting %d cannot be read", meeting.pk)
        return render(request, "file_missing.html", {"back": back}, status=404)
    note_openings(user=request.user, versions=archive.versions, at=at)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"papers-{meeting.local_day.isoformat()}.zip",
        content_type="application/zip",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    return response
