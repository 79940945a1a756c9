"""The messages of a member on its page, grouped by what they are about."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from members.models import FocalPoint, Member
from members.services.letters.composing import ADDRESSEE
from outbox.models import FINAL_STATUSES, CancelReason, Message
from outbox.services.rendering import as_text
from outbox.services.smtp_errors import Explanation, explain_delivery
from triage.desk.forms import ResendForm

# The parts of a topic that say what a message is about: reference, kind and timeline entry. The
# others name the recipient and the copy.
PARTS_OF_SUBJECT = 3


@dataclass(frozen=True)
class MessagePanel:
    """One message of the member: its plain text and its delivery status."""

    message: Message
    text: str
    explanation: Explanation
    is_finished: bool
    was_resent: bool
    # The form to send it again from here: only if it did not arrive, and was not resent yet.
    resending: ResendForm | None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do: it arrived, no longer applies, or was resent."""
        return self.was_resent or (self.is_finished and not self.message.did_not_arrive)

    @property
    def can_be_resent(self) -> bool:
        """Whether a copy of it would be sent: its sending has ended, and its cause has not."""
        return self.is_finished and self.message.cancel_reason != CancelReason.CAUSE_GONE


@dataclass(frozen=True)
class MessageGroup:
    """The messages about one thing, to all recipients and with their copies, the newest first."""

    letters: list[MessagePanel]

    @property
    def at(self) -> datetime:
        """When the newest of them was written."""
        return max(letter.message.queued_at for letter in self.letters)

    @property
    def subject(self) -> str:
        """The subject of the first message."""
        return self.letters[-1].message.subject

    @property
    def is_settled(self) -> bool:
        return all(letter.is_settled for letter in self.letters)


def letters_to(
    member: Member, focal_points: list[FocalPoint], user: User, at: datetime
) -> list[MessagePanel]:
    """Return the messages of a member, the newest first, with the forms that the user may use."""
    people = {person.pk: person for person in focal_points}
    may_resend = user.has_perm("outbox.resend_message")
    may_correct = user.has_perm("members.correct_member")
    messages = list(
        Message.objects.filter(reference=member.reference).order_by("-queued_at", "-pk")
    )
    # Which messages were resent is known from the copies, which have the same reference.
    resent = {message.resent_from_id for message in messages}
    panels = []
    for message in messages:
        is_finished, was_resent = message.status in FINAL_STATUSES, message.pk in resent
        named = ADDRESSEE.search(message.topic)
        person = people.get(int(named[1])) if named else None
        is_missing = is_finished and message.did_not_arrive and not was_resent
        resending = None
        if person and may_resend and is_missing:
            resending = ResendForm(
                member=member,
                person=person,
                times=0,
                may_correct=may_correct,
                auto_id=f"resend-{message.pk}-%s",
            )
        panels.append(
            MessagePanel(
                message=message,
                text=as_text(message.body),
                explanation=explain_delivery(message, at=at),
                is_finished=is_finished,
                was_resent=was_resent,
                resending=resending,
            )
        )
    return panels


def grouped(letters: list[MessagePanel]) -> list[MessageGroup]:
    """Group messages by what they are about. The group with the newest message comes first."""
    groups: dict[str, list[MessagePanel]] = {}
    for letter in letters:
        parts = letter.message.topic.split("/")[:PARTS_OF_SUBJECT]
        groups.setdefault("/".join(parts), []).append(letter)
    return [MessageGroup(group) for group in groups.values()]
