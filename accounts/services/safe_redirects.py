"""Safe redirects: only to pages of the portal."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, get_language_from_path


def is_internal_url(address: str, request: HttpRequest) -> bool:
    """Return whether an address from a request is a page of the portal."""
    is_here = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    # Without a slash, `redirect` would treat it as the name of a URL pattern.
    return is_here and urlsplit(address).path.startswith("/")


def safe_redirect_url(request: HttpRequest, *, otherwise: str) -> str:
    """Return the address that the person wanted, if it is another page of the portal.

    `otherwise` is the name of the page to return if there is no such address.
    """
    wanted: str = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    # Going back to the sign-in page would be an endless redirect.
    is_sign_in = urlsplit(wanted).path.startswith(reverse("accounts:sign_in"))
    return wanted if is_internal_url(wanted, request) and not is_sign_in else resolve_url(otherwise)


def home_of(request: HttpRequest) -> str:
    """Return the name of the first page for a signed-in user."""
    is_member = request.user.is_authenticated and not request.user.is_staff
    return settings.MEMBER_LOGIN_REDIRECT_URL if is_member else settings.LOGIN_REDIRECT_URL


def language_from_next_url(request: HttpRequest, going_to: str) -> str:
    """Return the language for a page whose address does not contain one.

    It is the language that the person chose, or else that of the page that they will go to.
    """
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return get_language() or settings.LANGUAGE_CODE
    path = urlsplit(going_to).path
    return get_language_from_path(path) or get_language() or settings.LANGUAGE_CODE
