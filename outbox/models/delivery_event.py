"""Models for the delivery events that mail providers report, and for suppressed addresses."""

from hashlib import sha256
from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import nullable_user_key
from core.addresses import normalise_address
from core.constraints import known_value


class EventKind(models.TextChoices):
    """The kinds of delivery event that a provider can report about a message."""

    DELIVERED = "delivered", _("Delivered")
    DELAYED = "delayed", _("Delayed")
    SOFT_BOUNCE = "soft_bounce", _("Bounced, although the address may be valid")
    HARD_BOUNCE = "hard_bounce", _("Bounced: no such address")
    REFUSED = "refused", _("Refused by the provider")
    COMPLAINT = "complaint", _("Reported as spam")
    AUTOMATIC_REPLY = "automatic_reply", _("Automatic reply")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed at the provider")


# The kinds that say that a message did not arrive. A later DELIVERED event overrides them.
CAME_BACK: Final = (EventKind.SOFT_BOUNCE, EventKind.HARD_BOUNCE, EventKind.REFUSED)


class DeliveryEventQuerySet(models.QuerySet["DeliveryEvent"]):
    """Queries on delivery events."""

    def unmatched(self) -> "DeliveryEventQuerySet":
        """Return the events that are not yet matched to a sent message."""
        return self.filter(message__isnull=True)


class DeliveryEvent(models.Model):
    """One event that a provider reported about a message. Deleted with the message.

    An event may arrive before its message is recorded as sent; `message` is empty until then. It
    does not store the recipient: the message does.
    """

    # A hash that identifies the event, so that one that is reported twice is stored once.
    key = models.CharField(max_length=64, unique=True, editable=False)
    provider = models.CharField(_("provider"), max_length=20)
    kind = models.CharField(_("kind"), max_length=20, choices=EventKind)
    at = models.DateTimeField(_("when"))
    received_at = models.DateTimeField(_("reported at"))
    # The message is identified by the portal's own ID or by the provider's.
    message_uuid = models.UUIDField(null=True, blank=True, editable=False)
    provider_id = models.CharField(max_length=200, blank=True, editable=False)
    response = models.TextField(_("response"), blank=True)
    message = models.ForeignKey(
        "outbox.Message",
        verbose_name=_("message"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="events",
    )

    objects = DeliveryEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("provider report")
        verbose_name_plural = _("provider reports")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["received_at"],
                name="outbox_deliveryevent_unmatched",
                condition=Q(message__isnull=True),
            ),
        ]
        constraints = [
            known_value("kind", EventKind),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class SuppressionReason(models.TextChoices):
    """Why nothing is sent to an address."""

    HARD_BOUNCE = "hard_bounce", _("Email to this address bounced: the address does not exist.")
    COMPLAINT = "complaint", _("The owner of this address reported our emails as spam.")


# No other event suppresses an address: not an automatic reply, a full mailbox or a server's policy.
SUPPRESSES: Final = {
    EventKind.HARD_BOUNCE: SuppressionReason.HARD_BOUNCE,
    EventKind.COMPLAINT: SuppressionReason.COMPLAINT,
}


def hash_of(address: str) -> str:
    """Return the hash that replaces a suppressed address after its owner was erased."""
    return sha256(normalise_address(address).encode()).hexdigest()


class SuppressedAddressQuerySet(models.QuerySet["SuppressedAddress"]):
    """Queries on suppressed addresses."""

    def in_force(self) -> "SuppressedAddressQuerySet":
        """Return the suppressions that nobody has lifted."""
        return self.filter(lifted_at__isnull=True)

    def of(self, *addresses: str) -> "SuppressedAddressQuerySet":
        """Return the suppressions of some addresses, in upper or lower case or as a hash."""
        kept = [normalise_address(address) for address in addresses]
        return self.filter(address__in=[*kept, *map(hash_of, kept)])

    def by_address(self, *addresses: str) -> "dict[str, SuppressedAddress]":
        """Return the suppressions of some addresses, by the normalised address."""
        found = {each.address: each for each in self.of(*addresses)}
        return {
            address: each
            for address in map(normalise_address, addresses)
            if (each := found.get(address) or found.get(hash_of(address)))
        }


class SuppressedAddress(models.Model):
    """A period in which nothing is sent to an address. Lifted by hand, and never deleted.

    If the owner of the address is erased, the address is replaced by its hash.
    """

    address = models.EmailField(_("address"), max_length=254)
    reason = models.CharField(_("reason"), max_length=20, choices=SuppressionReason)
    since = models.DateTimeField(_("since"))
    # Empty once the message is deleted; the suppressed address stays.
    event = models.ForeignKey(
        DeliveryEvent,
        verbose_name=pgettext_lazy("of a mail provider", "report"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = nullable_user_key(_("lifted by"))
    lifted_by_name = models.CharField(_("name at that time"), max_length=254, blank=True)

    objects = SuppressedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        default_permissions = ("view",)
        permissions = [
            ("lift_suppressedaddress", _("Can remove an address from the suppression list"))
        ]
        constraints = [
            known_value("reason", SuppressionReason),
            models.CheckConstraint(
                condition=Q(address=Lower("address")),
                name="%(app_label)s_%(class)s_in_small_letters",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_by_name="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_by_name=""),
                name="%(app_label)s_%(class)s_lifted_when_and_by_whom",
            ),
            models.UniqueConstraint(
                fields=["address"],
                condition=Q(lifted_at__isnull=True),
                name="%(app_label)s_%(class)s_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.address if "@" in self.address else gettext("Erased address")
