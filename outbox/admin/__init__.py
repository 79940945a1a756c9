"""The outbox at the desk: what was written to whom, and the texts that it is written with."""

from outbox.admin import messages, suppressed, templates

__all__ = ["messages", "suppressed", "templates"]
