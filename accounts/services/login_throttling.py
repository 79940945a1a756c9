"""How often somebody may try to prove who they are.

Anybody can type the address of an account. So what strangers try is counted for each network by
itself; what all networks together try ends with a limit too, but a browser in which somebody has
signed in to the account before is then still let try, and is counted by itself. See
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
# A mission's whole office may stand behind one address.
ATTEMPTS_OF_A_NETWORK = 50
# By one network, or by one browser that has signed in before.
ATTEMPTS_AT_AN_ACCOUNT = 10
# By all networks together, in an hour.
PASSWORDS_FROM_EVERYWHERE = 100
# Fewer, since a code has six digits: as many as one network may try in an hour.
SECOND_FACTORS_FROM_EVERYWHERE = 40
# Each is a row of a session, for whoever asks.
PASSKEYS_ASKED_FOR_BY_A_NETWORK = 300
# Codes by mail, in an hour. Of one network for one address few, so that nobody is flooded with
# mail; from all together more.
CODES_FOR_AN_ADDRESS_BY_A_NETWORK = 5
CODES_FOR_AN_ADDRESS = 20
CODES_FOR_A_NETWORK = 60
# As long as the code of an app is taken: its own half minute, and the one to either side.
CODE_LASTS = timedelta(seconds=90)


class Limits(NamedTuple):
    """How many attempts are let through, of one kind."""

    scope: str
    within: timedelta
    by_a_network: int
    # By one network, or by one browser that has signed in to the account before.
    at_an_account: int
    # By all networks together, in an hour.
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
    """Count an attempt at a password, whether or not there is such an account.

    Raises TooManyAttempts.
    """
    _count(PASSWORDS, network, email, browser, _another_way_for_staff(), at)


def reset_sign_ins(*, network: str, email: str, browser: str) -> None:
    """Reset the count, since somebody knew the password."""
    _forget(PASSWORDS, network, email, browser)


def count_second_factor(*, network: str, user: User | None, browser: str, at: datetime) -> None:
    """Count an attempt at a code or with a passkey.

    Whoever comes with a passkey alone names an account that need not be theirs: nobody's attempts
    are counted then but the network's, so that strangers keep nobody out.

    Raises TooManyAttempts.
    """
    account = str(user.pk) if user else ""
    _count(SECOND_FACTORS, network, account, browser, _another_way_for_staff(), at)


def forget_second_factors(*, network: str, user: User, browser: str) -> None:
    """Reset the count, since somebody proved a second factor."""
    _forget(SECOND_FACTORS, network, str(user.pk), browser)


def count_asking_for_passkey(*, network: str, at: datetime) -> None:
    """Count that somebody begins to sign in by a passkey alone.

    Raises TooManyAttempts.
    """
    count_attempt(
        "passkey-network", network, limit=PASSKEYS_ASKED_FOR_BY_A_NETWORK, within=WINDOW, at=at
    )


def count_asking_for_code(*, network: str, email: str, browser: str, at: datetime) -> None:
    """Count that a code is to be sent to an address, which may have no account.

    Raises TooManyAttempts.
    """
    meanwhile = _("Until then, ask in a browser in which you have signed in before.")
    _count(CODES_BY_MAIL, network, email, browser, meanwhile, at)


def forget_asking_for_code(*, network: str, email: str, browser: str) -> None:
    """Reset the count for an address, since nothing could be sent."""
    _forget(CODES_BY_MAIL, network, email, browser)


def count_typed_code(*, network: str, seed: str, at: datetime) -> int:
    """Count an attempt at a code from a mail, and return how many there were at this one.

    Raises TooManyAttempts where they are too many of a network, at whichever codes.
    """
    _of_network, at_this_code = count_attempts(
        Attempt("typed-code-network", network, ATTEMPTS_OF_A_NETWORK),
        Attempt("typed-code", seed),
        within=WINDOW,
        at=at,
    )
    return at_this_code


def is_first_use(*, code: str, user: User, at: datetime) -> bool:
    """Tell whether the code of an app is used for the first time, and remember that it was."""
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
    # Afterwards: one network that goes on and on does not use up what all have together.
    from_everywhere = Attempt(f"{limits.scope}-account", account, limits.from_everywhere, meanwhile)
    count_attempts(from_everywhere, within=HOUR, at=at)


def _forget(limits: Limits, network: str, account: str, browser: str) -> None:
    """Forget what a browser or a network tried; what strangers tried elsewhere stays counted."""
    if browser:
        reset_attempts(f"{limits.scope}-browser", browser)
        return
    reset_attempts(f"{limits.scope}-account-by-network", f"{network} {account}")
    release_attempts(Attempt(f"{limits.scope}-account", account))


def _another_way_for_staff() -> str:
    return _("Until then, use a browser in which you have signed in before, or a passkey.")
