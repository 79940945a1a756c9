"""The decorator of pages for signed-in focal points."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.models import User
from eoi.views.token_auth import no_index
from members.models import FocalPoint
from participation.services.participants import focal_points_of, with_member_as_shown


class MemberRequest(HttpRequest):
    """A request with a signed-in user."""

    user: User


MemberPage = Callable[..., HttpResponseBase]


def member_page(view: MemberPage) -> Callable[..., HttpResponseBase]:
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
            return no_index(render(request, "participation/not_a_member.html", status=403))
        return no_index(view(request, people, at, *args, **kwargs))

    return opened
