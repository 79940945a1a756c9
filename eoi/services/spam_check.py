"""Detects Expressions of Interest that seem to come from a robot.

Such an EOI is stored and marked with the reason. It is refused only above a high limit for its
network.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

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
# No person can fill in the form faster.
MIN_FILLING_TIME = timedelta(seconds=4)
# A form that was opened before the time was signed for its key is accepted for this long. Drafts
# of that time have been sent or deleted then, and this can be removed.
UNBOUND_TIME_LIFETIME = timedelta(days=90)
# A network is refused above the suspicious number multiplied by this.
HARD_LIMIT_FACTOR = 10
# Links to drafts for one address per hour: requested by one network, and by all networks.
DRAFTS_PER_ADDRESS_BY_A_NETWORK = 5
DRAFTS_PER_ADDRESS = 20
# Corrections of the address of one EOI per hour.
CORRECTIONS_PER_EOI = 5
# Loopback as `network_of` writes it. If TRUSTED_PROXIES does not count a proxy on the same machine,
# all visitors seem to come from here.
LOOPBACK_NETWORKS = ("127.0.0.1", "::/64")


class SpamCheck(NamedTuple):
    """The suspicion about an EOI, if any, and its number among all EOIs of this hour.

    The number is 0 if the form was received before.
    """

    spam_signal: SpamSignal | None
    arrivals: int


def signed_start_time(submission_key: str, *, at: datetime) -> str:
    """Return the time at which a form was opened, signed for the key of the form."""
    return _signer(submission_key).sign(str(int(at.timestamp())))


def check_for_spam(
    *,
    trap: str,
    handed_out: str,
    submission_key: str,
    network: str,
    email: str,
    alternate_email: str = "",
    at: datetime,
) -> SpamCheck:
    """Count an attempt to send an EOI, and return the suspicion, if any, and the count of all EOIs.

    `trap` is the value of the hidden field, `handed_out` that of `signed_start_time`. If that is
    missing or was made for another key, the form counts as altered. A form that was received before
    is not counted again.

    Raises TooManyAttempts above the high limit of a network.
    """
    counted = _count(submission_key, network, [email, alternate_email], at)
    if trap:
        return counted._replace(spam_signal=SpamSignal.HONEYPOT)
    try:
        since = _handed_out_at(handed_out, submission_key, at)
    except signing.BadSignature:
        return counted._replace(spam_signal=SpamSignal.TAMPERED)
    if counted.spam_signal is None and at - since < MIN_FILLING_TIME:
        return counted._replace(spam_signal=SpamSignal.TOO_FAST)
    return counted


def count_draft(*, email: str, network: str, at: datetime) -> None:
    """Count a draft before it is saved, because its link is sent to an unconfirmed address.

    Attempts that are refused for their network are not counted for the address, so that an attacker
    cannot prevent its owner from saving drafts.

    Raises TooManyAttempts: unlike for an EOI, waiting does not make a draft miss a deadline.
    """
    is_network = network not in LOOPBACK_NETWORKS
    count_attempts(
        Attempt(
            "draft-address-by-network", email, DRAFTS_PER_ADDRESS_BY_A_NETWORK, network=network
        ),
        Attempt(
            "draft-network", limit=settings.EOI_PER_NETWORK, network=network if is_network else ""
        ),
        within=HOUR,
        at=at,
    )
    count_attempts(Attempt("draft-address", email, DRAFTS_PER_ADDRESS), within=HOUR, at=at)


def count_address_correction(*, reference: str, email: str, network: str, at: datetime) -> None:
    """Count a correction of an unconfirmed address, because a letter is sent to the new one.

    It counts for the address like an EOI. Raises TooManyAttempts.
    """
    is_network = network not in LOOPBACK_NETWORKS
    count_attempts(
        Attempt("eoi-correction", reference, CORRECTIONS_PER_EOI),
        Attempt(
            "eoi-correction-network",
            limit=settings.EOI_PER_NETWORK,
            network=network if is_network else "",
        ),
        within=HOUR,
        at=at,
    )
    count_attempts(Attempt("eoi-address", email, settings.EOI_PER_ADDRESS), within=HOUR, at=at)


def count_kept_form(*, network: str, at: datetime) -> None:
    """Count a form that is kept without an address, so that no network fills the disk.

    Raises TooManyAttempts. The form then works without being kept.
    """
    count_attempt(
        "kept-form",
        network=network if network not in LOOPBACK_NETWORKS else "",
        limit=settings.EOI_PER_NETWORK,
        within=HOUR,
        at=at,
    )


def _signer(submission_key: str) -> signing.Signer:
    return signing.Signer(salt=f"{SALT}.{submission_key}")


def _handed_out_at(signed: str, submission_key: str, at: datetime) -> datetime:
    """Return when a form was opened. Raises BadSignature."""
    try:
        return _time_of(_signer(submission_key).unsign(signed))
    except signing.BadSignature:
        since = _time_of(signing.Signer(salt=SALT).unsign(signed))
        if at - since > UNBOUND_TIME_LIFETIME:
            raise
        return since


def _time_of(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), tz=UTC)


def _count(submission_key: str, network: str, addresses: list[str], at: datetime) -> SpamCheck:
    """Count one EOI for its network, for each of its addresses, and among all EOIs.

    The count for an address alone does not refuse anybody, because anybody can type any address.
    The count for an address and a network does. What is refused does not count among all EOIs.
    """
    is_network = network not in LOOPBACK_NETWORKS
    form = Attempt("eoi-form", submission_key)
    everybody = Attempt("eoi-everybody", "everybody")
    crowd = (
        everybody,
        *(Attempt("eoi-address", address) for address in addresses),
        Attempt(
            "eoi-network",
            limit=settings.EOI_PER_NETWORK * HARD_LIMIT_FACTOR,
            network=network if is_network else "",
        ),
    )
    try:
        of_form, arrivals, *of_addresses, of_network = count_attempts(
            form, *crowd, within=HOUR, at=at
        )
    except TooManyAttempts:
        if not _has_arrived(submission_key):
            release_attempts(everybody)
            raise
        release_attempts(*crowd)
        return SpamCheck(None, 0)
    # A form that was not received was refused or is just being sent, so it is counted.
    if of_form > 1 and _has_arrived(submission_key):
        release_attempts(*crowd)
        return SpamCheck(None, 0)
    spam_signal = None
    for address, number in zip(addresses, of_addresses, strict=True):
        if number > settings.EOI_PER_ADDRESS:
            spam_signal = SpamSignal.ADDRESS
            try:
                count_attempt(
                    "eoi-address-from-network",
                    address,
                    network=network,
                    limit=settings.EOI_PER_ADDRESS * HARD_LIMIT_FACTOR,
                    within=HOUR,
                    at=at,
                )
            except TooManyAttempts:
                release_attempts(everybody)
                raise
    if of_network > settings.EOI_PER_NETWORK:
        spam_signal = SpamSignal.NETWORK
    return SpamCheck(spam_signal, arrivals)


def _has_arrived(submission_key: str) -> bool:
    return Member.objects.filter(submission_key=submission_key).exists()
