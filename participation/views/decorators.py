"""What the pages of those who are signed in have in common: for whom they are."""

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
from participation.services.participants import focal_points_of


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


MemberPage = Callable[..., HttpResponseBase]


def member_page(view: MemberPage) -> Callable[..., HttpResponseBase]:
    """Open a page to those who take part, kept by no cache.

    The view is given the focal points that the account stands for, at least one, and the time.
    Whoever is signed in and stands for nobody, or no more, is told so.
    """

    @never_cache
    @login_required(login_url="accounts:sign_in_code")
    @wraps(view)
    def opened(request: MemberRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        people: Sequence[FocalPoint] = list(focal_points_of(request.user))
        if not people:
            return no_index(render(request, "participation/not_a_member.html", status=403))
        at: datetime = timezone.now()
        return no_index(view(request, people, at, *args, **kwargs))

    return opened
