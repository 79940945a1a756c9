"""The outbox at the desk: what was written to whom, and the texts that it is written with."""

from outbox.admin import messages, templates

__all__ = ["messages", "templates"]
