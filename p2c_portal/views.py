"""The home page and the notices."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """Show what the coalition is."""
    return render(request, "p2c_portal/home.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """Show the privacy notice."""
    return render(request, "p2c_portal/privacy.html", {"version": settings.PRIVACY_NOTICE_VERSION})


def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(
        request,
        "p2c_portal/accessibility.html",
        {"version": settings.ACCESSIBILITY_STATEMENT_VERSION},
    )
