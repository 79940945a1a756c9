"""The privacy notice and the accessibility statement."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the privacy notice."""
    return render(request, "p2c_portal/privacy.html", {"version": settings.PRIVACY_NOTICE_VERSION})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(
        request,
        "p2c_portal/accessibility.html",
        {"version": settings.ACCESSIBILITY_STATEMENT_VERSION},
    )
