"""Who of those chosen is written to, and why the others are not: the one place that decides it.

Asked when they are chosen, whenever staff look again, and at last when the mail is written.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from mailings.models import Exclusion, Mailing, MailingKind, Recipient, Unsubscription
from members.models import (
    SIGNALS_HOLDING_ACKNOWLEDGEMENT,
    UNDECIDED_STATUSES,
    FocalPoint,
    Member,
    MemberStatus,
)
from outbox.models.delivery_event import SuppressedAddress, normalise_address

ENDED_STATUSES = (MemberStatus.DECLINED, MemberStatus.CLOSED, MemberStatus.WITHDRAWN)
# What follows from the recipient alone, and is judged anew each time.
RECHECKED_EXCLUSIONS = (
    "",
    Exclusion.NOT_AGREED,
    Exclusion.UNSUBSCRIBED,
    Exclusion.SUPPRESSED,
    Exclusion.SUSPECTED,
    Exclusion.ENDED,
)


@dataclass
class EligibilityCheck:
    """What is known of a mailing's recipients while they are judged one after the other."""

    mailing: Mailing
    # Who has each address, by the number of the recipient; the first one keeps it.
    holders: dict[str, int] = field(default_factory=dict)

    def judge(self, recipients: Iterable[Recipient]) -> list[Recipient]:
        """Judge some recipients in their order; return those of whom something is not as it was.

        Nothing is stored. Who was taken off the list stays off it.
        """
        recipients = list(recipients)
        addresses = [normalise_address(each.focal_point.email) for each in recipients]
        unsubscribed = self._unsubscribed(addresses)
        unreachable = SuppressedAddress.objects.in_force().by_address(*addresses)
        changed = []
        for recipient, address in zip(recipients, addresses, strict=True):
            before = (recipient.address, recipient.exclusion, recipient.merged_into_id)
            recipient.address = address
            self._judge(
                recipient,
                is_unsubscribed=address in unsubscribed,
                is_suppressed=address in unreachable,
            )
            if (recipient.address, recipient.exclusion, recipient.merged_into_id) != before:
                changed.append(recipient)
        return changed

    def _judge(self, recipient: Recipient, *, is_unsubscribed: bool, is_suppressed: bool) -> None:
        if recipient.exclusion == Exclusion.REMOVED:
            return
        reason = self._reason(recipient.focal_point, is_unsubscribed=is_unsubscribed)
        recipient.exclusion = reason or (Exclusion.SUPPRESSED if is_suppressed else "")
        recipient.merged_into_id = None
        if not recipient.exclusion:
            holder = self.holders.setdefault(recipient.address, recipient.pk)
            if holder != recipient.pk:
                recipient.exclusion, recipient.merged_into_id = Exclusion.SAME_ADDRESS, holder

    def _reason(self, focal_point: FocalPoint, *, is_unsubscribed: bool) -> str:
        """Return why somebody is not written to, whoever else is on the list."""
        member, is_bulletin = focal_point.member, self.mailing.kind == MailingKind.BULLETIN
        # Where no mail goes out until an officer has looked.
        if (
            member.spam_signal in SIGNALS_HOLDING_ACKNOWLEDGEMENT
            and member.status in UNDECIDED_STATUSES
        ):
            return Exclusion.SUSPECTED
        if ended_since(member, self.mailing.created_at):
            return Exclusion.ENDED
        # The form asks whether to send the newsletter to the focal point; of an alternate, nothing.
        if is_bulletin and (focal_point.is_alternate or not member.newsletter):
            return Exclusion.NOT_AGREED
        if is_bulletin and is_unsubscribed:
            return Exclusion.UNSUBSCRIBED
        return ""

    def _unsubscribed(self, addresses: list[str]) -> set[str]:
        """Return which addresses want no bulletins, where that matters."""
        if self.mailing.kind != MailingKind.BULLETIN:
            return set()
        found = Unsubscription.objects.filter(address__in=addresses)
        return set(found.values_list("address", flat=True))


def ended_since(member: Member, since: datetime) -> bool:
    """Tell whether a file was declined, closed or withdrawn after the mailing was begun.

    Who was so before was chosen all the same.
    """
    ended_at = member.withdrawn_at or member.decided_at
    return member.status in ENDED_STATUSES and ended_at is not None and ended_at > since
