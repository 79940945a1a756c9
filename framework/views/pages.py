"""How the pages of a framework are opened: with its address, or by a private link from a mail."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.models import User
from eoi.views.token_auth import no_index
from framework.models import Framework
from framework.services.links import framework_link_of
from framework.services.reader import Reader
from members.services.participants import focal_points_of, with_member_as_shown
from members.services.private_links import InvalidLink

FrameworkPage = Callable[..., HttpResponseBase]


def framework_page(view: FrameworkPage) -> FrameworkPage:
    """Give a view the reader of a framework, found by the `slug` or the `token` in the URL.

    A page by private link is neither cached nor found by search engines. An invalid link gets the
    same page for every reason.
    """

    @wraps(view)
    def opened(
        request: HttpRequest, *args: object, slug: str = "", token: str = "", **kwargs: object
    ) -> HttpResponseBase:
        if not token:
            return view(request, _reader_at(request, slug), *args, **kwargs)
        at = timezone.now()
        try:
            link = framework_link_of(token, at=at)
        except InvalidLink:
            refused = render(request, "framework/link_refused.html", status=404)
            return no_index(refused)
        reader = Reader(framework=link.framework, at=at, person=link.focal_point, token=token)
        return no_index(view(request, reader, *args, **kwargs))

    return never_cache(opened)


def _reader_at(request: HttpRequest, slug: str) -> Reader:
    """Return the reader of the framework of a focus area, who may be signed in or not."""
    frameworks = Framework.objects.select_related("focus_area")
    framework = get_object_or_404(frameworks, focus_area__slug=slug)
    at, user = timezone.now(), request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return Reader(framework=framework, at=at)
    if user.is_staff:
        sees = user.has_perm("framework.view_framework")
        is_staff = sees and Framework.objects.visible_to(user).filter(pk=framework.pk).exists()
        return Reader(framework=framework, at=at, is_staff=is_staff)
    people = with_member_as_shown(focal_points_of(user), at=at)
    person = next(
        (each for each in people if each.member.focus_area_id == framework.focus_area_id), None
    )
    return Reader(framework=framework, at=at, person=person)


def check_readable(reader: Reader) -> None:
    """Raise Http404 if a page of the framework does not exist for this reader."""
    if not reader.can_read:
        raise Http404
