"""Signing in with a code from an e-mail: request it, send it, check it.

The page does the same for each address, whether or not it has an account: it counts the request,
queues a task, and stores the request in the session. Only the task looks up the account. The code
is computed from a seed with the portal's secret key, and is not stored in any row or task.

All browsers that ask for an address within `SENT_AGAIN_AFTER` share one code and one e-mail. So
strangers who ask too cause three e-mails an hour at most, and end no code: the owner's browser
takes the one that was sent. Nobody learns it by asking.
"""

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
    forget_typed_codes,
    is_first_use,
)
from accounts.services.second_factor import AUTHENTICATION_METHODS_KEY
from accounts.services.single_sign_on import came_as_required
from core.addresses import AUTOMATIC_MAIL_HEADERS, deliverable_address, normalise_address
from core.codes import make_code, normalise_code
from core.rate_limits import count_attempt, current_period, network_of, reset_attempts

SENT_AGAIN_AFTER: Final = timedelta(minutes=20)
# From the e-mail on. So a code is valid for at least `SENT_AGAIN_AFTER` after each request.
CODE_LIFETIME: Final = 2 * SENT_AGAIN_AFTER
# The names under which periods and e-mails are counted.
PERIOD: Final = "code-by-mail"
SENT: Final = "code-by-mail-sent"
# The task's name, because this module cannot import the task.
SEND: Final = "accounts.tasks.send_sign_in_code"
QUEUE: Final = "mail"
# The session key that holds the request for a code.
SESSION_KEY: Final = "sign_in_codes"
# allauth's name for this way of signing in, and the name for a private link with a family name.
METHOD: Final = "code"
LINK_METHOD: Final = "private_link"


class CodeNotSent(Exception):
    """The broker does not accept the task, so no e-mail will be sent."""

    def __init__(self) -> None:
        super().__init__(_("The code could not be sent. Try again in a minute."))


class CodeExpired(Exception):
    """No code was requested in this browser, or the code has expired or was used."""

    def __init__(self) -> None:
        super().__init__(_("This code has expired or was already used. Request a new one."))


class WrongCode(Exception):
    """The typed code is not the right one."""

    def __init__(self) -> None:
        super().__init__(_("This code is incorrect. Enter the code from our latest email to you."))


def ask_for_code(request: HttpRequest, *, email: str, shown: str, at: datetime) -> None:
    """Request a code for an address, and store the request in the session.

    Codes that were sent before stay valid. `shown` is the address as the page displays it.

    Raises TooManyAttempts and CodeNotSent.
    """
    email = normalise_address(email)
    count_asking_for_code(network=network_of(request), at=at)
    ends_at = current_period(PERIOD, _exactly(email), within=SENT_AGAIN_AFTER, at=at)
    seed = ends_at.isoformat()
    try:
        current_app.send_task(
            SEND,
            (email, seed),
            queue=QUEUE,
            expires=CODE_LIFETIME.total_seconds(),
            ignore_result=True,
        )
    except OperationalError as trouble:
        raise CodeNotSent from trouble
    asked = request.session.get(SESSION_KEY, {})
    earlier = asked["codes"] if asked.get("email") == email else {}
    valid_until = (ends_at + CODE_LIFETIME - SENT_AGAIN_AFTER).timestamp()
    request.session[SESSION_KEY] = {
        "email": email,
        "shown": shown,
        "codes": {**earlier, seed: valid_until},
    }


