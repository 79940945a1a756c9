"""The link to unsubscribe an address from bulletins. It is never revoked.

A token names its signing key and the recipient of a bulletin, and its signature also covers the
recipient's address. So it opens nothing once the row has another address: after an erasure, or if
a restored database gives the primary key to another row.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

from core.addresses import normalise_address
from mailings.models import Recipient
from members.services.private_links import (
    InvalidLink,
    LinkPurpose,
    focal_point_of,
    name_of_key,
    note_key,
    read_token,
)

# The name of the signing key, the primary key of the recipient, and the signature.
TOKEN: Final = re.compile(r"([0-9a-f]{8})\.([1-9]\d{0,17}):([\w-]+)", re.ASCII)


@dataclass(frozen=True)
class Subscriber:
    """An address that gets bulletins, normalised, and the language of its reader.

    `recipient` is the primary key of the recipient of the bulletin with the link, if it is known:
    a link of release 1.0.0 is the same in all bulletins.
    """

    address: str
    language: str
    recipient: int | None = None


def unsubscribe_address(recipient: Recipient) -> str:
    """Return the absolute URL that unsubscribes a recipient's address, by one click or on a page.

    The recipient needs a primary key and the address that the bulletin goes to.
    """
    key = name_of_key(settings.SECRET_KEY)
    signature = _signer().signature(_signed_text(key, recipient))
    token = f"{key}.{recipient.pk}:{signature}"
    return settings.SITE_URL + reverse("mailings:unsubscribe", args=[token])


def subscriber_of(token: str) -> Subscriber:
    """Return the address that a token was made for, and the language of the bulletin.

    Raises InvalidLink.
    """
    parts = TOKEN.fullmatch(token)
    if parts is None:
        return _subscriber_of_focal_point_link(token)
    key, pk, signature = parts.groups()
    recipient = Recipient.objects.select_related("message", "focal_point").filter(pk=pk).first()
    if recipient is None:
        raise InvalidLink
    try:
        _signer().unsign(f"{_signed_text(key, recipient)}:{signature}")
    except signing.BadSignature as refused:
        raise InvalidLink from refused
    note_key(key, "bulletin", recipient.pk)
    return replace(_subscriber(recipient), recipient=recipient.pk)


def _subscriber_of_focal_point_link(token: str) -> Subscriber:
    """Return the address of a link in a bulletin of release 1.0.0, a focal point's private link.

    Once it is revoked, it is for the address that the bulletin went to. Raises InvalidLink.
    """
    try:
        person = focal_point_of(token, LinkPurpose.BULLETINS)
    except InvalidLink:
        _key, facts = read_token(token, LinkPurpose.BULLETINS)
        rows = Recipient.objects.select_related("message", "focal_point").order_by("pk")
        revoked = rows.filter(focal_point=facts["pk"], link_secret=facts["link_secret"])
        recipient = revoked.exclude(link_secret="").first()
        if recipient is None:
            raise
        return _subscriber(recipient)
    return Subscriber(normalise_address(person.email), person.language)


def _subscriber(recipient: Recipient) -> Subscriber:
    message = recipient.message
    language = message.preferred_language or message.language if message else ""
    return Subscriber(recipient.address, language or recipient.focal_point.language)


def _signer() -> signing.Signer:
    return signing.Signer(salt="mailings.services.unsubscribe_links")


def _signed_text(key: str, recipient: Recipient) -> str:
    return f"{key}.{recipient.pk}:{recipient.address}"
