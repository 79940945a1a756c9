import factory
from factory.django import DjangoModelFactory

from outbox.models import (
    Heartbeat,
    HoldReason,
    Installation,
    MailHold,
    Message,
    MessageAction,
    MessageActionKind,
    MessageTemplate,
    SendingRate,
)
from outbox.models.delivery_event import (
    DeliveryEvent,
    EventKind,
    SuppressedAddress,
    SuppressionReason,
)
from tests.factories.accounts import UserFactory
from tests.factories.noon import NOON


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = Message

    # To a focal point who does not exist.
    topic = factory.Sequence(lambda n: f"P2C-TEST/received/entry-{n}/focal-point-{1_000_000 + n}")
    reference = "P2C-TEST"
    recipient = factory.Sequence(lambda n: f"recipient-{n}@example.org")
    language = "en"
    subject = "A subject"
    body = "A paragraph."
    queued_at = NOON
    due_at = NOON
    first_due_at = factory.SelfAttribute("due_at")


class MessageActionFactory(DjangoModelFactory):
    class Meta:
        model = MessageAction

    message = factory.SubFactory(MessageFactory)
    kind = MessageActionKind.RETRIED
    at = NOON
    by = factory.SubFactory(UserFactory)
    by_name = "Ada"


class MessageTemplateFactory(DjangoModelFactory):
    """Creates templates of a kind that no app declares, so that they never conflict with others."""

    class Meta:
        model = MessageTemplate

    template_type = factory.Sequence(lambda n: f"kind-{n}")
    language = "en"
    subject = "A parcel"
    body = "It has arrived."


class DeliveryEventFactory(DjangoModelFactory):
    class Meta:
        model = DeliveryEvent

    key = factory.Sequence(lambda n: f"{n:064}")
    provider = "postmark"
    kind = EventKind.DELIVERED
    at = NOON
    received_at = NOON


class SuppressedAddressFactory(DjangoModelFactory):
    class Meta:
        model = SuppressedAddress

    address = factory.Sequence(lambda n: f"suppressed-{n}@example.org")
    reason = SuppressionReason.HARD_BOUNCE
    since = NOON


class HeartbeatFactory(DjangoModelFactory):
    class Meta:
        model = Heartbeat

    name = factory.Sequence(lambda n: f"process-{n}")
    at = NOON


class InstallationFactory(DjangoModelFactory):
    class Meta:
        model = Installation

    advanced_at = NOON


class SendingRateFactory(DjangoModelFactory):
    class Meta:
        model = SendingRate

    next_at = NOON


class MailHoldFactory(DjangoModelFactory):
    """Creates holds that the operator released. There can be only one that is not released."""

    class Meta:
        model = MailHold

    reason = HoldReason.OLDER
    held_at = NOON
    released_at = NOON
    release_reason = factory.LazyAttribute(lambda held: "Checked." if held.released_at else "")
