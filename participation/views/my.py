"""A participant's own pages: overview, calendar, papers, preferences and feed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BooleanField, ExpressionWrapper, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import (
    GENEVA,
    format_date,
    format_datetime,
    format_datetime_for,
    zone_in_words,
)
from core.language_switch import form_as_typed, switched_language
from core.pagination import get_page
from eoi.forms.status import VersionField
from focus_areas.models import FocusArea
from meetings.models import Meeting
from meetings.services.agenda import has_agenda
from meetings.services.ical import name_of_feed
from meetings.services.joining import joining
from meetings.services.month_calendar import month_asked_for, month_of_weeks, weekdays_in_words
from meetings.services.subscription_links import subscription_links
from members.forms import NameFilterForm
from members.models import FocalPoint, GrantedRole, Member, role_shown
from members.services.focal_points import AlreadyRenewed
from members.services.private_links import feed_url
from members.services.undo import as_shown
from members.views.signed_in import MemberRequest, member_page
from papers.models import PaperVersion
from papers.services.downloads import download
from participation.forms.profile import FeedForm, PreferencesForm
from participation.services.calendar_choices import calendar_choice
from participation.services.date_answers import my_polls
from participation.services.email_consents import email_shown_since
from participation.services.feeds import choose_feed, feed_of, renew_address, role_with_address
from participation.services.meeting_answers import answer_counts
from participation.services.my_frameworks import my_frameworks
from participation.services.my_meetings import (
    listed_meetings_of,
    my_meeting_rows,
    my_meetings,
    rows_with_rsvps,
)
from participation.services.my_papers import (
    new_papers,
    note_opening,
    paper_list,
    visible_papers,
)
from participation.services.my_series import as_entries
from participation.services.outcomes import my_action_points, shown_action_points
from participation.services.preferences import (
    mail_preferences_of,
    save_mail_preferences,
)

# The maximum of expected answers, of next meetings, and of new papers, on one page.
MAX_ITEMS = 5
MAX_PAPERS = 3
MAX_ACTION_POINTS = 20
# How long a paper that was not opened is listed as new.
NEW_FOR = timedelta(days=30)
# The meetings from today on that a page of the calendar shows.
PAGE_SIZE = 30
# The views of the calendar: from today on, what is over, and a month as weeks or as a list.
AGENDA, PAST, MONTH, LIST = "agenda", "past", "month", "list"


@require_safe
@member_page
def my_page(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> HttpResponse:
    """Show what a person is asked, their next meetings, and the papers that are new to them."""
    zone = people[0].time_zone
    listed = listed_meetings_of(people, zone=zone, at=at)
    agenda = ExpressionWrapper(has_agenda(), output_field=BooleanField())
    to_come = list(
        listed.upcoming(at).select_related("focus_area", "series").annotate(has_agenda=agenda)
    )
    mine = my_meetings(to_come, people=people, at=at)
    theirs = [each for each in to_come if not mine[each.pk].is_for_others]
    rows = rows_with_rsvps(theirs, mine, zone=zone)
    entries = as_entries(rows, zone=zone)
    # What was just answered stays at its place, with the answer.
    answered = request.GET.get("answered")
    expected = [each for each in entries if each.is_to_be_answered or each.key == answered]
    others = [each for each in entries if each not in expected]
    next_meeting = next((row for row in rows if not row.entry.is_cancelled), None)
    counts = answer_counts([next_meeting.entry.meeting] if next_meeting else [])
    unread = new_papers(people, user=request.user, since=at - NEW_FOR)
    points = my_action_points(people)[:MAX_ACTION_POINTS]
    polls = my_polls(people, at=at)
    unanswered = sum(each.is_to_be_answered for each in entries)
    context = {
        "people": people,
        "points": shown_action_points(points, people=people, zone=zone, at=at),
        "zone": zone_in_words(zone),
        "time_zone": zone,
        "is_in_geneva": zone == GENEVA,
        "expected": expected[:MAX_ITEMS],
        "polls": [(each, format_datetime_for(each.poll.answer_by, zone)) for each in polls],
        "expected_number": unanswered + sum(not each.is_answered for each in polls),
        "expected_later": len(expected[MAX_ITEMS:]),
        "new_papers": unread[:MAX_PAPERS],
        "next_meeting": next_meeting,
        "join": next_meeting
        and joining(
            next_meeting.entry.meeting, address=next_meeting.entry.join_address, zone=zone, at=at
        ),
        "answers": next(iter(counts.values()), None),
        "entries": others[:MAX_ITEMS],
        "later": len(others[MAX_ITEMS:]),
        "frameworks": my_frameworks(people, at=at),
        "groups": focus_areas_of(people),
    }
    return render(request, "participation/my.html", context)


@require_safe
@member_page
def group_members(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, slug: str
) -> HttpResponse:
    """List the co-leads and the members of one of the person's working groups."""
    groups = focus_areas_of(people)
    group = next((area for area in groups if area.slug == slug), None)
    if group is None:
        raise Http404
    context = {"groups": groups, "group": group, **working_group_page(group, request, at=at)}
    return render(request, "participation/group_members.html", context)


