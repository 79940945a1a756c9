"""One meeting or series for invited people: its details, and their RSVP."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from core.conflicts import Refused
from core.dates import GENEVA, zone_in_words
from meetings.models import Meeting
from meetings.services.agenda import agenda_of
from meetings.services.change_log import change_log
from meetings.services.ical import meeting_response
from meetings.services.joining import join_address, joining
from meetings.services.meeting_list import meeting_row
from meetings.services.meeting_times import meeting_in_words
from meetings.views import room_or_reason
from members.models import FocalPoint
from members.views.signed_in import MemberRequest, member_page
from participation.forms.meetings import RsvpForm, SeriesRsvpForm
from participation.models import RsvpChoice
from participation.services.attendance import attendance_counts
from participation.services.expected_attendees import expected_attendees, rsvp_counts
from participation.services.invited import is_invited
from participation.services.my_meetings import (
    listed_meetings_of,
    meetings_of,
    my_meeting_rows,
    other_sittings,
)
from participation.services.my_papers import meeting_papers, with_papers
from participation.services.my_series import MyEntry, entry_key, series_meetings
from participation.services.outcomes import (
    action_points_of,
    decisions_of,
    from_the_last_meeting,
    mark_as_done,
    my_action_points,
    shown_action_points,
)
from participation.services.own_feed import own_event_of_user
from participation.services.paper_archive import archive_of
from participation.services.rsvps import record_rsvp, record_series_rsvp

# The meetings of a series that a page shows.
SERIES_PAGE_SIZE = 30


@require_safe
@member_page
def my_meeting(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, uid: UUID
) -> HttpResponse:
    """Show one meeting of the person's groups or of the whole coalition."""
    return _meeting_page(request, people, at, meeting_or_404(people, uid))


@require_safe
@member_page
def my_meeting_file(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, uid: UUID
) -> HttpResponse:
    """Download one meeting with its join link as a calendar file."""
    meeting = invited_or_404(people, uid)
    sittings = other_sittings(meeting, people=people)
    return meeting_response(
        meeting,
        with_join_links=True,
        at=at,
        sittings=sittings,
        own=own_event_of_user(meeting, user=request.user, people=people, at=at),
    )


