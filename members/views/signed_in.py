"""The decorators of pages for signed-in focal points, and for co-leads among them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.models import User
from members.models import FocalPoint
from members.services.co_leads import NotCoLead, area_of, co_lead_roles
from members.services.participants import focal_points_of, with_member_as_shown


class MemberRequest(HttpRequest):
    """A request with a signed-in user."""

    user: User


MemberPage = Callable[..., HttpResponseBase]


def member_page(view: MemberPage) -> MemberPage:
    """Restrict a view to participants, and forbid caching.

    The view gets the focal points that the account represents, at least one, and the current time.
    Users who represent no focal point see a page that says so.
    """

    @never_cache
    @login_required(login_url="accounts:sign_in_code")
    @wraps(view)
    def opened(request: MemberRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        at: datetime = timezone.now()
        people: Sequence[FocalPoint] = with_member_as_shown(focal_points_of(request.user), at=at)
        if not people:
            return _no_index(render(request, "members/not_a_member.html", status=403))
        return _no_index(view(request, people, at, *args, **kwargs))

    return opened


def co_lead_page(view: MemberPage) -> MemberPage:
    """Restrict a view to the focal points of present co-leads of one focus area.

    The `slug` in the URL names the area. The view gets the focal point, with the member as shown,
    and the current time. For everybody else who is signed in the page does not exist, also if they
    lose the role while the request runs.
    """

    @never_cache
    @login_required(login_url="accounts:sign_in_code")
    @wraps(view)
    def opened(
        request: MemberRequest, slug: str, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        at = timezone.now()
        roles = co_lead_roles(request.user, at=at)
        person = next((each for each in roles if area_of(each).slug == slug), None)
        if person is None:
            raise Http404
        try:
            response = view(request, person, at, *args, **kwargs)
        except NotCoLead as lost:
            raise Http404 from lost
        return _no_index(response)

    return opened


def _no_index(response: HttpResponseBase) -> HttpResponseBase:
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
