"""What a list and a page of messages say of sending one again: where, and who has done so."""

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
    """A page on which something can be done about a message, and its name."""

    address: str
    words: str | Promise


class MessageList(ChangeList):
    """A list of messages, each with the pages on which its reader can do something about it."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        cast("Any", self.model_admin).add_links(request, self.result_list)


def add_who_sent_again(messages: Sequence[Any]) -> None:
    """Say of each message in `sent_again` when and by whom it, or its first, was sent again."""
    keys = {pk for message in messages for pk in (message.pk, message.resent_from_id)}
    steps = list(
        MessageAction.objects.filter(message__in=keys - {None}, kind__in=SENDING_AGAIN).order_by(
            "at", "pk"
        )
    )
    for message in messages:
        concerned = (message.pk, message.resent_from_id)
        message.sent_again = [step for step in steps if step.message_id in concerned]
