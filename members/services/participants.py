"""Participants: the focal points that an account represents."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from core.addresses import normalise_address
from core.conflicts import lock
from members.models import FocalPoint, Member, is_shown_as_admitted
from members.services.undo import as_shown


def participants() -> QuerySet[Any]:
    """Return the focal points of admitted members, annotated with their lower-case address."""
    return FocalPoint.objects.filter(
        is_shown_as_admitted("member__"), member__focus_area__isnull=False
    ).annotate(address=Lower("email"))


def people_by_zone() -> Mapping[int, Mapping[str, int]]:
    """Return the number of participants by focus area and time zone, in one query."""
    counted = participants().order_by().values_list("member__focus_area", "time_zone")
    people: dict[int, dict[str, int]] = defaultdict(dict)
    for area, zone, number in counted.annotate(number=Count("pk")):
        people[area][zone] = number
    return people


def with_member_as_shown(people: Iterable[FocalPoint], *, at: datetime) -> list[FocalPoint]:
    """Return participants with their members as shown to them (undo.py)."""
    found = list(people)
    for person in found:
        person.member = as_shown(person.member, at=at)
    return found


def lock_participant(person: FocalPoint, *, at: datetime) -> FocalPoint | None:
    """Lock the member of a focal point, and return the person with the member as shown.

    Until the transaction ends, nobody decides on the member, and the role cannot be handed over.
    Returns None if the person no longer represents an admitted member.
    """
    lock(Member(pk=person.member_id))
    people = participants().filter(pk=person.pk, email=person.email).select_related("member")
    return next(iter(with_member_as_shown(people, at=at)), None)


def focal_points_of(user: User) -> QuerySet[FocalPoint]:
    """Return the focal points of admitted members that have the address of an account.

    This is computed each time and never stored, so that access ends with the membership or when the
    role is handed over. Staff sign in separately and represent no focal point.
    """
    people = participants()
    if user.is_staff:
        return people.none()
    return (
        people.filter(address=normalise_address(user.email))
        .select_related("member__focus_area")
        .order_by("is_alternate", "pk")
    )


def focal_points_to_mail(people: Iterable[FocalPoint]) -> list[FocalPoint]:
    """Return focal points, one for each address; focal points come before alternates."""
    by_address: dict[str, FocalPoint] = {}
    for person in sorted(people, key=lambda each: (each.is_alternate, each.pk)):
        by_address.setdefault(normalise_address(person.email), person)
    return list(by_address.values())
