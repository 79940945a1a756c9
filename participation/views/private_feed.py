"""The calendar feed of a person, which calendar programs fetch by a private link."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from eoi.views.token_auth import no_index
from meetings.services.ical import feed_response
from meetings.views.feeds import feed_view
from members.services.feed_links import read_feed_token
from members.services.private_links import InvalidLink
from participation.services.feeds import note_fetch
from participation.services.own_feed import OwnFeed, own_feed

CACHE_CONTROL = "private, no-cache"


@feed_view
def private_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Return the calendar feed of a person's meetings, with their join links.

    A feed that was revoked answers 404, as an address does that never existed.
    """
    at = timezone.now()
    try:
        read = read_feed_token(token)
        feed = own_feed(read, at=at)
    except InvalidLink:
        refused = HttpResponse(status=404, content_type="text/plain")
        add_never_cache_headers(refused)
        return no_index(refused)
    _note_fetch(request, feed, at)
    with translation.override(feed.language):
        return no_index(
            feed_response(request, feed.write, state=feed.state, cache_control=CACHE_CONTROL)
        )


def _note_fetch(request: HttpRequest, feed: OwnFeed, at: datetime) -> None:
    """Note that a program fetched the feed, at most once a day; a feed without an account never."""
    account = feed.choices.user_id
    if request.method == "GET" and account and feed.choices.fetched_on != at.date():
        note_fetch(user_pk=account, at=at)
