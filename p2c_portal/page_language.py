"""The language in the URL of a page, the links that switch to another, and the desk's language."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import activate, get_language, get_language_from_path

from core.language_switch import SWITCHED_TO, address_in, remember_language
from core.languages import desk_language

# The query parameter of a switch link: the language to remember.
PARAMETER = "language"
# Where the addresses of the pages for staff begin.
DESK_PATHS: Final = (
    "/admin/",
    "/accounts/confirm/",
    "/accounts/invitation/",
    "/accounts/preferences/",
    "/accounts/second-factor/",
    "/accounts/sign-in/passkey/",
    "/accounts/sign-in/second-factor/",
)


def path_in(language: str, request: HttpRequest) -> str:
    """Return the path of the same page in a language; empty if its URL contains no language."""
    if not get_language_from_path(request.path_info):
        return ""
    path, _mark, _query = request.get_full_path().partition("?")
    return address_in(language, path)


def switch_to(language: str, request: HttpRequest) -> str:
    """Return the URL of the same page in a language, with the parameter that remembers it.

    The query string is not parsed, because error pages must not parse what may be malformed.
    """
    path = path_in(language, request)
    _path, _mark, query = request.get_full_path().partition("?")
    return f"{path}?{query}{'&' if query else ''}{PARAMETER}={language}" if path else ""


class RememberLanguageMiddleware:
    """Remembers the language to which somebody switched, by a link or a button of a form.

    A link is redirected to the same page without the parameter, so that people can share the URL.
    Opening a page without a switch link sets no cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle a switch link; pass on all other requests."""
        language = get_language_from_path(request.path_info)
        is_read = request.method in ("GET", "HEAD")
        if language and is_read and request.GET.get(PARAMETER) == language:
            return _remembering(language, request)
        response = self.get_response(request)
        if switched_to := getattr(request, SWITCHED_TO, ""):
            remember_language(response, switched_to)
        return response


def is_desk(request: HttpRequest) -> bool:
    """Return whether a page is for staff only, so that it has the languages of the desk."""
    return request.path_info.startswith(DESK_PATHS)


def desk_language_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return a middleware that shows the desk in one of its languages.

    If the reader's language has no desk, it is the language in which staff chose to get email. It
    stays active, because the response says which language it is in.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if is_desk(request) and get_language() not in settings.DESK_LANGUAGES:
            activate(desk_language(getattr(request.user, "language", "")))
            request.LANGUAGE_CODE = get_language()
        return get_response(request)

    return middleware


def _remembering(language: str, request: HttpRequest) -> HttpResponse:
    query = request.GET.copy()
    del query[PARAMETER]
    path = path_in(language, request)
    response = HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)
    remember_language(response, language)
    add_never_cache_headers(response)
    return response
