"""Links to send a message again, and who has sent it again, for the list and the message page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.functional import Promise

from outbox.models import MessageAction, MessageActionKind

SENDING_AGAIN = (MessageActionKind.RETRIED, MessageActionKind.RESENT)


@dataclass(frozen=True)
class Link:
    """The URL and the label of a page for an action on a message."""

    address: str
    words: str | Promise


class MessageList(ChangeList):
    """A change list of messages, each with links to the actions that the user may take."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        cast("Any", self.model_admin).add_links(request, self.result_list)


def add_who_sent_again(messages: Sequence[Any]) -> None:
    """Set `sent_again` on each message: when and by whom it, or its original, was sent again."""
    keys = {pk for message in messages for pk in (message.pk, message.resent_from_id)}
    steps = list(
        MessageAction.objects.filter(message__in=keys - {None}, kind__in=SENDING_AGAIN).order_by(
            "at", "pk"
        )
    )
    for message in messages:
        concerned = (message.pk, message.resent_from_id)
        message.sent_again = [step for step in steps if step.message_id in concerned]
