"""The home page, the notices, and what a monitor asks."""

from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest) -> HttpResponse:
    """Show what the coalition is."""
    return HttpResponse("")
