"""Alerts about the next call: requested, confirmed, sent once, and deleted.

Every address is treated alike, whether it is known or not: it gets an email with a link. Only who
opens the link confirms the address, or deletes it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.conflicts import Refused, lock
from core.dates import GENEVA
from core.languages import page_url
from core.rate_limits import HOUR, Attempt, count_attempts
from eoi.models import CallAlert
from eoi.services.spam_check import LOOPBACK_NETWORKS
from members.models import Call
from members.services.letters.placeholder_values import time_for
from members.services.private_links import private_address, row_of, token_for_object
from outbox.models import FINAL_STATUSES, Message, MessageStatus, Queue
from outbox.services.erasure import delete_messages
from outbox.services.letters import Addressee, EditableLetter, texts_of, write
from outbox.services.queue import Envelope, cancel, post, post_all

# The maximum number of alerts announced in one transaction.
ANNOUNCED_AT_ONCE: Final = 100
# The maximum number of alerts that one run deletes.
BATCH_SIZE: Final = 500
# Emails to one address per hour: requested by one network, and by all networks.
ALERTS_PER_ADDRESS_BY_A_NETWORK: Final = 3
ALERTS_PER_ADDRESS: Final = 10
# A ministry may share one address.
ALERTS_PER_NETWORK: Final = 30


# In the topics of the announcements.
ANNOUNCEMENT: Final = "open"


def alert_address(alert: CallAlert) -> str:
    """Return the absolute private URL where an address is confirmed or deleted."""
    token = token_for_object(alert)
    return private_address("eoi:call_alert", token, alert.language)


def send_confirmation_link(alert: CallAlert, *, at: datetime) -> Message:
    """Send the link to an address that asked for an alert about the next call."""
    letter = write("call_alert_requested", alert.language)
    # Each request has a message of its own, also if the same address asks twice.
    topic = f"{alert.reference}/confirm/{at:%Y-%m-%dT%H:%M:%S.%f}"
    return post(
        Envelope(
            letter,
            Addressee(email=alert.email, language=alert.language),
            topic=topic,
            reference=alert.reference,
            keys={"private_page": partial(alert_address, alert)},
        ),
        at=at,
    )


def queue_announcements(alerts: Sequence[CallAlert], call: Call, *, at: datetime) -> list[Message]:
    """Queue the email that a call is open to some addresses. It is not sent once the call closes.

    The text is the same for all readers of one language.
    """
    kind = "call_opened"
    words = texts_of(kind)
    letters: dict[str, EditableLetter] = {}
    envelopes = []
    for alert in alerts:
        language = alert.language
        if language not in letters:
            letters[language] = write(
                kind,
                language,
                {
                    "deadline": partial(time_for, call.last_moment_at(at), GENEVA),
                    "form_page": partial(page_url, "eoi:create", language),
                },
                words=words,
            )
        envelopes.append(
            Envelope(
                letters[language],
                Addressee(email=alert.email, language=language),
                # The same call may be announced again, if it closed before this was sent.
                topic=f"{alert.reference}/{ANNOUNCEMENT}/call-{call.pk}/{at:%Y-%m-%dT%H:%M:%S.%f}",
                reference=alert.reference,
                queue=Queue.BULK,
                expires_at=call.grace_ends_at,
            )
        )
    return post_all(envelopes, at=at)


class AlertNotFound(Refused):
    """The alert was deleted meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("The address was deleted."))


def count_alert_request(*, email: str, network: str, at: datetime) -> None:
    """Count a request before it is stored, because an email is sent to an unconfirmed address.

    Requests that are refused for their network are not counted for the address, so that an attacker
    cannot prevent its owner from asking.

    Raises TooManyAttempts.
    """
    is_network = network not in LOOPBACK_NETWORKS
    count_attempts(
        Attempt(
            "alert-address-by-network", email, ALERTS_PER_ADDRESS_BY_A_NETWORK, network=network
        ),
        Attempt("alert-network", limit=ALERTS_PER_NETWORK, network=network if is_network else ""),
        within=HOUR,
        at=at,
    )
    count_attempts(Attempt("alert-address", email, ALERTS_PER_ADDRESS), within=HOUR, at=at)


def request_alert(*, email: str, language: str, at: datetime) -> CallAlert:
    """Store an address that is not confirmed yet, and send it the link to confirm.

    An address that is stored already gets the same email. If it is confirmed, it stays so, in its
    language.
    """
    request = partial(_request_alert, email=email, language=language, at=at)
    try:
        return request()
    except IntegrityError:
        # A concurrent request stored the same address.
        if not CallAlert.objects.filter(email__iexact=email).exists():
            raise
        return request()


