"""A focal point's page of the working group and their calendar feed, by private links."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from focus_areas.feeds import feed_columns, feed_response, name_of_feed, write_calendar
from focus_areas.listing import by_month
from focus_areas.models import FocusArea, Meeting
from focus_areas.subscribing import ways_to_subscribe
from focus_areas.times import zone_in_words
from members.forms.directory import NameFilterForm
from members.letters import page_language
from members.links import LinkRefused, Purpose, feed_address, focal_point_of
from members.models import FocalPoint, GrantedRole, Member, MemberStatus, TimelineEntry
from members.paging import page_of
from members.views.private import private


@require_safe
@never_cache
def working_group(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show a focal point the meetings and the members of their working group.

    Whatever is wrong with the link, the answer is the same page.
    """
    try:
        focal_point, area = admitted_focal_point(token, Purpose.WORKING_GROUP)
    except LinkRefused:
        return private(render(request, "participation/working_group_refused.html", status=404))

    now = timezone.now()
    meetings = Meeting.objects.on_the_calendar().of_focus_area(area).select_related("focus_area")
    zone = focal_point.time_zone
    context = {
        "focal_point": focal_point,
        "area": area,
        "zone": zone_in_words(zone),
        "next_months": by_month(meetings.not_over(now), reader_zone=zone, with_join_links=True),
        "past_months": by_month(meetings.over(now), reader_zone=zone),
        **members_of(area, request),
        **ways_to_subscribe(feed_address(focal_point), name=name_of_feed(area)),
    }
    return private(render(request, "participation/working_group.html", context))


@require_safe
def private_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer a calendar program with a focal point's meetings and their join links."""
    meetings = Meeting.objects.on_the_calendar()
    # Being moved to another area changes the feed as well.
    entries = TimelineEntry.objects.filter(member=OuterRef("member")).order_by("-at")
    with_columns = FocalPoint.objects.annotate(
        moved_at=Subquery(entries.values("at")[:1]),
        **feed_columns(meetings.of_focus_area(OuterRef("member__focus_area"))),
    )
    try:
        focal_point, area = admitted_focal_point(token, Purpose.FEED, among=with_columns)
    except LinkRefused:
        refused = HttpResponse(status=404, content_type="text/plain")
        add_never_cache_headers(refused)
        return private(refused)

    changes: list[datetime | None] = [focal_point.calendar_changed_at, focal_point.moved_at]
    with translation.override(page_language(focal_point)):
        name = name_of_feed(area)
        response = feed_response(
            request,
            lambda: write_calendar(
                meetings.of_focus_area(area).for_a_feed(), name=name, with_join_links=True
            ),
            row=focal_point,
            made_for=(name, "with join links"),
            changed_at=max((at for at in changes if at), default=None),
            cache_control="private, no-cache",
        )
    return private(response)


def admitted_focal_point(
    token: str, purpose: Purpose, *, among: QuerySet[Any] | None = None
) -> tuple[Any, FocusArea]:
    """Return the focal point of a private link, and the area that its member is admitted to.

    `among` may add columns to it. Raises LinkRefused, also where the member is admitted no more.
    """
    focal_point = focal_point_of(token, purpose, among=among)
    member = focal_point.member
    if member.status != MemberStatus.ADMITTED or member.focus_area is None:
        raise LinkRefused
    return focal_point, member.focus_area


def members_of(area: FocusArea, request: HttpRequest) -> dict[str, object]:
    """Return those who lead an area, and a page of its members by name, with their focal points.

    Who looks for a name finds those who lead among the others too.
    """
    everybody = (
        Member.objects.of_working_group(area)
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
        members = everybody.exclude(granted_role=GrantedRole.CO_LEAD)
    return {
        "co_leads": everybody.filter(granted_role=GrantedRole.CO_LEAD),
        "form": form,
        "is_filtered": bool(name),
        "page": page_of(members, request),
    }
