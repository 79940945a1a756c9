"""The calendar feed of a person, which calendar programs fetch by a private link."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from eoi.views.token_auth import no_index
from meetings.services.ical import feed_response
from meetings.views.feeds import feed_view
from members.services.feed_links import EndedFeed, ended_feed, read_feed_token
from members.services.private_links import InvalidLink
from participation.services.feeds import note_fetch
from participation.services.own_feed import OwnFeed, own_feed, write_ended_feed

CACHE_CONTROL = "private, no-cache"


@feed_view
def private_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Return the calendar feed of a person's meetings, with their join links.

    A feed that was revoked has one event for 30 days, which says so. It then answers 404, as an
    address does that never existed.
    """
    at = timezone.now()
    try:
        read = read_feed_token(token)
    except InvalidLink:
        return _not_found()
    try:
        feed = own_feed(read, at=at)
    except InvalidLink:
        ended = ended_feed(read, at=at)
        return _explanation(ended, token) if ended else _not_found()
    _note_fetch(request, feed, at)
    with translation.override(feed.language):
        return no_index(
            feed_response(request, feed.write, state=feed.state, cache_control=CACHE_CONTROL)
        )


def _not_found() -> HttpResponseBase:
    response = HttpResponse(status=404, content_type="text/plain")
    add_never_cache_headers(response)
    return no_index(response)


def _explanation(ended: EndedFeed, token: str) -> HttpResponseBase:
    """Return the calendar of a revoked feed, so that programs forget its meetings."""
    response = HttpResponse(
        write_ended_feed(ended, token=token), content_type="text/calendar; charset=utf-8"
    )
    response["Cache-Control"] = CACHE_CONTROL
    return no_index(response)


def _note_fetch(request: HttpRequest, feed: OwnFeed, at: datetime) -> None:
    """Note that a program fetched the feed, at most once a day; a feed without an account never."""
    account = feed.choices.user_id
    if request.method == "GET" and account and feed.choices.fetched_on != at.date():
        note_fetch(user_pk=account, at=at)
