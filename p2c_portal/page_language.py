"""The language of pages whose address carries it, and the links that switch to another one."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language_from_path

# In the query of a link that switches: the language to remember.
PARAMETER = "language"


def path_in(language: str, request: HttpRequest) -> str:
    """Return the path of the same page in a language; empty where its address carries none.

    `translate_url()` would not find the page: it looks for it in the language that is active.
    """
    if not get_language_from_path(request.path_info):
        return ""
    path, _mark, _query = request.get_full_path().partition("?")
    _before, _language, *rest = path.split("/", 2)
    return f"/{language}/{''.join(rest)}"


def switch_to(language: str, request: HttpRequest) -> str:
    """Return the address of the same page in a language, with a query that has it remembered.

    The query is taken as it came, since error pages must not read what could not be read.
    """
    path = path_in(language, request)
    _path, _mark, query = request.get_full_path().partition("?")
    return f"{path}?{query}{'&' if query else ''}{PARAMETER}={language}" if path else ""


class RememberLanguageMiddleware:
    """Remember the language of a page that was opened by a link that switches to it.

    The answer leads to the same page without that query, so that the link can be passed on. A
    page that is merely opened sets no cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a switch; pass on everything else."""
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
