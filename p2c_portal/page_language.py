"""The language in the URL of a page, the links that switch to another, and the desk's language."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import activate, get_language, get_language_from_path

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
    """Return the path of the same page in a language; empty if its URL contains no language.

    `translate_url()` would not find the page, because it resolves the URL in the active language.
    """
    if not get_language_from_path(request.path_info):
        return ""
    path, _mark, _query = request.get_full_path().partition("?")
    _before, _language, *rest = path.split("/", 2)
    return f"/{language}/{''.join(rest)}"


def switch_to(language: str, request: HttpRequest) -> str:
    """Return the URL of the same page in a language, with the parameter that remembers it.

    The query string is not parsed, because error pages must not parse what may be malformed.
    """
    path = path_in(language, request)
    _path, _mark, query = request.get_full_path().partition("?")
    return f"{path}?{query}{'&' if query else ''}{PARAMETER}={language}" if path else ""


class RememberLanguageMiddleware:
    """Remembers the language of a page that was opened with a switch link.

    It redirects to the same page without the parameter, so that people can share the URL. Opening
    a page without a switch link sets no cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle a switch link; pass on all other requests."""
        language = get_language_from_path(request.path_info)
        is_read = request.method in ("GET", "HEAD")
        if language and is_read and request.GET.get(PARAMETER) == language:
            return _remembering(language, request)
        return self.get_response(request)


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
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    add_never_cache_headers(response)
    return response
