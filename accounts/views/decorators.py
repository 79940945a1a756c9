"""Decorators for allauth's views: allowed methods, no caching, rate limits, status codes."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any, cast

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.rate_limits import TooManyAttempts

View = Callable[..., HttpResponse]


def allauth_view(view: View) -> View:
    """Allow only GET and POST for a view of allauth, and keep its responses out of caches.

    An invalid form gets status 422, too many attempts get status 429.
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


def sends_to_provider(view: View) -> View:
    """Let the forms of a page lead to the provider of single sign-on; no other page may."""

    @wraps(view)
    def opened(request: HttpRequest) -> HttpResponse:
        sso = settings.SINGLE_SIGN_ON
        if not sso.is_on:
            return view(request)
        return cast("HttpResponse", csp_update({"form-action": [sso.origin]})(view)(request))

    return opened


def too_many_attempts(response: HttpResponse, refused: TooManyAttempts) -> HttpResponse:
    """Set status 429 on a response, and a Retry-After header."""
    response.status_code = 429
    response["Retry-After"] = ceil(refused.wait.total_seconds())
    return response
