"""Record attempts to sign in and readings of personal data by staff, for observers."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, NamedTuple, NotRequired, TypedDict, Unpack
from zoneinfo import ZoneInfo

from allauth.account.internal.flows.login import get_authentication_records
from django.core.exceptions import ValidationError
from django.db import Error
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import override

from accounts.models import (
    AccountKind,
    ListReading,
    ReadingEvent,
    ReadingKind,
    SignInEvent,
    SignInMethod,
    SignInOutcome,
    User,
)
from accounts.services.known_browsers import browser_in_words
from accounts.services.sign_in_codes import LINK_METHOD, METHOD, CodeExpired, WrongCode
from accounts.services.single_sign_on import METHOD as SINGLE_SIGN_ON
from core.addresses import normalise_address
from core.dates import GENEVA, start_of_quarter_hour
from core.rate_limits import TooManyAttempts, network_of

logger = logging.getLogger(__name__)

NETWORK_HASH_LENGTH: Final = 12
# The key of an export, which contains many records.
MANY_RECORDS: Final = 0
# The kind of record of an export of the audit, which is of all kinds.
AUDIT: Final = "audit"


def record_sign_in(request: HttpRequest, user: User, *, at: datetime) -> None:
    """Record that a user has signed in, with the method that their session says."""
    _record(request, user, _method_of(request, user), SignInOutcome.SUCCEEDED, at)


class SignInAttempt(TypedDict):
    """What somebody tried: how, when, and at which account, given itself or by its address."""

    method: SignInMethod
    at: datetime
    user: NotRequired[User]
    email: NotRequired[str]


def record_failure(
    request: HttpRequest, *, outcome: SignInOutcome, **attempt: Unpack[SignInAttempt]
) -> None:
    """Record that somebody could not sign in.

    It looks up any address, so that the time that it takes does not show which have an account.
    """
    user = attempt.get("user")
    # No database accepts this character.
    email = normalise_address(attempt.get("email", "").replace("\0", ""))
    if user is None and email:
        user = User.objects.filter(email__iexact=email).first()
    if outcome == SignInOutcome.WRONG and user is not None and not user.is_active:
        outcome = SignInOutcome.INACTIVE
    _record(request, user, attempt["method"], outcome, attempt["at"])


@contextmanager
def failures_recorded(request: HttpRequest, **attempt: Unpack[SignInAttempt]) -> Iterator[None]:
    """Record a refusal that is raised in this block, and raise it again."""
    try:
        yield
    except TooManyAttempts:
        record_failure(request, outcome=SignInOutcome.TOO_MANY, **attempt)
        raise
    except CodeExpired:
        record_failure(request, outcome=SignInOutcome.EXPIRED, **attempt)
        raise
    except (ValidationError, WrongCode):
        record_failure(request, outcome=SignInOutcome.WRONG, **attempt)
        raise


def method_of_second_step(request: HttpRequest) -> SignInMethod:
    """Return whether a second factor completes a sign-in, or confirms a session that is open."""
    is_open = request.user.is_authenticated
    return SignInMethod.CONFIRMATION if is_open else SignInMethod.SECOND_FACTOR


def hash_of_network(network: str, *, secret: str | None = None) -> str:
    """Return a keyed hash of a network: the same for the same network.

    `secret` is the SECRET_KEY of that time, by default the present one.
    """
    if not network:
        return ""
    digest: str = salted_hmac(
        "accounts.sign_in_events", network, secret=secret, algorithm="sha256"
    ).hexdigest()
    return digest[:NETWORK_HASH_LENGTH]


def _method_of(request: HttpRequest, user: User) -> SignInMethod:
    # A password without a second factor is recorded in the session only later.
    records = get_authentication_records(request, user)
    last = records[-1] if records else {}
    if any(record.get("method") == SINGLE_SIGN_ON for record in records):
        return SignInMethod.SINGLE_SIGN_ON
    if last.get("method") == METHOD:
        return SignInMethod.CODE
    if last.get("method") == LINK_METHOD:
        return SignInMethod.PRIVATE_LINK
    if last.get("method") == "mfa":
        is_alone = last.get("passwordless", False)
        return SignInMethod.PASSKEY if is_alone else SignInMethod.SECOND_FACTOR
    return SignInMethod.PASSWORD


def _record(
    request: HttpRequest,
    user: User | None,
    method: SignInMethod,
    outcome: SignInOutcome,
    at: datetime,
) -> None:
    """Write one row. If the database refuses it, the person still signs in."""
    with override("en"):
        browser = browser_in_words(request.META.get("HTTP_USER_AGENT", ""))
    is_refusal = outcome == SignInOutcome.TOO_MANY
    event = SignInEvent(
        at=at,
        user=user,
        account_kind=_kind_of(user),
        method=method,
        outcome=outcome,
        browser=browser,
        network=hash_of_network(network_of(request)),
        quarter_at=start_of_quarter_hour(at) if is_refusal else None,
    )
    try:
        SignInEvent.objects.bulk_create([event], ignore_conflicts=is_refusal)
    except Error as trouble:
        logger.warning("A sign-in was not recorded: %s", type(trouble).__name__)


def _kind_of(user: User | None) -> AccountKind:
    if user is None:
        return AccountKind.UNKNOWN
    return AccountKind.STAFF if user.is_staff or user.is_superuser else AccountKind.FOCAL_POINT


class RecordRead(NamedTuple):
    """A record that was read: the label of its model, its key, and how it was read."""

    record_type: str
    record_pk: int
    kind: ReadingKind = ReadingKind.PAGE


def record_reading(records: Iterable[RecordRead], *, by: User, at: datetime) -> None:
    """Record with one statement that a person read some records.

    The same record in the same quarter of an hour is stored once. If the database refuses the
    statement, the page is shown all the same.
    """
    events = [
        ReadingEvent(at=at, quarter_at=start_of_quarter_hour(at), by=by, **record._asdict())
        for record in records
    ]
    try:
        ReadingEvent.objects.bulk_create(events, ignore_conflicts=True)
    except Error as trouble:
        logger.warning("A reading was not recorded: %s", type(trouble).__name__)


def record_list_reading(
    record_type: str,
    *,
    row_count: int,
    kind: ReadingKind = ReadingKind.PAGE,
    by: User,
    at: datetime,
) -> None:
    """Add the rows of a list that a person saw or exported to their number of the day.

    An empty page counts as a page. If the database refuses the statement, the page is shown all
    the same.
    """
    day = at.astimezone(ZoneInfo(GENEVA)).date()
    try:
        ListReading.objects.add_rows(
            row_count, by=by, record_type=record_type, kind=kind, day=day, at=at
        )
    except Error as trouble:
        logger.warning("A reading of a list was not recorded: %s", type(trouble).__name__)
