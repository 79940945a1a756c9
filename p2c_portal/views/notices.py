"""The privacy notice, the accessibility statement, and the page with questions and answers."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from p2c_portal.help_page import TOPICS
from privacy.services.periods import notice_rows


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the privacy notice."""
    context = {"version": settings.PRIVACY_NOTICE_VERSION, "rows": notice_rows()}
    return render(request, "p2c_portal/privacy.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(
        request,
        "p2c_portal/accessibility.html",
        {"version": settings.ACCESSIBILITY_STATEMENT_VERSION},
    )


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Show the questions of organisations and members with their answers."""
    return render(request, "p2c_portal/help_page.html", {"topics": TOPICS})
