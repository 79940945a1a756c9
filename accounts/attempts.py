"""How often somebody may try to prove who they are."""

from datetime import datetime, timedelta

from accounts.limits import Attempt, TooManyAttempts, count_attempt, count_attempts, forget_attempts
from accounts.models import User

WITHIN = timedelta(minutes=15)
# A mission's whole office may stand behind one address.
ATTEMPTS_OF_A_NETWORK = 50
ATTEMPTS_AT_AN_ACCOUNT = 10
# Each is a row of a session, for whoever asks.
PASSKEYS_ASKED_FOR_BY_A_NETWORK = 300
# Codes by mail, in an hour. Of one network for one address few, so that nobody is flooded with
# mail; from all together more, so that a stranger keeps nobody from asking for theirs.
CODES_FOR_AN_ADDRESS_BY_A_NETWORK = 5
CODES_FOR_AN_ADDRESS = 20
CODES_FOR_A_NETWORK = 60
CODES_WITHIN = timedelta(hours=1)
# As long as the code of an app is taken: its own half minute, and the one to either side.
CODE_LASTS = timedelta(seconds=90)


def count_sign_in(*, network: str, email: str, at: datetime) -> None:
    """Count an attempt at a password, by network and by account.

    Raises TooManyAttempts.
    """
    count_attempt("sign-in-network", network, limit=ATTEMPTS_OF_A_NETWORK, within=WITHIN, at=at)
    count_attempt("sign-in-account", email, limit=ATTEMPTS_AT_AN_ACCOUNT, within=WITHIN, at=at)


def forget_sign_ins(*, email: str) -> None:
    """Begin to count anew, since somebody knew the password."""
    forget_attempts("sign-in-account", email)


def count_second_factor(*, network: str, user: User | None, at: datetime) -> None:
    """Count an attempt at a code or with a passkey, by network and by account.

    Whoever comes with a passkey alone names an account that need not be theirs: nobody's attempts
    are counted then but the network's, so that strangers keep nobody out.

    Raises TooManyAttempts.
    """
    count_attempts(
        Attempt("second-factor-network", network, ATTEMPTS_OF_A_NETWORK),
        Attempt("second-factor-account", str(user.pk) if user else "", ATTEMPTS_AT_AN_ACCOUNT),
        within=WITHIN,
        at=at,
    )


def count_asking_for_passkey(*, network: str, at: datetime) -> None:
    """Count that somebody begins to sign in by a passkey alone.

    Raises TooManyAttempts.
    """
    count_attempt(
        "passkey-network", network, limit=PASSKEYS_ASKED_FOR_BY_A_NETWORK, within=WITHIN, at=at
    )


def count_asking_for_code(*, network: str, email: str, at: datetime) -> None:
    """Count that a code is to be sent to an address, which need not be one of ours.

    Raises TooManyAttempts.
    """
    count_attempts(
        Attempt("code-by-mail-network", network, CODES_FOR_A_NETWORK),
        Attempt("code-by-mail-address", email, CODES_FOR_AN_ADDRESS),
        Attempt("code-by-mail-both", f"{network} {email}", CODES_FOR_AN_ADDRESS_BY_A_NETWORK),
        within=CODES_WITHIN,
        at=at,
    )


def forget_asking_for_code(*, network: str, email: str) -> None:
    """Begin to count anew for an address in a network, since nothing could be sent."""
    forget_attempts("code-by-mail-both", f"{network} {email}")


def count_typed_code(*, network: str, seed: str, at: datetime) -> int:
    """Count an attempt at a code from a mail, and return how many there were at this one.

    Raises TooManyAttempts where they are too many of a network, at whichever codes.
    """
    _of_network, at_this_code = count_attempts(
        Attempt("typed-code-network", network, ATTEMPTS_OF_A_NETWORK),
        Attempt("typed-code", seed),
        within=WITHIN,
        at=at,
    )
    return at_this_code


def forget_second_factors(*, user: User) -> None:
    """Begin to count anew, since somebody proved a second factor."""
    forget_attempts("second-factor-account", str(user.pk))


def is_first_use(*, code: str, user: User, at: datetime) -> bool:
    """Tell whether the code of an app is used for the first time, and remember that it was.

    Where the cache is away each use is the first, like every attempt.
    """
    try:
        count_attempt("code", f"{user.pk} {code}", limit=1, within=CODE_LASTS, at=at)
    except TooManyAttempts:
        return False
    return True
