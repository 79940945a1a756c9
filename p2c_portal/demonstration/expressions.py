"""The EOI of the demonstration as it arrived, and its focal point."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from members.models import FocalPoint, Member

DELIVERED_AFTER = timedelta(seconds=4)


@dataclass(frozen=True)
class Arrival:
    """One EOI as it arrived, with the facts from which it was created."""

    member: Member
    at: datetime


def focal_point_of(member: Member) -> FocalPoint:
    """Return the focal point of a member, not the alternate."""
    return member.focal_points.get(is_alternate=False)
