"""One meeting for invited people: its details, and their RSVP."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.conflicts import Refused
from core.dates import GENEVA, zone_in_words
from meetings.models import Meeting
from meetings.services.change_log import change_log
from meetings.services.ical import meeting_response
from meetings.services.meeting_times import meeting_in_words
from members.models import FocalPoint
from members.views.signed_in import MemberRequest, member_page
from participation.forms.meetings import RsvpForm
from participation.models import RsvpChoice
from participation.services.expected_attendees import expected_attendees, rsvp_counts
from participation.services.my_meetings import meetings_of, my_meeting_rows, other_sittings
from participation.services.my_papers import meeting_papers
from participation.services.own_feed import own_event_of_user
from participation.services.rsvps import record_rsvp

# The lists in which a meeting is answered, and which open again afterwards.
PAGES_WITH_BUTTONS = {"my": "participation:my_page", "calendar": "participation:my_calendar"}


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
    meeting = meeting_or_404(people, uid)
    sittings = other_sittings(meeting, people=people)
    return meeting_response(
        meeting,
        with_join_links=True,
        at=at,
        sittings=sittings,
        own=own_event_of_user(meeting, user=request.user, people=people, at=at),
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
    if (page := PAGES_WITH_BUTTONS.get(request.POST.get("back", ""))) is not None:
        return redirect(page)
    return redirect("participation:my_meeting", sitting.uid)


def _sitting_or_404(people: Sequence[FocalPoint], pk: int) -> Meeting:
    return get_object_or_404(meetings_of(people).select_related("focus_area"), pk=pk)


def meeting_or_404(people: Sequence[FocalPoint], uid: UUID) -> Meeting:
    """Return a meeting that these focal points can see. Raises Http404 for others and drafts."""
    return get_object_or_404(meetings_of(people).select_related("focus_area"), uid=uid)


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
    context = {
        "meeting": meeting,
        "entry": shown.entry,
        "mine": shown.mine,
        "is_over": meeting.ends_at <= at,
        "zone": zone_in_words(zone),
        "is_in_geneva": zone == GENEVA,
        "counts": rsvp_counts(expected, words_for_none=_("No reply yet")),
        "asked_in_all": len(expected),
        "sittings": my_meeting_rows(
            other_sittings(meeting, people=people), people=people, zone=zone, at=at
        ),
        "papers": meeting_papers(meeting),
        "time_zone": zone,
        "moves": change_log(meeting, zone=zone),
        "refusal": refusal,
        # If a refused request is reloaded, the browser gets the page and sends nothing again.
        "address": reverse("participation:my_meeting", args=[meeting.uid]),
    }
    return render(request, "participation/my_meeting.html", context, status=status)
