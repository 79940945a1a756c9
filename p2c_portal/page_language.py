"""The language in the URL of a page, and the links that switch to another language."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language_from_path

# The query parameter of a switch link: the language to remember.
PARAMETER = "language"


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
