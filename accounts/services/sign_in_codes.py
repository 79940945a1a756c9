"""Signing in with a code from an e-mail: request it, send it, check it.

The page does the same for each address, whether or not it has an account: it counts the request,
queues a task, and stores the request in the session. Only the task looks up the account. The code
is computed from a seed with the portal's secret key, and is not stored in any row or task.
"""

import secrets
from datetime import datetime, timedelta
from email.utils import make_msgid
from typing import Any, Final

from allauth.account.internal.flows.login import record_authentication
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.message import utf8_charset_qp
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
from core.addresses import AUTOMATIC_MAIL_HEADERS, deliverable_address, normalise_address
from core.codes import make_code, normalise_code
from core.rate_limits import network_of

CODE_LIFETIME: Final = timedelta(minutes=10)
MAX_TRIES: Final = 5
# The task's name, because this module cannot import the task.
SEND: Final = "accounts.tasks.send_sign_in_code"
QUEUE: Final = "mail"
# The session key that holds the request for a code.
SESSION_KEY: Final = "sign_in_code"
# allauth's name for this way of signing in.
METHOD: Final = "code"


class CodeNotSent(Exception):
    """The broker does not accept the task, so no e-mail will be sent."""

    def __init__(self) -> None:
        super().__init__(_("The code could not be sent. Try again in a minute."))


class CodeExpired(Exception):
    """No code was requested in this browser, or the code has expired."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This code has expired. A code expires after ten minutes or after five incorrect "
                "attempts."
            )
        )


class WrongCode(Exception):
    """The typed code is not the right one."""

    def __init__(self) -> None:
        super().__init__(_("This code is incorrect. Enter the code from our latest email to you."))


def ask_for_code(request: HttpRequest, *, email: str, shown: str, at: datetime) -> None:
    """Request a code for an address, and store the request in the session.

    An earlier code stops working. `shown` is the address as the page displays it.

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
        # Nothing was sent, so the person may follow the page's advice to try again.
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
    """Return the request made in this browser: `email`, and `shown`, the address as displayed.

    Raises CodeExpired.
    """
    asked: dict[str, Any] = request.session.get(SESSION_KEY, {})
    if not asked or asked["ends_at"] <= at.timestamp():
        request.session.pop(SESSION_KEY, None)
        raise CodeExpired
    return asked


def user_for_code(request: HttpRequest, *, typed: str, at: datetime) -> User:
    """Return the user whose code was typed. The code cannot be used again.

    A code for staff, or for an address without an account, never works. Raises TooManyAttempts,
    CodeExpired and WrongCode.
    """
    asked = pending_code_request(request, at=at)
    # Not counted in the session alone, because concurrent requests read the same session.
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
    """Record in the session that it began with a code, which is never enough for staff."""
    record_authentication(request, user, METHOD)


def has_typed_code_since(request: HttpRequest, since: datetime) -> bool:
    """Return whether the signed-in person has typed a code from an e-mail since a time."""
    records = request.session.get(AUTHENTICATION_METHODS_KEY, [])
    return any(
        record.get("method") == METHOD and record["at"] >= since.timestamp() for record in records
    )


def may_be_staff(request: HttpRequest) -> bool:
    """Return whether a session belongs to staff and did not begin with a code from an e-mail."""
    records = request.session.get(AUTHENTICATION_METHODS_KEY, [])
    came_by_code = any(record.get("method") == METHOD for record in records)
    is_staff: bool = getattr(request.user, "is_staff", False)
    return is_staff and not came_by_code


def user_for_email(email: str) -> User | None:
    """Return the account of an address if it may sign in with a code: active and not staff."""
    accounts = User.objects.filter(is_active=True, is_staff=False, is_superuser=False)
    return accounts.alias(address=Lower("email")).filter(address=normalise_address(email)).first()


def code_of(*, email: str, seed: str) -> str:
    """Return the code to send to an address, computed from the seed in the session."""
    return make_code("accounts.sign_in_codes", f"{seed} {email}")


def send_code(*, email: str, seed: str) -> bool:
    """Send a code to a user in their language; return whether there was such a user.

    Nothing is sent to an address without such an account, because the person who typed it may not
    be its owner.
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
            to=[deliverable_address(user.email)],
            reply_to=[settings.MAIL_REPLY_TO],
            headers={
                "Message-ID": make_msgid(domain=settings.MAIL_DOMAIN),
                **AUTOMATIC_MAIL_HEADERS,
                "Content-Language": user.language,
            },
        )
    mail.encoding = utf8_charset_qp
    mail.send()
    return True


def _as_shown(code: str) -> str:
    """Return a code in two groups that keep their order in right-to-left text."""
    mark = "\N{LEFT-TO-RIGHT MARK}" if get_language_bidi() else ""
    return f"{mark}{code[:4]}-{code[4:]}"
