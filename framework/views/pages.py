"""How the pages of a framework are opened: with its address, or by a private link from a mail."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from accounts.models import User
from eoi.views.token_auth import no_index
from framework.models import Framework, Paragraph
from framework.services.amendments import MayNotPropose
from framework.services.links import framework_link_of
from framework.services.reader import Reader
from members.services.participants import focal_points_of, with_member_as_shown
from members.services.private_links import InvalidLink

FrameworkPage = Callable[..., HttpResponseBase]


def framework_page(view: FrameworkPage) -> FrameworkPage:
    """Give a view the reader of a framework, found by the `slug` or the `token` in the URL.

    A page by private link is neither cached nor found by search engines. An invalid link gets the
    same page for every reason. Only a file that everybody may read says that it can be cached.
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
            reader = Reader(framework=link.framework, at=at, person=link.focal_point, token=token)
            # Views raise InvalidLink too, if the link is revoked meanwhile.
            return no_index(view(request, reader, *args, **kwargs))
        except InvalidLink:
            refused = render(request, "framework/link_refused.html", status=404)
            return no_index(refused)

    return _never_cache_by_default(opened)


def _never_cache_by_default(view: FrameworkPage) -> FrameworkPage:
    """Forbid to cache a response, unless its view said for how long it can be."""

    @wraps(view)
    def answered(*args: object, **kwargs: object) -> HttpResponseBase:
        response = view(*args, **kwargs)
        if "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response

    return answered


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


def proposer_page(view: FrameworkPage) -> FrameworkPage:
    """Restrict a page of a framework to the focal points of its working group.

    Others sign in, or read who may propose. The view gets the focal point.
    """

    @framework_page
    @wraps(view)
    def opened(
        request: HttpRequest, reader: Reader, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        if reader.person is not None:
            return view(request, reader, reader.person, *args, **kwargs)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), "accounts:sign_in_code")
        return may_not_propose(request, reader)

    return opened


def may_not_propose(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Say who may propose, to somebody who may not."""
    title = _("Your organisation does not propose changes here")
    return refused_page(request, reader, title, str(MayNotPropose()), status=403)


def refused_page(
    request: HttpRequest, reader: Reader, title: str, *sentences: str, status: int
) -> HttpResponse:
    """Say why a page of a framework cannot be used, with the way to its text."""
    context = {"reader": reader, "title": title, "sentences": sentences}
    return render(request, "framework/refused.html", context, status=status)


def paragraph_address(reader: Reader, paragraph: Paragraph | None) -> str:
    """Return the address of the framework, opened at a paragraph."""
    address = reader.address("framework")
    return f"{address}?open={paragraph.key}#{paragraph.key}" if paragraph else address


def check_readable(reader: Reader) -> None:
    """Raise Http404 if a page of the framework does not exist for this reader."""
    if not reader.can_read:
        raise Http404
