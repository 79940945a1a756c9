"""Rate limits on attempts to sign in, which slow strangers down and shut nobody out.

Anybody can type the address of an account, from any number of networks. So each network has
attempts of its own at an account: ten in a quarter of an hour. Once many attempts were made at the
account within a day, each network has only a few a day, and in the end one (`Limits.steps`). The
owner, whose network has not failed, signs in at once all the same. A browser in which the user has
signed in before is counted separately (`accounts.services.known_browsers`).

What an attacker with N networks can try at one account in a day; an IPv6 /48 is as much as four:

- Passwords: 100 + 5 N up to 2,400, then one for each network. With 300 networks these are 1,600.
- Second factors: 40 + 3 N, and never more than 960, because a code has six digits, of which three
  are valid: a chance of 0.3 % a day. Above that, codes are refused in an unknown browser. A passkey
  alone is not, because it cannot be guessed. All this needs the password first.
- Codes by e-mail: as passwords, of 1.5 × 10^11.

A limit for all networks of 100 passwords an hour, 2,400 a day, would let ten networks shut the
owner out.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import User
from core.rate_limits import (
    HOUR,
    Attempt,
    TooManyAttempts,
    count_attempt,
    count_attempts,
    release_attempts,
    reset_attempts,
)

WINDOW = timedelta(minutes=15)
DAY: Final = timedelta(days=1)
# The whole office of a mission may share one IP address.
ATTEMPTS_OF_A_NETWORK = 50
# For one network, or one browser that has signed in before.
ATTEMPTS_AT_AN_ACCOUNT = 10
# Each one creates a row in the session table, for anyone who asks.
PASSKEYS_ASKED_FOR_BY_A_NETWORK = 300
CODES_ASKED_FOR_BY_A_NETWORK = 60
# At the family name that belongs to a private link, per hour.
FAMILY_NAMES_OF_A_LINK = 5
# How long the code of an app is accepted: its own half minute, and the one before and after.
CODE_LASTS = timedelta(seconds=90)


class Step(NamedTuple):
    """With more than `attempts` at an account in a day, each network has only `of_a_network`."""

    attempts: int
    of_a_network: int


class Limits(NamedTuple):
    """How many attempts of one kind are allowed: in `WINDOW`, and in a day by `steps`."""

    scope: str
    by_a_network: int
    # For one network, or one browser that has signed in to the account before.
    at_an_account: int
    steps: tuple[Step, ...]


PASSWORDS: Final = Limits(
    "sign-in", ATTEMPTS_OF_A_NETWORK, ATTEMPTS_AT_AN_ACCOUNT, (Step(2400, 1), Step(100, 5))
)
SECOND_FACTORS: Final = Limits(
    "second-factor", ATTEMPTS_OF_A_NETWORK, ATTEMPTS_AT_AN_ACCOUNT, (Step(960, 0), Step(40, 3))
)
CODES_BY_MAIL: Final = Limits(
    "typed-code", ATTEMPTS_OF_A_NETWORK, ATTEMPTS_AT_AN_ACCOUNT, (Step(2400, 1), Step(100, 5))
)


def count_sign_in(*, network: str, email: str, browser: str, at: datetime) -> None:
    """Count an attempt to enter a password, whether or not the account exists.

    Raises TooManyAttempts.
    """
    _count(PASSWORDS, network, email, browser, _another_way_for_staff(), at)


def reset_sign_ins(*, network: str, email: str, browser: str) -> None:
    """Reset the count after a correct password."""
    _forget(PASSWORDS, network, email, browser)


def count_second_factor(*, network: str, user: User | None, browser: str, at: datetime) -> None:
    """Count an attempt to enter a code or to use a passkey.

    A person who signs in with only a passkey may name another person's account. Then only the
    network's attempts are counted, so that strangers cannot slow anybody down.

    Raises TooManyAttempts.
    """
    account = str(user.pk) if user else ""
    _count(SECOND_FACTORS, network, account, browser, _another_way_for_staff(), at)


def forget_second_factors(*, network: str, user: User, browser: str) -> None:
    """Reset the count after a correct second factor."""
    _forget(SECOND_FACTORS, network, str(user.pk), browser)


def count_asking_for_passkey(*, network: str, at: datetime) -> None:
    """Count the start of a sign-in with only a passkey.

    Raises TooManyAttempts.
    """
    count_attempt(
        "passkey-network",
        network=network,
        limit=PASSKEYS_ASKED_FOR_BY_A_NETWORK,
        within=WINDOW,
        at=at,
    )


def count_asking_for_code(*, network: str, at: datetime) -> None:
    """Count a request to send a code to any address.

    Raises TooManyAttempts.
    """
    count_attempt(
        "code-by-mail-network",
        network=network,
        limit=CODES_ASKED_FOR_BY_A_NETWORK,
        within=HOUR,
        at=at,
    )


def count_typed_code(*, network: str, email: str, browser: str, at: datetime) -> None:
    """Count an attempt to enter a code from an e-mail to an address.

    Raises TooManyAttempts.
    """
    meanwhile = _("Until then, use a browser that you have signed in with before.")
    _count(CODES_BY_MAIL, network, email, browser, meanwhile, at)


def forget_typed_codes(*, network: str, email: str, browser: str) -> None:
    """Reset the count after a correct code from an e-mail."""
    _forget(CODES_BY_MAIL, network, email, browser)


def count_family_name(*, focal_point_pk: int, at: datetime) -> None:
    """Count an attempt to enter the family name that belongs to a private link.

    Raises TooManyAttempts.
    """
    count_attempt(
        "family-name", str(focal_point_pk), limit=FAMILY_NAMES_OF_A_LINK, within=HOUR, at=at
    )


def is_first_use(*, code: str, account: str, lasts: timedelta, at: datetime) -> bool:
    """Return whether a code is used for the first time, and record that it was used."""
    try:
        count_attempt("code", f"{account} {code}", limit=1, within=lasts, at=at)
    except TooManyAttempts:
        return False
    return True


def _count(
    limits: Limits, network: str, account: str, browser: str, meanwhile: str, at: datetime
) -> None:
    of_network = Attempt(f"{limits.scope}-network", limit=limits.by_a_network, network=network)
    if browser:
        of_browser = Attempt(f"{limits.scope}-browser", browser, limits.at_an_account)
        count_attempts(of_network, of_browser, within=WINDOW, at=at)
        return
    if not account:
        count_attempts(of_network, within=WINDOW, at=at)
        return
    at_account = Attempt(
        f"{limits.scope}-account-by-network", account, limits.at_an_account, meanwhile, network
    )
    count_attempts(of_network, at_account, within=WINDOW, at=at)
    of_the_day, from_everywhere = _of_the_day(limits, network, account)
    [number] = count_attempts(from_everywhere, within=DAY, at=at)
    allowed = next((step.of_a_network for step in limits.steps if number > step.attempts), None)
    try:
        count_attempts(of_the_day._replace(limit=allowed, meanwhile=meanwhile), within=DAY, at=at)
    except TooManyAttempts:
        # What is refused is no attempt, so one persistent network slows nobody else down.
        release_attempts(from_everywhere)
        raise


def _forget(limits: Limits, network: str, account: str, browser: str) -> None:
    """Reset the attempts of a browser or network; attempts from other networks stay counted."""
    if browser:
        reset_attempts(f"{limits.scope}-browser", browser)
        return
    of_the_day, from_everywhere = _of_the_day(limits, network, account)
    for attempt in (of_the_day, of_the_day._replace(scope=f"{limits.scope}-account-by-network")):
        reset_attempts(attempt.scope, attempt.who, network=network)
    release_attempts(from_everywhere)


def _of_the_day(limits: Limits, network: str, account: str) -> tuple[Attempt, Attempt]:
    """Return the attempts at an account that count for a day: of a network, and of all networks."""
    return (
        Attempt(f"{limits.scope}-account-by-network-day", account, network=network),
        Attempt(f"{limits.scope}-account-day", account),
    )


def _another_way_for_staff() -> str:
    return _("Until then, use a browser that you have signed in with before, or a passkey.")
