"""The actions of focal points on their own pages."""

from datetime import datetime, timedelta

from members.services.focal_points import confirm_address, request_role_transfer
from p2c_portal.demonstration.expressions import Arrival, focal_point_of


def confirm(arrival: Arrival, at: datetime) -> None:
    """Confirm the focal point's address, half an hour after the acknowledgement."""
    confirmed_at = arrival.at + timedelta(minutes=30)
    if not arrival.member.is_unacknowledged and confirmed_at < at:
        focal_point = focal_point_of(arrival.member)
        confirm_address(focal_point=focal_point, by=focal_point, at=confirmed_at)


def name_a_successor(arrival: Arrival, at: datetime) -> None:
    """Let a focal point ask a colleague to take over."""
    focal_point = focal_point_of(arrival.member)
    request_role_transfer(
        focal_point=focal_point,
        given_name="Thandiwe",
        family_name="Nakamura",
        position="Head of International Affairs",
        email=f"successor.{focal_point.email}",
        language=focal_point.language,
        time_zone=focal_point.time_zone,
        by=focal_point,
        at=at - timedelta(minutes=8),
    )
