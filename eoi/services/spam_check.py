"""Signs that an Expression of Interest was sent by a robot.

Such an EOI is kept, and marked with the reason. It is refused only beyond a high limit for each
network.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing

from core.rate_limits import (
    HOUR,
    Attempt,
    TooManyAttempts,
    count_attempt,
    count_attempts,
    release_attempts,
)
from members.models import Member, SpamSignal

SALT = "eoi.services.spam_check"
# No person fills in the form in less.
MIN_FILLING_TIME = timedelta(seconds=4)
# The limit beyond which a network is refused, in multiples of the suspicious number.
HARD_LIMIT_FACTOR = 10
# Links to drafts for one address in an hour: requested by one network, and by all networks.
DRAFTS_PER_ADDRESS_BY_A_NETWORK = 5
DRAFTS_PER_ADDRESS = 20
# Loopback as `network_of` writes it: an own proxy that TRUSTED_PROXIES does not count, behind
# which every visitor would be one network.
LOOPBACK_NETWORKS = ("127.0.0.1", "::/64")


def signed_start_time(at: datetime) -> str:
    """Return the time at which a form was opened, signed."""
    return signing.Signer(salt=SALT).sign(str(int(at.timestamp())))


def check_for_spam(
    *,
    trap: str,
    handed_out: str,
    submission_key: str,
    network: str,
    email: str,
    alternate_email: str = "",
    at: datetime,
) -> SpamSignal | None:
    """Count an attempt to send an EOI, and return what is suspicious about it.

    `trap` is the value of the hidden field, `handed_out` that of `signed_start_time`. A form that
    was received before does not count again.

    Raises TooManyAttempts beyond the high limit of a network.
    """
    crowd = _count(submission_key, network, [email, alternate_email], at)
    if trap:
        return SpamSignal.HONEYPOT
    try:
        since = _handed_out_at(handed_out)
    except signing.BadSignature:
        return SpamSignal.TAMPERED
    if crowd is None and since is not None and at - since < MIN_FILLING_TIME:
        return SpamSignal.TOO_FAST
    return crowd


def count_draft(*, email: str, network: str, at: datetime) -> None:
    """Count a draft that will be saved, since its link is sent to an unconfirmed address.

    What is refused to a network does not count for the address: a stranger cannot keep its owner
    from a draft.

    Raises TooManyAttempts: unlike an EOI, a draft misses no deadline by waiting.
    """
    is_network = network not in LOOPBACK_NETWORKS
    count_attempts(
        Attempt("draft-address-by-network", f"{network} {email}", DRAFTS_PER_ADDRESS_BY_A_NETWORK),
        Attempt("draft-network", network if is_network else "", settings.EOI_PER_NETWORK),
        within=HOUR,
        at=at,
    )
    count_attempts(Attempt("draft-address", email, DRAFTS_PER_ADDRESS), within=HOUR, at=at)


def _handed_out_at(signed: str) -> datetime | None:
    """Return when a form was opened, or None where it does not say. Raises BadSignature."""
    if not signed:
        return None
    seconds = signing.Signer(salt=SALT).unsign(signed)
    return datetime.fromtimestamp(int(seconds), tz=UTC)


def _count(
    submission_key: str, network: str, addresses: list[str], at: datetime
) -> SpamSignal | None:
    """Count one EOI for its network and for each of its addresses.

    The number for an address alone refuses nobody, since anyone can type any address; the number
    for an address and a network does.
    """
    is_network = network not in LOOPBACK_NETWORKS
    form = Attempt("eoi-form", submission_key)
    crowd = (
        *(Attempt("eoi-address", address) for address in addresses),
        Attempt(
            "eoi-network",
            network if is_network else "",
            settings.EOI_PER_NETWORK * HARD_LIMIT_FACTOR,
        ),
    )
    try:
        of_form, *of_addresses, of_network = count_attempts(form, *crowd, within=HOUR, at=at)
    except TooManyAttempts:
        if not _has_arrived(submission_key):
            raise
        release_attempts(*crowd)
        return None
    # A form that was not received was refused, or is being sent at this moment: it counts.
    if of_form > 1 and _has_arrived(submission_key):
        release_attempts(*crowd)
        return None
    spam_signal = None
    for address, number in zip(addresses, of_addresses, strict=True):
        if number > settings.EOI_PER_ADDRESS:
            spam_signal = SpamSignal.ADDRESS
            count_attempt(
                "eoi-address-from-network",
                f"{network} {address}",
                limit=settings.EOI_PER_ADDRESS * HARD_LIMIT_FACTOR,
                within=HOUR,
                at=at,
            )
    if of_network > settings.EOI_PER_NETWORK:
        spam_signal = SpamSignal.NETWORK
    return spam_signal


def _has_arrived(submission_key: str) -> bool:
    return Member.objects.filter(submission_key=submission_key).exists()
