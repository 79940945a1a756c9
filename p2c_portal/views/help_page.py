"""The page with questions and answers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from p2c_portal.help_page.contents import TOPICS


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Show the questions of organisations and members with their answers."""
    return render(request, "p2c_portal/help_page.html", {"topics": TOPICS})