@require_safe
@member_page
def join_meeting(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, uid: UUID
) -> HttpResponse:
    """Lead an invited person to the room of a meeting, or say from when they can join."""
    meeting = invited_or_404(people, uid)
    zone = people[0].time_zone
    return room_or_reason(
        request,
        "participation/join_meeting.html",
        meeting=meeting,
        address=join_address(meeting),
        zone=zone,
        at=at,
        context={"entry": meeting_row(meeting, reader_zone=zone)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def rsvp(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, uid: UUID
) -> HttpResponse:
    """Record a person's RSVP to a meeting, in one of their roles."""
    meeting = meeting_or_404(people, uid)
    if request.method != "POST":
        # The session had ended before the RSVP was sent, and the sign-in redirects here with GET.
        return redirect("participation:my_meeting", uid)
    form = RsvpForm(request.POST)
    if not form.is_valid():
        why = _("Not saved. Choose one of the answers.")
        return _meeting_page(request, people, at, meeting, refusal=why, status=422)
    sent = form.cleaned_data
    person = next((each for each in people if each.pk == sent["focal_point"]), None)
    if person is None:
        raise Http404
    is_here = sent["sitting"] in (None, meeting.pk)
    sitting = meeting if is_here else _sitting_or_404(people, sent["sitting"])
    starts_at = sent["starts_at"] if is_here else form.others_shown.get(sitting.pk)
    try:
        given = record_rsvp(
            meeting=sitting,
            focal_point=person,
            choice=RsvpChoice(sent["choice"]),
            starts_at=starts_at,
            others_shown=form.others_shown,
            by=request.user,
            at=at,
        )
    except Refused as refused:
        meeting = meeting_or_404(people, uid)
        return _meeting_page(request, people, at, meeting, refusal=str(refused), status=409)
    said = (
        _("Thank you. Your reply for “%(title)s”: %(reply)s.")
        if is_here
        else _("Thank you. Your reply for “%(title)s”, %(when)s: %(reply)s.")
    )
    messages.success(
        request,
        said
        % {
            "title": sitting.title,
            "when": meeting_in_words(sitting, [people[0].time_zone])[0],
            "reply": given.get_choice_display(),
        },
    )
    return redirect(_page_answered_on(request, sitting))


def _page_answered_on(request: MemberRequest, meeting: Meeting) -> str:
    """Return the address of the page on which a meeting was answered, at the same place."""
    back = request.POST.get("back", "")
    if back == "my":
        key = entry_key(meeting)
        return f"{reverse('participation:my_page')}?answered={key}#{key}"
    if back == "calendar":
        page = request.POST.get("page", "")
        asked = f"?page={page}" if page.isdecimal() else ""
        return f"{reverse('participation:my_calendar')}{asked}#meeting-{meeting.pk}"
    if back == "series" and meeting.series_id:
        address = reverse("participation:my_series", args=[meeting.series_id])
        return f"{address}#meeting-{meeting.pk}"
    return reverse("participation:my_meeting", args=[meeting.uid]) + "#answer"


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def action_point_done(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, pk: int
) -> HttpResponse:
    """Mark an action point of the person's organisation as done."""
    if request.method != "POST":
        # As in `rsvp()`, the session had ended before.
        return redirect("participation:my_page")
    point = get_object_or_404(my_action_points(people, is_open=False), pk=pk)
    person = next(each for each in people if each.member_id == point.owner_id)
    try:
        mark_as_done(point=point, person=person, by=request.user, at=at)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Done: “%(text)s”.") % {"text": point.text})
    back = request.POST.get("back", "")
    if back.isdecimal() and (meeting := meetings_of(people).filter(pk=back[:18]).first()):
        return redirect("participation:my_meeting", meeting.uid)
    return redirect("participation:my_page")


@require_safe
@member_page
def my_series(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, pk: int
) -> HttpResponse:
    """Show the meetings of a series from today on, to be answered together or one by one."""
    return _series_page(request, people, at, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def rsvp_series(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, pk: int
) -> HttpResponse:
    """Record one RSVP of a person to the meetings of a series that the page showed."""
    if request.method != "POST":
        # As in `rsvp()`, the session had ended before.
        return redirect("participation:my_series", pk)
    form = SeriesRsvpForm(request.POST)
    if not form.is_valid():
        why = _("Not saved. Choose one of the answers.")
        return _series_page(request, people, at, pk, refusal=why, status=422)
    sent, starts = form.cleaned_data, form.meetings_shown
    person = next((each for each in people if each.pk == sent["focal_point"]), None)
    found = series_meetings(meetings_of(people), pk).filter(pk__in=starts)
    meetings = list(found.order_by("starts_at", "pk"))
    if person is None or len(meetings) < len(starts):
        raise Http404
    choice = RsvpChoice(sent["choice"])
    try:
        given = record_series_rsvp(
            meetings=meetings,
            focal_point=person,
            choice=choice,
            starts=starts,
            others_shown=form.others_shown,
            by=request.user,
            at=at,
        )
    except Refused as refused:
        return _series_page(request, people, at, pk, refusal=str(refused), status=409)
    messages.success(
        request,
        ngettext(
            "Thank you. Your reply for %(number)s meeting of “%(title)s”: %(reply)s.",
            "Thank you. Your reply for %(number)s meetings of “%(title)s”: %(reply)s.",
            len(given),
        )
        % {"number": len(given), "title": meetings[0].title, "reply": choice.label},
    )
    if request.POST.get("back") == "my":
        return redirect(_page_answered_on(request, meetings[0]))
    return redirect(reverse("participation:my_series", args=[pk]) + "#answer")


def _series_page(
    request: MemberRequest,
    people: Sequence[FocalPoint],
    at: datetime,
    pk: int,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    zone = people[0].time_zone
    theirs = series_meetings(meetings_of(people), pk)
    if not theirs.exists():
        raise Http404
    listed = series_meetings(listed_meetings_of(people, zone=zone, at=at), pk).upcoming(at)
    page = Paginator(listed, SERIES_PAGE_SIZE).get_page(request.GET.get("page"))
    rows = my_meeting_rows(page.object_list, people=people, zone=zone, at=at)
    context = {
        "entry": MyEntry(rows, zone) if rows else None,
        "last": None if rows else theirs.order_by("starts_at", "pk").last(),
        "page": page,
        "rows": rows,
        "zone": zone_in_words(zone),
        "is_in_geneva": zone == GENEVA,
        "refusal": refusal,
        "series": pk,
        # As on the page of a meeting.
        "address": reverse("participation:my_series", args=[pk]),
    }
    return render(request, "participation/my_series.html", context, status=status)


def _sitting_or_404(people: Sequence[FocalPoint], pk: int) -> Meeting:
    return get_object_or_404(meetings_of(people).select_related("focus_area"), pk=pk)


def meeting_or_404(people: Sequence[FocalPoint], uid: UUID) -> Meeting:
    """Return a meeting that these focal points can see. Raises Http404 for others and drafts."""
    return get_object_or_404(meetings_of(people).select_related("focus_area"), uid=uid)


def invited_or_404(people: Sequence[FocalPoint], uid: UUID) -> Meeting:
    """Return a meeting to which one of these focal points is invited. Raises Http404 for others."""
    meeting = meeting_or_404(people, uid)
    if not any(is_invited(meeting, person) for person in people):
        raise Http404
    return meeting


def _meeting_page(
    request: MemberRequest,
    people: Sequence[FocalPoint],
    at: datetime,
    meeting: Meeting,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    zone = people[0].time_zone
    [shown] = my_meeting_rows([meeting], people=people, zone=zone, at=at)
    expected = expected_attendees(meeting)
    is_theirs = not shown.mine.is_for_others
    papers = list(meeting_papers(meeting)) if is_theirs else []
    agenda = agenda_of(meeting, zone=zone)
    items, other_papers = with_papers(agenda, papers)
    points = action_points_of(meeting) if is_theirs else []
    last_points = from_the_last_meeting(meeting) if is_theirs else []
    in_view = partial(shown_action_points, people=people, zone=zone, at=at)
    context = {
        "meeting": meeting,
        "entry": shown.entry,
        "mine": shown.mine,
        "join": joining(meeting, address=join_address(meeting), zone=zone, at=at),
        "is_over": meeting.ends_at <= at,
        "zone": zone_in_words(zone),
        "is_in_geneva": zone == GENEVA,
        "counts": rsvp_counts(expected, words_for_none=_("No reply yet")),
        "asked_in_all": len(expected),
        "attendance": attendance_counts(meeting) if meeting.ends_at <= at else None,
        "sittings": my_meeting_rows(
            other_sittings(meeting, people=people), people=people, zone=zone, at=at
        ),
        "agenda": agenda,
        "items": items,
        "papers": other_papers,
        "archive": archive_of(papers, language=people[0].language),
        "time_zone": zone,
        "decisions": decisions_of(meeting) if is_theirs else [],
        "points": in_view(points),
        "last_points": in_view(last_points),
        "moves": change_log(meeting, zone=zone),
        "refusal": refusal,
        # If a refused request is reloaded, the browser gets the page and sends nothing again.
        "address": reverse("participation:my_meeting", args=[meeting.uid]),
    }
    return render(request, "participation/my_meeting.html", context, status=status)
