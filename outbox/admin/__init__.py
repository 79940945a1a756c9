"""The admin of the outbox: messages, suppressed addresses and message templates."""

from outbox.admin import messages, suppressed, templates

__all__ = ["messages", "suppressed", "templates"]
