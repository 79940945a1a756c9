"""Reads the cookies of release 1.0, without a prefix, so that nobody loses a form at the upgrade.

Such a browser stays signed in until its session ends, after 30 days at most. While this is here, a
host beside the portal can set such a cookie, as before. The release after next removes it.
"""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NAMES: Final = ("sessionid", "csrftoken", "signed_in_before")


def read_former_cookies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return a middleware that takes a cookie of a former name for one of today's name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        for name in NAMES:
            if name in request.COOKIES:
                request.COOKIES.setdefault(f"{settings.COOKIE_PREFIX}{name}", request.COOKIES[name])
        return get_response(request)

    return middleware
