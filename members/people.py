"""The people of a member: who holds a role, and the private links that come with it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from members.follow_up import cancel_links_of
from members.locking import Refused, attribute_history, lock, save_next_version
from members.models import FocalPoint, TimelineEntry, TimelineKind
from members.timeline import record


class LinksRevokedAlready(Refused):
    """The links were revoked after the person opened the page."""

    def __init__(self, focal_point: FocalPoint) -> None:
        super().__init__(
            _("The private links of %(name)s were revoked after you opened this page.")
            % {"name": focal_point}
        )


@transaction.atomic
def revoke_links(
    *, focal_point: FocalPoint, link_version: int, by: User, at: datetime
) -> TimelineEntry:
    """Revoke every private link that a focal point was sent, or is about to be sent.

    `link_version` is what the person had on screen: a second click leaves alone what was sent
    after the first.

    Raises LinksRevokedAlready.
    """
    member = focal_point.member
    lock(member)
    focal_point.refresh_from_db()
    if focal_point.link_version != link_version:
        raise LinksRevokedAlready(focal_point)
    cancel_links_of(focal_point, at=at)

    focal_point.link_version += 1
    attribute_history(focal_point, by, at)
    focal_point.save(update_fields=["link_version"])
    save_next_version(member, by=by, at=at)

    return record(member, TimelineKind.LINKS_REVOKED, by=by, at=at, note=focal_point.full_name)