def alert_of(token: str, *, at: datetime) -> CallAlert:
    """Return the alert of a token. Raises InvalidLink, also once it was deleted or has expired."""
    return row_of(token, CallAlert.objects.kept_at(at))


@transaction.atomic
def confirm_alert(*, alert: CallAlert, at: datetime) -> CallAlert:
    """Confirm the address of an alert; confirming it again changes nothing.

    Raises AlertNotFound.
    """
    _lock(alert)
    if alert.confirmed_at is None:
        alert.confirmed_at = at
        alert.save(update_fields=["confirmed_at"])
    return alert


@transaction.atomic
def delete_alert(*, alert: CallAlert) -> None:
    """Delete an alert with its messages. Raises AlertNotFound."""
    _lock(alert)
    _delete(alert)


def announce_open_call(*, at: datetime) -> int:
    """Queue one email to each confirmed address if a call is open; return their number.

    A call that opens and closes between two runs is not announced.
    """
    call = Call.objects.open_at(at).first()
    if call is None:
        return 0
    count = 0
    left = iter(CallAlert.objects.waiting().order_by("pk").values_list("pk", flat=True))
    while pks := list(islice(left, ANNOUNCED_AT_ONCE)):
        count += _announce(call, pks, at)
    return count


def delete_finished_alerts(*, at: datetime) -> int:
    """Delete the alerts whose email was sent, and those that nobody confirmed in time.

    If the call was closed or moved before the email was sent, the email is cancelled, and the
    alert waits for the next call. Returns how many were deleted, at most BATCH_SIZE of each.
    """
    count = 0
    announced = CallAlert.objects.announced().order_by("pk")
    for pk in announced.values_list("pk", flat=True)[:BATCH_SIZE]:
        count += _finish(pk, at)
    expired = CallAlert.objects.expired_at(at)
    for pk in expired.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE]:
        with transaction.atomic():
            # Locked, so that a concurrent confirmation comes before this or is refused.
            alert = expired.select_for_update().filter(pk=pk).first()
            if alert is not None:
                _delete(alert)
                count += 1
    return count


@transaction.atomic
def _request_alert(*, email: str, language: str, at: datetime) -> CallAlert:
    alert = CallAlert.objects.select_for_update().filter(email__iexact=email).first()
    if alert is None:
        alert = CallAlert(email=email)
    if alert.confirmed_at is None:
        alert.language = language
    alert.requested_at = at
    # If the last call was announced to it, it waits for the next one now.
    alert.call = None
    alert.save()
    send_confirmation_link(alert, at=at)
    return alert


@transaction.atomic
def _announce(call: Call, pks: Sequence[int], at: datetime) -> int:
    """Queue the emails to some addresses, and return their number."""
    # Locked, so that the call does not move meanwhile, and concurrent runs announce it only once.
    lock(call)
    if not call.is_open_at(at):
        return 0
    waiting = CallAlert.objects.waiting().filter(pk__in=pks).order_by("pk")
    alerts = list(waiting.select_for_update())
    queue_announcements(alerts, call, at=at)
    CallAlert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(call=call)
    return len(alerts)


@transaction.atomic
def _finish(pk: int, at: datetime) -> bool:
    """Delete an alert that was announced, or let it wait again; return whether it was deleted."""
    announced = CallAlert.objects.announced().select_related("call")
    alert = announced.select_for_update(of=("self",)).filter(pk=pk).first()
    if alert is None or alert.call is None:
        return False
    topic = f"{alert.reference}/{ANNOUNCEMENT}"
    is_open = alert.call.is_open_at(at)
    if not is_open:
        cancel(topic=topic, at=at)
    statuses = set(
        Message.objects.filter(topic__startswith=f"{topic}/").values_list("status", flat=True)
    )
    if MessageStatus.SENT in statuses:
        _delete(alert)
        return True
    if not statuses <= {*FINAL_STATUSES}:
        return False
    if not is_open:
        alert.call = None
        alert.save(update_fields=["call"])
        return False
    # Staff can still retry a failed message. One that was cancelled will not be sent.
    if MessageStatus.FAILED in statuses:
        return False
    _delete(alert)
    return True


def _lock(alert: CallAlert) -> None:
    """Refresh and lock an alert. Raises AlertNotFound."""
    try:
        lock(alert)
    except CallAlert.DoesNotExist as refused:
        raise AlertNotFound from refused


def _delete(alert: CallAlert) -> None:
    delete_messages(reference=alert.reference)
    alert.delete()