def pending_code_request(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    """Return the request made in this browser: `email`, and `shown`, the address as displayed.

    `codes` has the seeds of its valid codes. Raises CodeExpired.
    """
    asked: dict[str, Any] = request.session.get(SESSION_KEY, {"codes": {}})
    codes = {seed: until for seed, until in asked["codes"].items() if until > at.timestamp()}
    if not codes:
        request.session.pop(SESSION_KEY, None)
        raise CodeExpired
    return {**asked, "codes": codes}


def user_for_code(request: HttpRequest, *, typed: str, at: datetime) -> User:
    """Return the user whose code was typed. The code cannot be used again.

    A code for staff, or for an address without an account, never works. Raises TooManyAttempts,
    CodeExpired and WrongCode.
    """
    asked = pending_code_request(request, at=at)
    email = asked["email"]
    tried = {
        "network": network_of(request),
        "email": email,
        "browser": known_browser(request, email=email),
    }
    count_typed_code(**tried, at=at)
    code = normalise_code(typed)
    seeds = [
        seed
        for seed in asked["codes"]
        if constant_time_compare(code, code_of(email=email, seed=seed))
    ]
    user = user_for_email(email)
    if user is None or not seeds:
        raise WrongCode
    del request.session[SESSION_KEY]
    if not is_first_use(code=seeds[0], account=_exactly(email), lasts=CODE_LIFETIME, at=at):
        raise CodeExpired
    forget_typed_codes(**tried)
    # The next request gets a new code at once.
    reset_attempts(PERIOD, _exactly(email))
    return user


def record_email(request: HttpRequest, user: User, *, method: str) -> None:
    """Record in the session that it began with an e-mail, which is never enough for staff.

    `method` is METHOD or LINK_METHOD.
    """
    record_authentication(request, user, method)


def has_typed_code_since(request: HttpRequest, since: datetime) -> bool:
    """Return whether the signed-in person has typed a code from an e-mail since a time."""
    records = request.session.get(AUTHENTICATION_METHODS_KEY, [])
    return any(
        record.get("method") == METHOD and record["at"] >= since.timestamp() for record in records
    )


def may_be_staff(request: HttpRequest) -> bool:
    """Return whether a session belongs to staff, and began in a way that is open to staff.

    That is never an e-mail. With single sign-on, it is the provider.
    """
    records = request.session.get(AUTHENTICATION_METHODS_KEY, [])
    came_by_mail = any(record.get("method") in (METHOD, LINK_METHOD) for record in records)
    is_staff: bool = getattr(request.user, "is_staff", False)
    return is_staff and not came_by_mail and came_as_required(request)


def user_for_email(email: str) -> User | None:
    """Return the account of an address if it may sign in with a code: active and not staff."""
    accounts = User.objects.filter(is_active=True, is_staff=False, is_superuser=False)
    return accounts.alias(address=Lower("email")).filter(address=normalise_address(email)).first()


def code_of(*, email: str, seed: str) -> str:
    """Return the code to send to an address, computed from the seed in the session."""
    return make_code("accounts.sign_in_codes", f"{seed} {normalise_address(email)}")


def send_code(*, email: str, seed: str, at: datetime) -> bool:
    """Send a code to a user in their language, once; return whether it was sent.

    Nothing is sent to an address without such an account, because the person who typed it may not
    be its owner.
    """
    user = user_for_email(email)
    this = f"{_exactly(email)} {seed}"
    if user is None or count_attempt(SENT, this, within=CODE_LIFETIME, at=at) > 1:
        return False
    try:
        _code_mail(user, code_of(email=email, seed=seed)).send()
    except Exception:
        # The task tries again, or the person does.
        reset_attempts(SENT, this)
        raise
    return True


def _code_mail(user: User, code: str) -> EmailMessage:
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
    return mail


def _exactly(email: str) -> str:
    """Return an address in a form that is counted apart from other spellings.

    A spelling with a Turkish ı belongs to nobody. If it were counted as the same, it would keep
    the owner of the address from getting an e-mail.
    """
    return normalise_address(email).encode().hex()


def _as_shown(code: str) -> str:
    """Return a code in two groups that keep their order in right-to-left text."""
    mark = "\N{LEFT-TO-RIGHT MARK}" if get_language_bidi() else ""
    return f"{mark}{code[:4]}-{code[4:]}"
