"""The personal data in messages and suppressed addresses."""

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.personal_data import (
    ERASED_NAME,
    ERASED_TEXT,
    DataSubject,
    PersonalTable,
    has_account,
    has_address,
)
from outbox.models import CANCELLED_BY, ERASED, NO_PRIVATE_VALUES, Message
from outbox.models.delivery_event import hash_of
from outbox.services.erasure import OUR_ANSWERS


def _is_suppressed(person: DataSubject) -> Q:
    hashes = [hash_of(address) for address in person.addresses]
    return Q(address__in=[*person.addresses, *hashes])


def _is_about_their_message(person: DataSubject) -> Q:
    """Return the condition of events about messages to a person, also of those not matched yet."""
    to_them = Message.objects.filter(has_address("recipient")(person)).values("message_id")
    is_matched = has_address("message__recipient")(person)
    return is_matched | Q(message=None, message_uuid__in=to_them)


def _hashed(address: str, _person: DataSubject) -> str:
    return hash_of(address) if "@" in address else address


def _portal_response(response: str, _person: DataSubject) -> str:
    """Return a response if the portal wrote it: that of a server may name the recipient."""
    is_own = response in OUR_ANSWERS or response.startswith(CANCELLED_BY)
    return response if is_own else ""


PERSONAL_TABLES: Final = (
    PersonalTable(
        model="outbox.Message",
        name=_("messages"),
        purpose="correspondence",
        retention="messages",
        about=has_address("recipient"),
        fields={
            "recipient": ERASED,
            "recipient_name": "",
            "subject": ERASED_TEXT,
            "body": ERASED_TEXT,
            "anonymous_body": "",
            "attachment_name": "",
            "attachment_type": "",
            "attachment": "",
            "server_response": _portal_response,
            "bounce_response": "",
            **NO_PRIVATE_VALUES,
        },
        # Of messages to others.
        free_text=(
            "recipient_name",
            "subject",
            "body",
            "anonymous_body",
            "attachment",
            "server_response",
            "bounce_response",
        ),
        exported=("recipient", "recipient_name", "subject", "body", "queued_at", "sent_at"),
        member="reference",
        # Also in the messages to officers about the organisation.
        organisation_fields={
            "subject": ERASED_TEXT,
            "body": ERASED_TEXT,
            "anonymous_body": "",
            "attachment_name": "",
            "attachment_type": "",
            "attachment": "",
        },
        not_personal=(
            "topic",
            "reference",
            "language",
            "preferred_language",
            "conversations",
            "provider_id",
        ),
        kept_because=_("That a message was sent, when, and about what remains known."),
    ),
    PersonalTable(
        model="outbox.DeliveryEvent",
        name=_("provider reports"),
        purpose="correspondence",
        retention="messages",
        about=_is_about_their_message,
        fields={"response": ""},
        free_text=("response",),
        exported=("kind", "at", "response"),
        member="message__reference",
        not_personal=("key", "provider", "provider_id"),
    ),
    PersonalTable(
        model="outbox.MessageAction",
        name=_("message actions"),
        purpose="accountability",
        retention="messages",
        about=has_account("by"),
        fields={"by_name": ERASED_NAME},
        exported=("kind", "at", "by_name"),
    ),
    PersonalTable(
        model="outbox.SuppressedAddress",
        name=_("suppressed addresses"),
        purpose="correspondence",
        retention="suppressions",
        about=_is_suppressed,
        fields={
            "address": lambda address, _person: hash_of(address) if "@" in address else address
        },
        exported=("reason", "since", "lifted_at"),
        not_personal=("lifted_by_name",),
        kept_because=_("A hash of the address stays, so that nothing is sent to it again."),
    ),
    PersonalTable(
        model="outbox.MessageTemplate",
        name=_("reviews of email templates"),
        purpose="accountability",
        retention="staff_accounts",
        about=has_account("reviewed_by"),
        fields={"reviewed_by_name": ERASED_NAME},
        exported=("template_type", "reviewed_at", "reviewed_by_name"),
        not_personal=("template_type", "subject", "body", "default_digest", "source_digest"),
    ),
    PersonalTable(
        model="outbox.MailHold",
        name=_("periods without email"),
        purpose="accountability",
        retention="records",
        about=has_account("released_by"),
        fields={"released_by_name": ERASED_NAME},
        free_text=("release_reason",),
        exported=("held_at", "released_at", "released_by_name", "release_reason"),
        not_personal=("file_key",),
    ),
)
