"""The page of one EOI, for its own focal points: where it stands, and what they can do."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.models import FocalPoint
from members.views.private import own_page


@require_safe
@own_page
def eoi_status(
    request: HttpRequest, focal_point: FocalPoint, token: str, at: datetime
) -> HttpResponse:
    """Show a focal point where the EOI stands. Opening it changes nothing."""
    return render(
        request,
        "members/eoi_status.html",
        {"focal_point": focal_point, "member": focal_point.member, "token": token},
    )


def not_there_yet(request: HttpRequest, token: str = "") -> HttpResponse:
    """Answer as an address that does not exist."""
    raise Http404
