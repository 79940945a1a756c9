"""What makes an Expression of Interest look as if no person had sent it.

Such an EOI is kept and marked with the reason. Refused is only what comes from one network far
beyond what people there could send.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing

from core.rate_limits import (
    Attempt,
    TooManyAttempts,
    count_attempt,
    count_attempts,
    release_attempts,
)
from members.models import Member, SpamSignal

SALT = "eoi.services.spam_check"
# Nobody reads and fills in the form in less.
MIN_FILLING_TIME = timedelta(seconds=4)
HOUR = timedelta(hours=1)
# From one network, this many times what makes it suspicious is refused.
HARD_LIMIT_FACTOR = 10
# As many links to drafts as one address is sent in an hour: asked for by one network, and by all.
DRAFTS_PER_ADDRESS_BY_A_NETWORK = 5
DRAFTS_PER_ADDRESS = 20
# Loopback as `network_of` writes it: a proxy of ours that TRUSTED_PROXIES does not know of, so
# that everybody in the world would be one network.
LOOPBACK_NETWORKS = ("127.0.0.1", "::/64")


def signed_start_time(at: datetime) -> str:
    """Return the time at which a form was handed out, signed."""
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
    """Count an EOI that somebody wants to send, and return what is suspicious about it.

    `trap` is what was typed where people type nothing, `handed_out` what `signed_start_time` gave.
    A form that has arrived does not count when it is sent again.

    Raises TooManyAttempts where even a crowd behind one address would not send so many.
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
    """Count a draft that is to be saved, since its link is mailed to whatever was typed.

    What its network may not ask for does not count for the others: one stranger does not keep
    the owner of an address from a draft.

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
    """Return when a form was handed out, however long ago; None for one that never was.

    Raises BadSignature where it was not we who said so.
    """
    if not signed:
        return None
    seconds = signing.Signer(salt=SALT).unsign(signed)
    return datetime.fromtimestamp(int(seconds), tz=UTC)


def _count(
    submission_key: str, network: str, addresses: list[str], at: datetime
) -> SpamSignal | None:
    """Count one EOI of a network and for each address that it has us write to.

    An address refuses nobody by itself, since anyone can type anyone's: it would keep its owner
    out. Together with the network it does.
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
    # What has not arrived was refused, or is under way at this moment: it counts.
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
