"""One EOI as it arrived."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from members.models import FocalPoint, Member

DELIVERED_AFTER = timedelta(seconds=4)


@dataclass(frozen=True)
class Arrival:
    """One EOI as it arrived, and what else is known of its making."""

    member: Member
    at: datetime


def focal_point_of(member: Member) -> FocalPoint:
    """Return the focal point of a member, who is no alternate."""
    return member.focal_points.get(is_alternate=False)
