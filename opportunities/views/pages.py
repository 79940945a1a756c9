"""How the pages of needs and offers are opened: signed in, by a private link, or by anybody."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from accounts.models import User
from core.rate_limits import HOUR, TooManyAttempts, count_attempt
from eoi.views.error_summary import with_retry_after
from eoi.views.token_auth import no_index
from members.models import FocalPoint
from members.services.participants import focal_points_of, with_member_as_shown
from members.services.private_links import InvalidLink, check_unrevoked
from opportunities.services.reader import Reader, reader_of

OpportunityPage = Callable[..., HttpResponseBase]
MAX_STEPS_PER_HOUR: Final = 30


def opportunity_page(view: OpportunityPage) -> OpportunityPage:
    """Give a view its reader: by the `token` in the URL, signed in, or anybody.

    An invalid link gets the same page for every reason. Nothing is cached.
    """

    @wraps(view)
    def opened(
        request: HttpRequest, *args: object, token: str = "", **kwargs: object
    ) -> HttpResponseBase:
        at = timezone.now()
        if not token:
            user = request.user
            people = focal_points_of(user) if isinstance(user, User) else ()
            reader = Reader(at=at, people=with_member_as_shown(people, at=at))
            response = view(request, reader, *args, **kwargs)
        else:
            try:
                response = no_index(view(request, reader_of(token, at=at), *args, **kwargs))
            except InvalidLink:
                refused = render(request, "opportunities/link_refused.html", status=404)
                response = no_index(refused)
        add_never_cache_headers(response)
        return response

    return opened


def member_page(view: OpportunityPage) -> OpportunityPage:
    """Restrict a page to focal points. Others sign in, or read how to become a member."""

    @opportunity_page
    @wraps(view)
    def opened(
        request: HttpRequest, reader: Reader, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        if reader.people:
            return no_index(view(request, reader, *args, **kwargs))
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), "accounts:sign_in_code")
        return no_index(render(request, "opportunities/not_a_member.html", status=403))

    return opened


def check_step(reader: Reader, person: FocalPoint) -> None:
    """Count a step of a focal point. Raises InvalidLink and TooManyAttempts."""
    if reader.token:
        check_unrevoked(person)
    who, limit = str(person.pk), MAX_STEPS_PER_HOUR
    count_attempt("opportunity step", who, limit=limit, within=HOUR, at=reader.at)


def page_with(
    request: HttpRequest, template: str, page: dict[str, Any], refused: Exception | None = None
) -> HttpResponse:
    """Render a page: with why a step was refused, or with the errors of its `form`."""
    has_errors = "form" in page and page["form"].errors
    is_refused = refused and request.method == "POST"
    status = 409 if is_refused else 422 if has_errors else 200
    context = {**page, "refused": refused and str(refused)}
    if isinstance(refused, TooManyAttempts):
        return with_retry_after(render(request, template, context, status=429), refused)
    return render(request, template, context, status=status)
