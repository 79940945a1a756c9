"""Where somebody may be sent on to: pages of the portal, and nowhere else."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, get_language_from_path


def is_internal_url(address: str, request: HttpRequest) -> bool:
    """Tell whether an address that came with a request is a page of the portal."""
    is_here = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    # Without a slash, `redirect` would take it for the name of a page.
    return is_here and urlsplit(address).path.startswith("/")


def safe_redirect_url(request: HttpRequest, *, otherwise: str) -> str:
    """Return where the person wanted to go, if that is another page of the portal.

    `otherwise` is the name of the page for who wanted to go nowhere.
    """
    wanted: str = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    # Back to the sign-in would lead here for ever.
    is_sign_in = urlsplit(wanted).path.startswith(reverse("accounts:sign_in"))
    return wanted if is_internal_url(wanted, request) and not is_sign_in else resolve_url(otherwise)


def home_of(request: HttpRequest) -> str:
    """Return the name of the page that a person who is signed in begins with."""
    is_member = request.user.is_authenticated and not request.user.is_staff
    return settings.MEMBER_LOGIN_REDIRECT_URL if is_member else settings.LOGIN_REDIRECT_URL


def language_from_next_url(request: HttpRequest, going_to: str) -> str:
    """Return the language for a page that has none in its address.

    It is the one that the person chose, or else that of the page on the way to which they are.
    """
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return get_language() or settings.LANGUAGE_CODE
    path = urlsplit(going_to).path
    return get_language_from_path(path) or get_language() or settings.LANGUAGE_CODE
