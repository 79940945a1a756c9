"""The mail backend that sends only to the addresses of the allow-list, and nothing on hold."""

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.timezone import now

from core.addresses import normalise_address
from outbox.models import NOT_ON_ALLOWLIST
from outbox.services.installation import MailHeld, current_hold, open_hold


class NotOnAllowlist(Exception):
    """A recipient is not on the allow-list."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"{address}{NOT_ON_ALLOWLIST}")


class AllowlistBackend(BaseEmailBackend):
    """Passes mail to settings.MAIL_BACKEND if MAIL_ALLOWLIST allows its recipients.

    The entries are addresses or domains. An empty list allows all recipients. While email is held,
    nothing passes: not even mail that is no message of the outbox, such as a sign-in code.
    """

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:  # noqa: FBT001, FBT002
        super().__init__(fail_silently=fail_silently)
        self.backend: BaseEmailBackend = get_connection(
            settings.MAIL_BACKEND, fail_silently=fail_silently, **options
        )
        # Each delivery task looks itself whether this is a restored copy; other mail does not.
        self.has_looked = False

    @property
    def answer(self) -> str:
        """The mail server's answer to the last message, if it is known."""
        return getattr(self.backend, "answer", "")

    def open(self) -> bool | None:
        return self.backend.open()

    def close(self) -> None:
        self.backend.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send the messages, and return how many were sent.

        Raises NotOnAllowlist or MailHeld before anything is sent.
        """
        held = open_hold() if self.has_looked else current_hold(at=now())
        self.has_looked = True
        if held is not None:
            raise MailHeld
        for message in email_messages:
            for address in message.recipients():
                if not is_allowed(address):
                    raise NotOnAllowlist(address)
        return self.backend.send_messages(email_messages) or 0


def is_allowed(address: str) -> bool:
    """Return whether the portal may send mail to an address."""
    if not settings.MAIL_ALLOWLIST:
        return True
    address = normalise_address(parseaddr(address)[1])
    entries = {normalise_address(entry).removeprefix("@") for entry in settings.MAIL_ALLOWLIST}
    return address in entries or address.rpartition("@")[2] in entries
