"""Private links of a focal point: to the sign-in for their page, and to their calendar feed."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.services.sign_in_codes import CodeNotSent, ask_for_code
from accounts.views.sign_in_code import page_to_type_on, refused_page
from core.rate_limits import TooManyAttempts
from eoi.views.token_auth import no_index
from focus_areas.models import FocusArea
from meetings.models import Meeting
from meetings.services.ical import feed_columns, feed_response, name_of_feed, write_calendar
from meetings.views.feeds import feed_view
from members.models import FocalPoint, MemberStatus, TimelineEntry, area_shown
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of
from members.services.undo import as_shown
from participation.services.member_accounts import sync_member_account
from participation.services.participants import focal_points_of

TEMPLATE = "participation/working_group.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def working_group(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show whose working group it is; POST sends a code to sign in.

    Mails get forwarded, so the link alone shows nothing of the group. The page is the same for
    every reason why a link is invalid.
    """
    at = timezone.now()
    try:
        focal_point, area = admitted_focal_point(token, LinkPurpose.WORKING_GROUP, at=at)
    except InvalidLink:
        return no_index(render(request, "participation/working_group_refused.html", status=404))

    going_to = reverse("participation:my_page")
    user = request.user
    if user.is_authenticated and focal_points_of(user).filter(pk=focal_point.pk).exists():
        return no_index(redirect(going_to))
    shown = masked_email(focal_point.email)
    page = {"focal_point": focal_point, "area": area, "shown": shown}
    if request.method != "POST":
        return no_index(render(request, TEMPLATE, page))
    # The reader may open the link before the task has created their account.
    sync_member_account(focal_point=focal_point, at=at)
    try:
        ask_for_code(request, email=focal_point.email, shown=shown, at=at)
    except (TooManyAttempts, CodeNotSent) as refused:
        return no_index(refused_page(request, TEMPLATE, page, refused))
    return no_index(redirect(page_to_type_on(going_to)))


@feed_view
def private_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Return the calendar feed of a focal point's meetings, with their join links."""
    at = timezone.now()
    meetings = Meeting.objects.scheduled_or_cancelled()
    # The feed also changes when the member is moved to another area.
    entries = TimelineEntry.objects.filter(member=OuterRef("member")).order_by("-at")
    with_columns = FocalPoint.objects.annotate(area=area_shown("member__")).annotate(
        moved_at=Subquery(entries.values("at")[:1]),
        **feed_columns(meetings.of_focus_area(OuterRef("area"))),
    )
    try:
        focal_point, area = admitted_focal_point(token, LinkPurpose.FEED, at=at, among=with_columns)
    except InvalidLink:
        refused = HttpResponse(status=404, content_type="text/plain")
        add_never_cache_headers(refused)
        return no_index(refused)

    changes: list[datetime | None] = [focal_point.calendar_changed_at, focal_point.moved_at]
    if not focal_point.member.is_undoable(at):
        changes.append(focal_point.member.settles_at)
    with translation.override(focal_point.language):
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
    return no_index(response)


def admitted_focal_point(
    token: str, purpose: LinkPurpose, *, at: datetime, among: QuerySet[Any] | None = None
) -> tuple[Any, FocusArea]:
    """Return the focal point of a private link, and the area that its member is admitted to.

    `among` may annotate the focal points. Raises InvalidLink, also if the member is not admitted.
    """
    focal_point = focal_point_of(token, purpose, among=among)
    member = focal_point.member = as_shown(focal_point.member, at=at)
    if member.status != MemberStatus.ADMITTED or member.focus_area is None:
        raise InvalidLink
    return focal_point, member.focus_area


def masked_email(email: str) -> str:
    """Return an address that its owner recognises, and that tells others little."""
    local, _at, domain = email.rpartition("@")
    return f"{local[0]}…{local[-1] if len(local) > 2 else ''}@{domain}"
