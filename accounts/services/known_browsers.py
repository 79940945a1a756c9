"""Browsers in which a user has signed in before, recognised by a signed cookie, and their names.

The cookie does not sign anybody in. It gives its browser attempts of its own, however often others
try the account. It does not name the account, which is only part of the signature.
"""

import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.rate_limits import same_for_any_spelling

COOKIE: Final = f"{settings.COOKIE_PREFIX}signed_in_before"
LASTS: Final = timedelta(days=365)
# Colleagues may share a browser.
ACCOUNTS_OF_A_BROWSER: Final = 5
SEPARATOR: Final = "|"
# The order matters: most browsers also claim to be others, and all of them imitate the last one.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def remember_browser(request: HttpRequest, response: HttpResponse, *, email: str) -> None:
    """Set a cookie that records that a user has signed in to an account in this browser."""
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
    """Return the identifier of a browser that has signed in to an account, else an empty string."""
    return next(filter(None, (_browser_in(key, email) for key in _keys_of(request))), "")


def _keys_of(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(COOKIE, "").split(SEPARATOR)[:ACCOUNTS_OF_A_BROWSER]


def _browser_in(key: str, email: str) -> str:
    """Return the browser of a key; empty if it is altered, expired or for another account.

    It queries nothing, so that the time it takes does not show whether the account exists.
    """
    try:
        return _signer_for(email).unsign(key, max_age=LASTS)
    except signing.BadSignature:
        return ""


def _signer_for(email: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"accounts.known_browsers {same_for_any_spelling(email)}")


def browser_in_words(user_agent: str) -> str:
    """Return the name of a browser for people to read, such as "Firefox on Windows"."""
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for sign, name in names if sign in user_agent), "")
