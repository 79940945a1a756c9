"""Who speaks for a member: addresses confirmed, roles handed over."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.links import ENDED
from members.locking import Refused, attribute_history, lock
from members.models import FocalPoint, TimelineKind
from members.timeline import record


class NothingToConfirm(Refused):
    """Nothing is written to the address any more, or it is another one by now."""

    def __init__(self) -> None:
        super().__init__(_("The address was not confirmed: nothing is sent to it any more."))


@transaction.atomic
def confirm_address(*, focal_point: FocalPoint, by: FocalPoint, at: datetime) -> datetime:
    """Write down that what is sent to a focal point reaches them; return since when it is known.

    Confirmed once more, it stays as it was, and nothing is written. The member's version stays
    too: no decision depends on it, and nobody's open page is to become stale by it.

    Raises NothingToConfirm where the EOI has ended, or where address or links have changed since
    the focal point was read.
    """
    member, shown = focal_point.member, (focal_point.email, focal_point.link_version)
    # Locked, so that two clicks are one, and no new address is confirmed by the old one's link.
    lock(member)
    focal_point.refresh_from_db()
    if member.status in ENDED or (focal_point.email, focal_point.link_version) != shown:
        raise NothingToConfirm
    if focal_point.confirmed_at:
        return focal_point.confirmed_at

    focal_point.confirmed_at = at
    attribute_history(focal_point, by, at)
    focal_point.save(update_fields=["confirmed_at"])

    record(member, TimelineKind.ADDRESS_CONFIRMED, by=by, at=at)
    return at
