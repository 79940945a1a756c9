"""Pages of the private links in mail about a meeting: reply to it, and join it.

Mails are forwarded, and programs open their links: a page first says for whom it is, and a GET
changes nothing.
"""

from datetime import datetime

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.conflicts import Refused
from core.dates import format_datetime
from core.rate_limits import HOUR, TooManyAttempts, count_attempt
from eoi.views.error_summary import with_retry_after
from eoi.views.token_auth import no_index
from meetings.services.meeting_list import meeting_row
from members.services.private_links import InvalidLink, LinkPurpose
from participation.models import RsvpChoice
from participation.services.chosen_sittings import reply_in_words
from participation.services.meeting_links import (
    MeetingLink,
    join_opens_at,
    meeting_link_of,
    reply_by_link,
)
from participation.services.my_meetings import my_meetings
from participation.services.rsvp_buttons import rsvp_choices
from participation.services.rsvps import SameRsvp

MAX_REPLIES_PER_HOUR = 20


class StartForm(forms.Form):
    """The start of the meeting that the page showed."""

    starts_at = forms.DateTimeField()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def reply(request: HttpRequest, choice: str, token: str) -> HttpResponseBase:
    """Show for whom a link replies to a meeting, with one button; POST records the RSVP."""
    if choice not in RsvpChoice:
        raise Http404
    at, wanted = timezone.now(), RsvpChoice(choice)
    try:
        link = meeting_link_of(token, LinkPurpose.RSVP, at=at)
        if request.method != "POST":
            return _reply_page(request, link, wanted, token, at)
        form = StartForm(request.POST)
        if not form.is_valid():
            why = _("Your reply was not saved. Press the button again.")
            return _reply_page(request, link, wanted, token, at, refusal=why, status=422)
        who = f"{link.focal_point.pk} {link.meeting.pk}"
        count_attempt("reply by link", who, limit=MAX_REPLIES_PER_HOUR, within=HOUR, at=at)
        starts_at = form.cleaned_data["starts_at"]
        reply_by_link(link=link, choice=wanted, starts_at=starts_at, at=at)
    except InvalidLink:
        return _invalid(request)
    except TooManyAttempts as refused:
        page = _reply_page(request, link, wanted, token, at, refusal=str(refused), status=429)
        return with_retry_after(page, refused)
    except SameRsvp:
        # A second click: the page shows the answer.
        pass
    except Refused as refused:
        # Read again, because the meeting may have changed.
        link = meeting_link_of(token, LinkPurpose.RSVP, at=at)
        return _reply_page(request, link, wanted, token, at, refusal=str(refused), status=409)
    return no_index(redirect("participation:reply_by_link", choice, token))


@require_safe
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the link to join a meeting, from some minutes before its start until its end."""
    at = timezone.now()
    try:
        link = meeting_link_of(token, LinkPurpose.JOIN, at=at)
    except InvalidLink:
        return _invalid(request)
    opens_at = join_opens_at(link.meeting)
    context = {
        **_about(link, at),
        "is_early": at < opens_at,
        "opens_at": format_datetime(opens_at, link.focal_point.time_zone),
    }
    return no_index(render(request, "participation/join_by_link.html", context))


def _reply_page(
    request: HttpRequest,
    link: MeetingLink,
    wanted: RsvpChoice,
    token: str,
    at: datetime,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    mine = my_meetings([link.meeting], people=[link.focal_point], at=at)[link.meeting.pk]
    [asked] = mine.asked
    offered = rsvp_choices(link.meeting)
    context = {
        **_about(link, at),
        "asked": asked,
        "is_open": mine.is_open,
        "reply": reply_in_words(asked.choice),
        "is_offered": wanted.value in dict(offered),
        "wanted": wanted,
        "others": [pair for pair in offered if pair[0] != wanted.value],
        "has_sittings": bool(mine.other_sittings),
        "token": token,
        "refusal": refusal,
    }
    page = render(request, "participation/reply_by_link.html", context, status=status)
    no_index(page)
    return page


def _about(link: MeetingLink, at: datetime) -> dict[str, object]:
    meeting, person = link.meeting, link.focal_point
    return {
        "meeting": meeting,
        "person": person,
        "has_moved": link.has_moved,
        "is_over": meeting.ends_at <= at,
        "entry": meeting_row(meeting, reader_zone=person.time_zone, with_join_links=True),
    }


def _invalid(request: HttpRequest) -> HttpResponseBase:
    return no_index(render(request, "participation/meeting_link_refused.html", status=404))
