"""Finds several Expressions of Interest of one organisation or address, and notifies.

EOIs from the hour before a deadline are received first and compared a little later.
"""

from datetime import datetime

from django.db import transaction

from members.models import Member, Origin, TimelineKind
from members.services.letters.repeat_expressions import (
    send_repeat_address_notice,
    send_repeat_expression_notice,
)
from members.services.timeline import add_entry
from triage.duplicates.models import FingerprintedMember, to_compare

# The maximum number per run. The next run continues.
BATCH_SIZE = 200
# Only the latest EOIs of one organisation are notified.
MAX_NOTIFIED = 5


def notify_of_repeat_expressions(*, at: datetime) -> int:
    """Compare each new EOI with earlier ones of its organisation, and notify those.

    Returns the number of EOIs compared. Repeated and concurrent runs are safe.
    """
    waiting = to_compare(Member.objects.order_by("pk")).values_list("pk", flat=True)
    return sum(notify_of_repeat_expression(pk, at=at) for pk in list(waiting[:BATCH_SIZE]))


@transaction.atomic
def notify_of_repeat_expression(member_pk: int, *, at: datetime) -> bool:
    """Record on the timelines that an organisation has sent several EOIs, and notify the earlier.

    If another organisation has applied with the same address in the call, the address is told.

    Returns whether there was anything to compare: another run may have done it in the meantime.
    """
    # Locked before the next query, which reads what another worker wrote to another table.
    member = Member.objects.select_for_update(no_key=True).get(pk=member_pk)
    if not to_compare(Member.objects.filter(pk=member_pk)).exists():
        return False
    FingerprintedMember.objects.update_or_create(member=member, defaults={"compared_at": at})
    if not member.is_undecided:
        return True
    for earlier in member.earlier_ones()[:MAX_NOTIFIED]:
        add_entry(member, TimelineKind.SAME_ORGANISATION, by=None, at=at, note=earlier.reference)
        entry = add_entry(
            earlier, TimelineKind.SAME_ORGANISATION, by=None, at=at, note=member.reference
        )
        send_repeat_expression_notice(earlier, member, entry)
    if member.origin == Origin.FORM:
        send_repeat_address_notice(member, at=at)
    return True
