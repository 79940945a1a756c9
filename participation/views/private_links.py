"""What a focal point opens by a private link: the sign-in, the calendar feed, an answer."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import SignInMethod
from accounts.services.events import failures_recorded
from accounts.services.sign_in_codes import LINK_METHOD, CodeNotSent, ask_for_code
from accounts.views.sign_in import page_to_type_on, refused_page, sign_in_by_email
from core.conflicts import Refused
from core.language_switch import form_as_typed, switched_language
from core.rate_limits import HOUR, TooManyAttempts, count_attempt
from eoi.views.error_summary import with_retry_after
from eoi.views.token_auth import no_index
from focus_areas.models import FocusArea
from meetings.services.ical import feed_response
from meetings.services.meeting_list import meeting_row
from meetings.views import feed_view, room_or_reason
from members.models import FocalPoint, MemberStatus
from members.services.feed_links import EndedFeed, ended_feed, read_feed_token
from members.services.participants import focal_points_of
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of
from members.services.undo import as_shown
from participation.forms.link_sign_in import FamilyNameForm
from participation.models import RsvpChoice
from participation.services.chosen_sittings import reply_in_words
from participation.services.feeds import note_fetch
from participation.services.link_sign_in import user_for_family_name
from participation.services.meeting_links import (
    MeetingLink,
    meeting_link_of,
    reply_by_link,
)
from participation.services.member_accounts import sync_member_account
from participation.services.my_meetings import my_meetings
from participation.services.own_feed import OwnFeed, own_feed, write_ended_feed
from participation.services.rsvp_buttons import rsvp_choices
from participation.services.rsvps import SameRsvp

TEMPLATE = "participation/working_group.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def working_group(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show whose working group it is; POST sends a code to sign in, or takes the family name.

    Mails get forwarded, so the link alone shows nothing of the group, and no name. The page is the
    same for every reason why a link is invalid.
    """
    at = timezone.now()
    try:
        focal_point, area = admitted_focal_point(token, at=at)
    except InvalidLink:
        return no_index(render(request, "participation/working_group_refused.html", status=404))

    going_to = reverse("participation:my_page")
    user = request.user
    if user.is_authenticated and focal_points_of(user).filter(pk=focal_point.pk).exists():
        return no_index(redirect(going_to))
    shown = masked_email(focal_point.email)
    form = FamilyNameForm(request.POST if "family_name" in request.POST else None)
    page = {"focal_point": focal_point, "area": area, "shown": shown, "form": form}
    if switched_language(request):
        page["form"] = form_as_typed(form)
        return no_index(render(request, TEMPLATE, page))
    if request.method != "POST":
        return no_index(render(request, TEMPLATE, page))
    # The reader may open the link before the task has created their account.
    sync_member_account(focal_point=focal_point, at=at)
    try:
        if form.is_bound:
            return no_index(_signed_in(request, form, focal_point, going_to))
        ask_for_code(request, email=focal_point.email, shown=shown, at=at)
    except (TooManyAttempts, CodeNotSent) as refused:
        return no_index(refused_page(request, TEMPLATE, page, refused))
    except ValidationError as refused:
        form.add_error("family_name", refused)
        return no_index(render(request, TEMPLATE, page, status=422))
    return no_index(redirect(page_to_type_on(going_to)))


def _signed_in(
    request: HttpRequest, form: FamilyNameForm, focal_point: FocalPoint, going_to: str
) -> HttpResponse:
    """Sign in the focal point of a link whose family name was typed, and redirect them.

    Raises TooManyAttempts and ValidationError.
    """
    at = timezone.now()
    typed = form.cleaned_data["family_name"] if form.is_valid() else ""
    email = focal_point.email
    with failures_recorded(request, method=SignInMethod.PRIVATE_LINK, email=email, at=at):
        user = user_for_family_name(focal_point=focal_point, typed=typed, at=at)
    return sign_in_by_email(request, user, method=LINK_METHOD, going_to=going_to)


def admitted_focal_point(token: str, *, at: datetime) -> tuple[FocalPoint, FocusArea]:
    """Return the focal point of a link to a working group, and the area of their member.

    Raises InvalidLink, also if the member is not admitted.
    """
    focal_point = focal_point_of(token, LinkPurpose.WORKING_GROUP)
    member = focal_point.member = as_shown(focal_point.member, at=at)
    if member.status != MemberStatus.ADMITTED or member.focus_area is None:
        raise InvalidLink
    return focal_point, member.focus_area


def masked_email(email: str) -> str:
    """Return an address that its owner recognises, and that tells others little."""
    local, _at, domain = email.rpartition("@")
    return f"{local[0]}…{local[-1] if len(local) > 2 else ''}@{domain}"


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
    """Lead the person of a link to the room of a meeting, or say from when they can join."""
    at = timezone.now()
    try:
        link = meeting_link_of(token, LinkPurpose.JOIN, at=at)
    except InvalidLink:
        return _invalid(request)
    response = room_or_reason(
        request,
        "participation/join_by_link.html",
        meeting=link.meeting,
        # This page: its address has the key of the person.
        address=request.path,
        zone=link.focal_point.time_zone,
        at=at,
        context=_about(link, at),
    )
    return no_index(response)


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
        "entry": meeting_row(meeting, reader_zone=person.time_zone),
    }


def _invalid(request: HttpRequest) -> HttpResponseBase:
    return no_index(render(request, "participation/meeting_link_refused.html", status=404))
