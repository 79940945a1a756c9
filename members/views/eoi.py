"""The Expression of Interest: the form, the check of the answers, and the thanks."""

from django.http import HttpRequest, HttpResponse


def eoi_create(request: HttpRequest) -> HttpResponse:
    """Take an expression of interest."""
    return HttpResponse("")


def eoi_received(request: HttpRequest) -> HttpResponse:
    """Thank for an expression of interest."""
    return HttpResponse("")
