"""A focal point's page of the working group and their calendar feed, by private links."""

from django.http import HttpRequest, HttpResponse


def working_group(request: HttpRequest, token: str) -> HttpResponse:
    """Show the working group to one of its focal points."""
    return HttpResponse("")


def private_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Serve the calendar of one focal point."""
    return HttpResponse("")
