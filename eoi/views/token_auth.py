"""What the pages that a private link opens have in common: who comes, and who may not keep it."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from members.models import FocalPoint
from members.services.private_links import InvalidLink, focal_point_of_eoi

TokenView = Callable[[HttpRequest, FocalPoint, str, datetime], HttpResponse]


def no_index(response: HttpResponseBase) -> HttpResponseBase:
    """Keep search engines away from what a private link opens."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def token_required(view: TokenView) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """Open a page of an EOI to the focal point whose link it is, kept by no cache.

    The view is given the focal point, the token for links to the other pages, and the time.
    Whatever is wrong with the link, the answer is the same page.
    """

    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponseBase:
        at = timezone.now()
        try:
            # The view refuses as well, where the link is revoked at that very moment.
            response = view(request, focal_point_of_eoi(token, at=at), token, at)
        except InvalidLink:
            response = render(request, "eoi/refused.html", status=404)
        return no_index(response)

    return opened
