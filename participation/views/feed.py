"""How a participant subscribes to the calendar feed of their meetings."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from eoi.forms.status import VersionField
from meetings.services.ical import name_of_feed
from meetings.services.subscription_links import subscription_links
from members.models import FocalPoint
from members.services.focal_points import AlreadyRenewed, renew_feed
from members.services.private_links import feed_url
from participation.views.decorators import MemberRequest, member_page

# The query parameter that selects one organisation, for people who represent several.
FOCAL_POINT_PARAM = "for"


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def my_feed(request: MemberRequest, people: Sequence[FocalPoint], at: datetime) -> HttpResponseBase:
    """Show how to subscribe to the calendar feed; POST gives the feed a new URL."""
    person = selected_focal_points(people, request)
    if request.method == "POST":
        version = VersionField(required=False).clean(request.POST.get("feed_version"))
        seen = -1 if version is None else version
        try:
            renew_feed(focal_point=person, feed_version=seen, by=person, at=at)
            messages.success(
                request, _("Your calendar link was reset. The old link no longer works.")
            )
        except AlreadyRenewed as refused:
            messages.warning(request, str(refused))
        return redirect(f"{request.path}?{FOCAL_POINT_PARAM}={person.pk}")
    context = {
        "focal_point": person,
        "people": people,
        **subscription_links(feed_url(person), name=name_of_feed(person.member.focus_area)),
    }
    return render(request, "participation/my_feed.html", context)


def selected_focal_points(people: Sequence[FocalPoint], request: HttpRequest) -> FocalPoint:
    """Return the focal point that the URL names, if the person has that role, or the first one."""
    named = request.GET.get(FOCAL_POINT_PARAM, "")
    return next((person for person in people if str(person.pk) == named), people[0])
