"""Decides which recipients of a mailing are written to; no other module does.

Checked when recipients are chosen, when staff check again, and before messages are queued.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from core.addresses import normalise_address
from mailings.models import Exclusion, Mailing, MailingKind, Recipient, Unsubscription
from members.models import (
    SIGNALS_HOLDING_ACKNOWLEDGEMENT,
    UNDECIDED_STATUSES,
    FocalPoint,
    Member,
)
from members.models.choices import ENDED_STATUSES
from outbox.models.delivery_event import SuppressedAddress


@dataclass
class EligibilityCheck:
    """Checks the recipients of a mailing one after the other."""

    mailing: Mailing
    # The pk of the recipient who uses each address; the first one keeps it.
    holders: dict[str, int] = field(default_factory=dict)

    def judge(self, recipients: Iterable[Recipient]) -> list[Recipient]:
        """Check the recipients in their order; return those whose eligibility changed.

        Does not save them. Recipients who were removed from the list stay removed.
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
        """Return the reason why somebody is not written to, apart from shared addresses."""
        member, is_bulletin = focal_point.member, self.mailing.kind == MailingKind.BULLETIN
        # The portal sends no mail to these members until an officer has reviewed them.
        if (
            member.spam_signal in SIGNALS_HOLDING_ACKNOWLEDGEMENT
            and member.status in UNDECIDED_STATUSES
        ):
            return Exclusion.SUSPECTED
        if ended_since(member, self.mailing.created_at):
            return Exclusion.ENDED
        # The form asks for the focal point's consent to the newsletter, and not for an alternate's.
        if is_bulletin and (focal_point.is_alternate or not member.newsletter):
            return Exclusion.NOT_AGREED
        if is_bulletin and is_unsubscribed:
            return Exclusion.UNSUBSCRIBED
        return ""

    def _unsubscribed(self, addresses: list[str]) -> set[str]:
        """Return the addresses that are unsubscribed, if the mailing is a bulletin."""
        if self.mailing.kind != MailingKind.BULLETIN:
            return set()
        found = Unsubscription.objects.filter(address__in=addresses)
        return set(found.values_list("address", flat=True))


def ended_since(member: Member, since: datetime) -> bool:
    """Return whether a member was declined, closed or withdrawn after the mailing was created.

    Members who had ended before that were chosen on purpose.
    """
    ended_at = member.withdrawn_at or member.decided_at
    return member.status in ENDED_STATUSES and ended_at is not None and ended_at > since