@require_safe
@member_page
def my_calendar(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> HttpResponseBase:
    """Show a person's meetings from today on, the past ones, or a month as weeks or as a list.

    If the month in the URL is invalid, the current month is shown.
    """
    zone = people[0].time_zone
    context = {
        "zone": zone_in_words(zone),
        "time_zone": zone,
        "is_in_geneva": zone == GENEVA,
        "now": format_datetime(at, zone),
        "this_month": at.astimezone(ZoneInfo(zone)).date().replace(day=1),
        "groups": focus_areas_of(people),
    }
    if "month" in request.GET or request.GET.get("view") in (MONTH, LIST):
        context |= _month(request, people, at)
    else:
        context |= _one_by_one(request, people, at)
    return render(request, "participation/my_calendar.html", context)


def _one_by_one(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> dict[str, object]:
    """Return what the page shows about the meetings from today on, or about the past ones."""
    zone = people[0].time_zone
    view = PAST if request.GET.get("view") == PAST else AGENDA
    meetings = listed_meetings_of(people, zone=zone, at=at)
    listed = meetings.past(at) if view == PAST else meetings.upcoming(at)
    page = Paginator(listed.select_related("focus_area"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    rows = my_meeting_rows(page.object_list, people=people, zone=zone, at=at)
    return {"view": view, "page": page, "rows": rows}


def _month(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> dict[str, object]:
    """Return what the page shows about a month."""
    zone = people[0].time_zone
    today = at.astimezone(ZoneInfo(zone)).date()
    meetings = listed_meetings_of(people, zone=zone, at=at)

    def about(of_the_month: list[Meeting]) -> dict[int, object]:
        return dict(my_meetings(of_the_month, people=people, at=at))

    month = month_of_weeks(
        meetings,
        first=month_asked_for(request.GET.get("month", ""), today=today),
        today=today,
        zone=zone,
        with_join_links=True,
        about=about,
    )
    following = None
    if not month.days:
        upcoming = my_meeting_rows(
            meetings.upcoming(at).select_related("focus_area")[:1], people=people, zone=zone, at=at
        )
        following = next(iter(upcoming), None)
    return {
        "view": LIST if request.GET.get("view") == LIST else MONTH,
        "month": month,
        "weekdays": weekdays_in_words(),
        "following": following,
    }


def focus_areas_of(people: Sequence[FocalPoint]) -> list[FocusArea]:
    """Return the focus areas of these focal points without duplicates, in the same order."""
    areas = (person.member.focus_area for person in people)
    return list(dict.fromkeys(area for area in areas if area is not None))


def working_group_page(area: FocusArea, request: HttpRequest, *, at: datetime) -> dict[str, object]:
    """Return the co-leads of an area, and a page of its members by name, with their focal points.

    A search by name also finds co-leads among the members.
    """
    everybody = (
        Member.objects.of_working_group(area)
        .annotate(role_now=role_shown())
        .prefetch_related(
            Prefetch("focal_points", FocalPoint.objects.order_by("is_alternate", "pk"))
        )
        .order_by("organisation_name", "pk")
    )
    form = NameFilterForm(request.GET)
    name = form.cleaned_data.get("name") if form.is_valid() else ""
    if name:
        members = everybody.filter(
            Q(organisation_name__icontains=name) | Q(acronym__icontains=name)
        )
    else:
        members = everybody.exclude(role_now=GrantedRole.CO_LEAD)
    page = get_page(members, request)
    page.object_list = _as_shown(page.object_list, at)
    return {
        "co_leads": _as_shown(everybody.filter(role_now=GrantedRole.CO_LEAD), at),
        "form": form,
        "is_filtered": bool(name),
        "page": page,
    }


def _as_shown(members: Iterable[Member], at: datetime) -> list[Member]:
    return [as_shown(member, at=at) for member in members]


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def my_preferences(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> HttpResponseBase:
    """Show a person's reminders, language and time zone; save changes on POST."""
    sent = request.POST if request.method == "POST" else None
    shown_since = email_shown_since(people)
    form = PreferencesForm(
        sent,
        preferences=mail_preferences_of(request.user),
        person=people[0],
        shown_since=shown_since,
    )
    if switched_language(request):
        form = form_as_typed(form)
    elif form.is_valid():
        save_mail_preferences(user=request.user, people=people, **form.cleaned_data, at=at)
        messages.success(request, _("Preferences saved."))
        return redirect("participation:my_preferences")
    status = 422 if form.errors else 200
    context = {"form": form, "shown_since": shown_since, "time_zone": people[0].time_zone}
    return render(request, "participation/my_preferences.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def my_feed(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> HttpResponseBase:
    """Show how to subscribe to the calendar feed; POST saves what it shows."""
    feed = feed_of(request.user)
    form = FeedForm(request.POST if request.method == "POST" else None, feed=feed)
    if switched_language(request):
        form = form_as_typed(form)
    elif form.is_valid():
        choose_feed(user=request.user, **form.cleaned_data, at=at)
        messages.success(
            request, _("Saved. Your calendar app shows it when it next fetches your meetings.")
        )
        return redirect("participation:my_feed")
    role = role_with_address(people)
    context = {
        "form": form,
        "people": people,
        "role": role,
        "fetched_on": format_date(feed.fetched_on) if feed.fetched_on else "",
        "calendar": calendar_choice(mail_preferences_of(request.user).calendar),
        **subscription_links(feed_url(role), name=name_of_feed(None)),
    }
    status = 422 if form.errors else 200
    return render(request, "participation/my_feed.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def renew_feed(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime
) -> HttpResponseBase:
    """Ask whether the feed is to get a new address; POST gives it one."""
    if request.method != "POST":
        context = {"feed_version": role_with_address(people).feed_version}
        return render(request, "participation/renew_feed.html", context)
    version = VersionField(required=False).clean(request.POST.get("feed_version"))
    try:
        renew_address(people=people, feed_version=-1 if version is None else version, at=at)
        messages.success(request, _("Your calendar link was reset. The old link no longer works."))
    except AlreadyRenewed as refused:
        messages.warning(request, str(refused))
    return redirect("participation:my_feed")


PAPERS_PER_PAGE = 25


@require_safe
@member_page
def my_papers(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> HttpResponse:
    """List every paper of the person's groups and of the coalition, with all files."""
    page = Paginator(paper_list(people), PAPERS_PER_PAGE).get_page(request.GET.get("page"))
    zone = people[0].time_zone
    return render(
        request,
        "participation/my_papers.html",
        {"page": page, "time_zone": zone, "zone": zone_in_words(zone)},
    )


@require_safe
@member_page
def my_paper(
    request: MemberRequest, people: Sequence[FocalPoint], at: datetime, pk: int
) -> HttpResponseBase:
    """Download a file of a paper of the person's groups or of the coalition."""
    theirs = PaperVersion.objects.filter(paper__in=visible_papers(people).values("pk"))
    version = get_object_or_404(theirs, pk=pk)
    response = download(request, version, back=reverse("participation:my_papers"), opens_pdf=True)
    if request.method == "GET" and response.status_code in (200, 206):
        note_opening(user=request.user, version=version, at=at)
    return response
