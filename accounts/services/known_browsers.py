"""Browsers in which somebody has signed in before, known by a signed cookie.

The cookie opens nothing. It lets its browser go on trying while strangers use up the attempts at
an account. It names no account: whose it is goes into the signature alone.
"""

import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from core.rate_limits import same_for_any_spelling

COOKIE: Final = "signed_in_before"
LASTS: Final = timedelta(days=365)
# Colleagues may share a browser.
ACCOUNTS_OF_A_BROWSER: Final = 5
SEPARATOR: Final = "|"


def remember_browser(request: HttpRequest, response: HttpResponse, *, email: str) -> None:
    """Have a browser keep that somebody has signed in to an account in it."""
    others = [key for key in _keys_of(request) if key and not _browser_in(key, email)]
    key = _signer_for(email).sign(secrets.token_urlsafe(12))
    response.set_cookie(
        COOKIE,
        SEPARATOR.join([key, *others][:ACCOUNTS_OF_A_BROWSER]),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_browser(request: HttpRequest, *, email: str) -> str:
    """Return what a browser is called that has signed in to an account; empty if it has not."""
    return next(filter(None, (_browser_in(key, email) for key in _keys_of(request))), "")


def _keys_of(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(COOKIE, "").split(SEPARATOR)[:ACCOUNTS_OF_A_BROWSER]


def _browser_in(key: str, email: str) -> str:
    """Return the browser that a key is for; empty where it is altered, old or of another account.

    Nothing is looked up, so that it takes as long whether or not there is such an account.
    """
    try:
        return _signer_for(email).unsign(key, max_age=LASTS)
    except signing.BadSignature:
        return ""


def _signer_for(email: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"accounts.known_browsers {same_for_any_spelling(email)}")
