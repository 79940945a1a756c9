"""The pages of an EOI as its focal points open them."""

from datetime import timedelta

from django.utils import timezone

from members.models import MemberStatus, TimelineKind
from members.services.private_links import LinkPurpose, token_for
from members.services.timeline import add_entry
from tests.factories import FocalPointFactory, MemberFactory

YESTERDAY = timezone.now() - timedelta(days=1)


def own_member(status=MemberStatus.PENDING, **facts):
    """A member in a status since yesterday."""
    if status == MemberStatus.WITHDRAWN:
        facts = {"withdrawn_at": YESTERDAY, **facts}
    elif status in (MemberStatus.ADMITTED, MemberStatus.DECLINED, MemberStatus.CLOSED):
        facts = {"decided_at": YESTERDAY, **facts}
    return MemberFactory(
        **{"status": status, "submitted_at": YESTERDAY - timedelta(hours=1), **facts}
    )


def own_person(status=MemberStatus.PENDING, *, member=None, **person):
    """A focal point of a member, with an open request if the status requires one."""
    member = member or own_member(status)
    focal_point = FocalPointFactory(member=member, **person)
    if member.status == MemberStatus.INFORMATION_REQUESTED:
        add_entry(
            member,
            TimelineKind.INFORMATION_REQUESTED,
            by=None,
            at=YESTERDAY,
            note="Which ministry are you?",
        )
    return focal_point


def address_of(focal_point, step="", language="en"):
    """The URL of a focal point's page, or of a step on it."""
    page = f"/{language}/expression-of-interest/{token_for(focal_point, LinkPurpose.EOI)}/"
    return f"{page}{step}/" if step else page
