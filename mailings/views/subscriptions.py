"""Unsubscribing from bulletins: by one click in a mail program, or by a button on a page.

The link is the only proof that is needed. A GET changes nothing: some programs open all links.
"""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mailings.services import subscriptions as process
from mailings.services.unsubscribe_links import Subscriber, subscriber_of
from members.services.private_links import InvalidLink


# The token in the URL is the proof, and cookies are not used.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponseBase:
    """Unsubscribe by one click (RFC 8058); a GET redirects to the page in the reader's language."""
    try:
        subscriber = subscriber_of(token)
    except InvalidLink:
        return _refused(request)
    if request.method == "POST":
        process.unsubscribe(address=subscriber.address, at=timezone.now())
        return _page(request, subscriber, token)
    with override(subscriber.language):
        address = reverse("mailings:subscription", args=[token])
    return _unindexed(redirect(address))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bulletins(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show whether an address gets bulletins, with a button to unsubscribe or subscribe again."""
    try:
        subscriber = subscriber_of(token)
    except InvalidLink:
        return _refused(request)
    if request.method == "POST":
        if request.POST.get("wish") == "subscribe":
            process.resubscribe(address=subscriber.address)
        else:
            process.unsubscribe(address=subscriber.address, at=timezone.now())
        return _unindexed(redirect("mailings:subscription", token))
    return _page(request, subscriber, token)


def _page(request: HttpRequest, subscriber: Subscriber, token: str) -> HttpResponseBase:
    page = render(
        request,
        "mailings/bulletins.html",
        {
            "address": subscriber.address,
            "token": token,
            "is_unsubscribed": process.is_unsubscribed(subscriber.address),
        },
    )
    return _unindexed(page)


def _refused(request: HttpRequest) -> HttpResponseBase:
    return _unindexed(render(request, "mailings/bulletins_refused.html", status=404))


def _unindexed(response: HttpResponse) -> HttpResponseBase:
    """Tell search engines not to index what a private link opens."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
