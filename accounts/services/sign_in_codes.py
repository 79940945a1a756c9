"""Signing in by a code from a mail: asked for, sent, typed.

For every address the page does the same, whether or not there is an account: it counts, hands a
task to the broker, and remembers in the session what was asked for. Only the task looks who it is
for. The code is made with the portal's key of a seed; it stands in no row and in no task.
"""

import secrets
from datetime import datetime, timedelta
from email.utils import make_msgid
from typing import Any, Final

from allauth.account.internal.flows.login import record_authentication
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language_bidi, override
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.models import User
from accounts.services.known_browsers import known_browser
from accounts.services.login_throttling import (
    count_asking_for_code,
    count_typed_code,
    forget_asking_for_code,
)
from accounts.services.second_factor import AUTHENTICATION_METHODS_KEY
from core.codes import make_code, normalise_code
from core.rate_limits import network_of

CODE_LIFETIME: Final = timedelta(minutes=10)
MAX_TRIES: Final = 5
# By name, since the task stands above.
SEND: Final = "accounts.tasks.send_sign_in_code"
QUEUE: Final = "mail"
# In the session: what was asked for.
SESSION_KEY: Final = "sign_in_code"
# As allauth calls this way of signing in.
METHOD: Final = "code"


class CodeNotSent(Exception):
    """The broker takes no task, so that no mail goes out."""

    def __init__(self) -> None:
        super().__init__(_("The code could not be sent just now. Try again in a minute."))


class CodeExpired(Exception):
    """No code was asked for in this browser, or it has ended."""

    def __init__(self) -> None:
        super().__init__(
            _("That code works no more: it ends after ten minutes, and after five wrong ones.")
        )


class WrongCode(Exception):
    """Something else was typed than the code."""

    def __init__(self) -> None:
        super().__init__(
            _("This is not the code of our latest mail to you. Look there, and type it again.")
        )


def ask_for_code(request: HttpRequest, *, email: str, shown: str, at: datetime) -> None:
    """Have a code sent to an address, and wait for it in this browser.

    A code asked for before works no more. `shown` is how the page names the address.

    Raises TooManyAttempts and CodeNotSent.
    """
    asking = {
        "network": network_of(request),
        "email": email,
        "browser": known_browser(request, email=email),
    }
    count_asking_for_code(**asking, at=at)
    seed = secrets.token_urlsafe(16)
    try:
        current_app.send_task(
            SEND,
            (email, seed),
            queue=QUEUE,
            expires=CODE_LIFETIME.total_seconds(),
            ignore_result=True,
        )
    except OperationalError as trouble:
        # Nothing went out, so that the page's "try again" holds.
        forget_asking_for_code(**asking)
        raise CodeNotSent from trouble
    request.session[SESSION_KEY] = {
        "email": email,
        "shown": shown,
        "seed": seed,
        "ends_at": (at + CODE_LIFETIME).timestamp(),
        "tries": 0,
    }


def pending_code_request(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    """Return what was asked for in this browser: `email`, and how it is `shown`.

    Raises CodeExpired.
    """
    asked: dict[str, Any] = request.session.get(SESSION_KEY, {})
    if not asked or asked["ends_at"] <= at.timestamp():
        request.session.pop(SESSION_KEY, None)
        raise CodeExpired
    return asked


def user_for_code(request: HttpRequest, *, typed: str, at: datetime) -> User:
    """Return whose code was typed; it is worth nothing from then on.

    Nobody's is what a stranger to the portal asked for, and staff. Raises TooManyAttempts,
    CodeExpired and WrongCode.
    """
    asked = pending_code_request(request, at=at)
    # Counted in the cache too: several at once each read the same session.
    number = count_typed_code(network=network_of(request), seed=asked["seed"], at=at)
    asked["tries"] = max(number, asked["tries"] + 1)
    request.session[SESSION_KEY] = asked
    if asked["tries"] > MAX_TRIES:
        del request.session[SESSION_KEY]
        raise CodeExpired
    code = code_of(email=asked["email"], seed=asked["seed"])
    is_right = constant_time_compare(normalise_code(typed), code)
    user = user_for_email(asked["email"])
    if user is None or not is_right:
        if asked["tries"] == MAX_TRIES:
            del request.session[SESSION_KEY]
            raise CodeExpired
        raise WrongCode
    del request.session[SESSION_KEY]
    return user


def record_code(request: HttpRequest, user: User) -> None:
    """Have the session know that it was opened by a code, which is never enough for staff."""
    record_authentication(request, user, METHOD)


def may_be_staff(request: HttpRequest) -> bool:
    """Tell whether a session is one of staff, and was not opened by a code from a mail."""
    records = request.session.get(AUTHENTICATION_METHODS_KEY, [])
    came_by_code = any(record.get("method") == METHOD for record in records)
    is_staff: bool = getattr(request.user, "is_staff", False)
    return is_staff and not came_by_code


def user_for_email(email: str) -> User | None:
    """Return the account of an address, if it is one that a code opens: active, and not staff."""
    accounts = User.objects.filter(is_active=True, is_staff=False, is_superuser=False)
    return accounts.alias(address=Lower("email")).filter(address=email.lower()).first()


def code_of(*, email: str, seed: str) -> str:
    """Return the code that is mailed to an address, of the seed that a browser keeps."""
    return make_code("accounts.sign_in_codes", f"{seed} {email}")


def send_code(*, email: str, seed: str) -> bool:
    """Mail a code to whom it signs in, in their language; say whether there was anybody.

    To an address without such an account nothing is written: whoever typed it may not be its
    owner.
    """
    user = user_for_email(email)
    if user is None:
        return False
    code = code_of(email=email, seed=seed)
    with override(user.language):
        mail = EmailMessage(
            subject=_("Your code to sign in to Partner2Connect"),
            body=render_to_string(
                "accounts/sign_in_code_mail.txt",
                {
                    "code": _as_shown(code),
                    "minutes": int(CODE_LIFETIME.total_seconds() // 60),
                    "host": settings.SITE_URL,
                    "contact": settings.MAIL_REPLY_TO,
                },
            ),
            to=[user.email],
            reply_to=[settings.MAIL_REPLY_TO],
            headers={
                "Message-ID": make_msgid(domain=settings.MAIL_DOMAIN),
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
                "Content-Language": user.language,
            },
        )
    mail.send()
    return True


def _as_shown(code: str) -> str:
    """Return a code in two parts, which stand in this order in right-to-left text too."""
    mark = "\N{LEFT-TO-RIGHT MARK}" if get_language_bidi() else ""
    return f"{mark}{code[:4]}-{code[4:]}"
