"""Several Expressions of Interest of one organisation: found soon after the later came, and told.

What comes in the hour before a deadline is taken first and compared a little later.
"""

from datetime import datetime

from django.db import transaction

from members.models import Member, TimelineKind
from members.services.letters.repeat_expressions import send_repeat_expression_notice
from members.services.timeline import add_entry
from triage.duplicates.models import FingerprintedMember, to_compare

# At most so many in one go; the rest is for the next.
BATCH_SIZE = 200
# Only the latest EOIs of one organisation are told.
MAX_NOTIFIED = 5


def notify_of_repeat_expressions(*, at: datetime) -> int:
    """Compare each EOI that came since the last time with the earlier ones, and tell those.

    Returns how many were compared. Safe to run twice, and by two at once.
    """
    waiting = to_compare(Member.objects.order_by("pk")).values_list("pk", flat=True)
    return sum(notify_of_repeat_expression(pk, at=at) for pk in list(waiting[:BATCH_SIZE]))


@transaction.atomic
def notify_of_repeat_expression(member_pk: int, *, at: datetime) -> bool:
    """Write on the timelines that an organisation has sent several EOIs, and tell the earlier.

    Returns whether there was anything to compare: somebody else may have done so meanwhile.
    """
    # Locked before it is looked up: what another worker wrote meanwhile is in another table.
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
    return True
