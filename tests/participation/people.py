"""Signed-in participants, and the meetings to which they are invited."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import User
from meetings.models import MeetingStatus
from members.models import MemberStatus
from members.services.decisions import withdraw
from members.services.focal_points import accept_role_transfer
from tests.factories import (
    NOON,
    FocalPointFactory,
    MeetingFactory,
    RoleTransferFactory,
    UserFactory,
)

SOON = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
LINK = "https://meet.example.org/room"


def focal_point_in(area, organisation_name="Ministry of Somewhere", **facts):
    """A focal point of a member that was admitted to an area."""
    return FocalPointFactory(
        **{
            "member__status": MemberStatus.ADMITTED,
            "member__focus_area": area,
            "member__organisation_name": organisation_name,
            **facts,
        }
    )


def account_of(focal_point):
    """The account of a focal point's address, created if there is none."""
    found = User.objects.filter(email__iexact=focal_point.email).first()
    return found or UserFactory(email=focal_point.email, name=focal_point.full_name, is_staff=False)


def signed_in_as(focal_point):
    client = Client()
    client.force_login(account_of(focal_point))
    return client


def meeting_of(area, **facts):
    return MeetingFactory(
        **{
            "focus_area": area,
            "is_public": False,
            "starts_at": SOON,
            "status": MeetingStatus.SCHEDULED,
            "join_link": LINK,
            **facts,
        }
    )


def handed_over(focal_point, at=NOON, **facts):
    """Transfer the role of a focal point to a person with another address; return that person."""
    role_transfer = RoleTransferFactory(
        focal_point=focal_point, expires_at=at + timedelta(days=3), **facts
    )
    return accept_role_transfer(role_transfer=role_transfer, at=at)


def withdrawn(focal_point, at=NOON):
    """Let the member of a focal point withdraw."""
    withdraw(member=focal_point.member, by=None, at=at)
