"""How the chip of each status looks: its colour and shape, beside its word."""

from typing import Final

from django import template

register = template.Library()

# The class of a chip in components.css, by the value of a status of any model. Statuses that need
# no attention yet have the plain circle.
LOOKS: Final = {
    # Of a member
    "pending": "is-new",
    "information_requested": "is-behind",
    "admitted": "is-done",
    "declined": "is-ended",
    "closed": "is-ended",
    "withdrawn": "is-ended",
    # Of a commitment, and its condition
    "superseded": "is-ended",
    "on_course": "is-ok",
    "behind": "is-behind",
    "reached": "is-done",
    "reached_late": "is-done",
    "not_reached": "is-ended",
    "unreported": "is-late",
    "no_report": "",
    "no_value": "",
    "overdue": "is-late",
    # Of an account of staff
    "active": "is-ok",
    "invited": "is-new",
    "expired": "is-late",
    "no_password": "is-behind",
    "inactive": "is-ended",
    # Of a message
    "queued": "",
    "sending": "",
    "sent": "is-done",
    "returned": "is-late",
    "failed": "is-late",
    "cancelled": "is-ended",
    # Of a mailing and of its recipients
    "draft": "",
    "scheduled": "",
    "going": "is-new",
    "stopped": "is-behind",
    "done": "is-done",
    "to_go": "",
    "waiting": "",
    "left_out": "is-ended",
    # Of a commitment
    "submitted": "is-new",
    "answered": "is-new",
    "approved": "is-ok",
    "published": "is-done",
    # Of a request to send late
    "accepted": "is-done",
    "refused": "is-ended",
    "ended": "is-ended",
    # Of an answer to an amendment, and of a paragraph in two drafts
    "taken": "is-done",
    "with_changes": "is-ok",
    "merged": "is-ok",
    "not_taken": "is-ended",
    "noted": "",
    "changed": "is-plain",
    "new": "is-new",
    "deleted": "is-ended",
    "split": "is-new",
    "renumbered": "is-plain",
    # Of a need or an offer
    "question_asked": "is-behind",
    "open": "is-new",
    "committed": "is-done",
    "agreed": "is-ok",
    "nothing": "is-ended",
    "closed_by_staff": "is-ended",
}


@register.filter
def chip(status: str) -> str:
    """Return the class of the chip of a status."""
    return LOOKS[status]
