"""Who takes part: the people whom an account stands for."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from members.models import FocalPoint, MemberStatus


def participants() -> QuerySet[Any]:
    """Return the focal points of admitted members, with their addresses in small letters."""
    return FocalPoint.objects.filter(
        member__status=MemberStatus.ADMITTED, member__focus_area__isnull=False
    ).annotate(address=Lower("email"))


def focal_points_of(user: User) -> QuerySet[FocalPoint]:
    """Return whom an account stands for: the focal points of admitted members at its address.

    Worked out each time and stored nowhere, so that nobody keeps what ended with a membership or
    was handed over. Staff come in by a way of their own and stand for nobody.
    """
    people = participants()
    if user.is_staff:
        return people.none()
    return (
        people.filter(address=user.email.lower())
        .select_related("member__focus_area")
        .order_by("is_alternate", "pk")
    )
