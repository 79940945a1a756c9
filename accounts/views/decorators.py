"""How pages of allauth's are opened: few methods, no copies, our limits, our codes of status."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.rate_limits import TooManyAttempts

View = Callable[..., HttpResponse]


def allauth_view(view: View) -> View:
    """Open a view of allauth's by GET and POST alone, and keep what it answers out of caches.

    A form that comes back is answered with 422, one attempt too many with 429.
    """

    @sensitive_post_parameters()
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except TooManyAttempts as refused:
            return too_many_attempts(
                render(request, "accounts/too_many_attempts.html", {"refusal": refused}), refused
            )
        if request.method == "POST" and response.status_code == 200:
            response.status_code = 422
        return response

    return opened


def too_many_attempts(response: HttpResponse, refused: TooManyAttempts) -> HttpResponse:
    """Have a page say also to programs that it was one attempt too many, and when to come again."""
    response.status_code = 429
    response["Retry-After"] = ceil(refused.wait.total_seconds())
    return response
