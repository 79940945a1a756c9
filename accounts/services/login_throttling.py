"""Rate limits on attempts to sign in.

Anybody can type the address of an account. So attempts are counted separately for each network.
There is also a limit for all networks together. A browser in which the user has signed in before
is counted separately, and may still try when that limit is reached. See
`accounts.services.known_browsers`.
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
# The whole office of a mission may share one IP address.
ATTEMPTS_OF_A_NETWORK = 50
# For one network, or one browser that has signed in before.
ATTEMPTS_AT_AN_ACCOUNT = 10
# For all networks together, per hour.
PASSWORDS_FROM_EVERYWHERE = 100
# Fewer, because a code has six digits: as many as one network may try per hour.
SECOND_FACTORS_FROM_EVERYWHERE = 40
# Each one creates a row in the session table, for anyone who asks.
PASSKEYS_ASKED_FOR_BY_A_NETWORK = 300
# Codes by e-mail, per hour. One network may ask for only a few codes for one address, so that
# nobody is flooded with e-mail; all networks together may ask for more.
CODES_FOR_AN_ADDRESS_BY_A_NETWORK = 5
CODES_FOR_AN_ADDRESS = 20
CODES_FOR_A_NETWORK = 60
# How long the code of an app is accepted: its own half minute, and the one before and after.
CODE_LASTS = timedelta(seconds=90)


class Limits(NamedTuple):
    """How many attempts of one kind are allowed."""

    scope: str
    within: timedelta
    by_a_network: int
    # For one network, or one browser that has signed in to the account before.
    at_an_account: int
    # For all networks together, per hour.
    from_everywhere: int


PASSWORDS: Final = Limits(
    "sign-in", WINDOW, ATTEMPTS_OF_A_NETWORK, ATTEMPTS_AT_AN_ACCOUNT, PASSWORDS_FROM_EVERYWHERE
)
SECOND_FACTORS: Final = Limits(
    "second-factor",
    WINDOW,
    ATTEMPTS_OF_A_NETWORK,
    ATTEMPTS_AT_AN_ACCOUNT,
    SECOND_FACTORS_FROM_EVERYWHERE,
)
CODES_BY_MAIL: Final = Limits(
    "code-by-mail",
    HOUR,
    CODES_FOR_A_NETWORK,
    CODES_FOR_AN_ADDRESS_BY_A_NETWORK,
    CODES_FOR_AN_ADDRESS,
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
    network's attempts are counted, so that strangers cannot lock anybody out.

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
        "passkey-network", network, limit=PASSKEYS_ASKED_FOR_BY_A_NETWORK, within=WINDOW, at=at
    )


def count_asking_for_code(*, network: str, email: str, browser: str, at: datetime) -> None:
    """Count a request to send a code to an address, which may have no account.

    Raises TooManyAttempts.
    """
    meanwhile = _(
        "Until then, request the code from a browser that you have signed in with before."
    )
    _count(CODES_BY_MAIL, network, email, browser, meanwhile, at)


def forget_asking_for_code(*, network: str, email: str, browser: str) -> None:
    """Reset the count for an address, because nothing could be sent."""
    _forget(CODES_BY_MAIL, network, email, browser)


def count_typed_code(*, network: str, seed: str, at: datetime) -> int:
    """Count an attempt to enter a code from an e-mail; return the number of attempts at this code.

    Raises TooManyAttempts if the network has made too many attempts at any codes.
    """
    _of_network, at_this_code = count_attempts(
        Attempt("typed-code-network", network, ATTEMPTS_OF_A_NETWORK),
        Attempt("typed-code", seed),
        within=WINDOW,
        at=at,
    )
    return at_this_code


def is_first_use(*, code: str, user: User, at: datetime) -> bool:
    """Return whether an app's code is used for the first time, and record that it was used."""
    try:
        count_attempt("code", f"{user.pk} {code}", limit=1, within=CODE_LASTS, at=at)
    except TooManyAttempts:
        return False
    return True


def _count(
    limits: Limits, network: str, account: str, browser: str, meanwhile: str, at: datetime
) -> None:
    of_network = Attempt(f"{limits.scope}-network", network, limits.by_a_network)
    if browser:
        of_browser = Attempt(f"{limits.scope}-browser", browser, limits.at_an_account)
        count_attempts(of_network, of_browser, within=limits.within, at=at)
        return
    at_account = Attempt(
        f"{limits.scope}-account-by-network",
        account and f"{network} {account}",
        limits.at_an_account,
        meanwhile,
    )
    count_attempts(of_network, at_account, within=limits.within, at=at)
    # Counted last, so that one persistent network does not use up the limit of all networks.
    from_everywhere = Attempt(f"{limits.scope}-account", account, limits.from_everywhere, meanwhile)
    count_attempts(from_everywhere, within=HOUR, at=at)


def _forget(limits: Limits, network: str, account: str, browser: str) -> None:
    """Reset the attempts of a browser or network; attempts from other networks stay counted."""
    if browser:
        reset_attempts(f"{limits.scope}-browser", browser)
        return
    reset_attempts(f"{limits.scope}-account-by-network", f"{network} {account}")
    release_attempts(Attempt(f"{limits.scope}-account", account))


def _another_way_for_staff() -> str:
    return _("Until then, use a browser that you have signed in with before, or a passkey.")
