"""The admin of the outbox: messages, suppressed addresses and message templates."""

from outbox.admin import held, messages, suppressed, templates

__all__ = ["held", "messages", "suppressed", "templates"]
