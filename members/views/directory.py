"""The members who agreed to be listed."""

from django.http import HttpRequest, HttpResponse


def member_list(request: HttpRequest) -> HttpResponse:
    """List the admitted members who agreed to it."""
    return HttpResponse("")
