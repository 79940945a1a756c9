"""The co-leads of the focus areas: as everybody may see them, and what they may do now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import User
from core.addresses import normalise_address
from core.conflicts import Refused, lock
from focus_areas.models import FocusArea
from members.models import (
    FocalPoint,
    GrantedRole,
    Member,
    area_shown,
    is_shown_as_admitted,
    role_shown,
)
from members.services.undo import as_shown


class NotCoLead(Refused):
    """The person is not, or no longer, a focal point of a co-lead of the focus area."""

    def __init__(self) -> None:
        super().__init__(_("Your organisation does not lead this working group, or no longer."))


def co_lead_roles(user: User, *, at: datetime) -> list[FocalPoint]:
    """Return the focal points of present co-leads that have the address of an account.

    This is computed each time and never stored, so that access ends with the membership, the role
    of the organisation, or the role of the person. Staff represent no focal point.
    """
    if user.is_staff:
        return []
    found = (
        FocalPoint.objects.filter(is_shown_as_admitted("member__"))
        .alias(address=Lower("email"))
        .filter(address=normalise_address(user.email))
        .select_related("member__focus_area")
        .order_by("is_alternate", "pk")
    )
    for person in found:
        person.member = as_shown(person.member, at=at)
    return [person for person in found if person.member.is_co_lead]


def area_of(person: FocalPoint) -> FocusArea:
    """Return the focus area that a focal point's member leads. Raises NotCoLead if it has none."""
    if person.member.focus_area is None:
        raise NotCoLead
    return person.member.focus_area


def is_co_lead(person: FocalPoint, focus_area: FocusArea, *, at: datetime) -> bool:
    """Return whether a focal point acts for a present co-lead of a focus area."""
    people = FocalPoint.objects.filter(is_shown_as_admitted("member__"), pk=person.pk)
    for found in people.select_related("member"):
        member = as_shown(found.member, at=at)
        return member.is_co_lead and member.focus_area_id == focus_area.pk
    return False


def lock_co_lead(person: FocalPoint, *, by: User, at: datetime) -> FocalPoint:
    """Lock the member of a co-lead, and return the focal point as it is now.

    Nobody can withdraw the member, change its role or hand over the person's role until the
    transaction ends. Raises NotCoLead if this happened already.
    """
    area = person.member.focus_area_id
    lock(Member(pk=person.member_id))
    for role in co_lead_roles(by, at=at):
        if role.pk == person.pk and role.member.focus_area_id == area:
            return role
    raise NotCoLead


def listed_co_leads(*, at_most: int) -> Mapping[int | None, Sequence[Member]]:
    """Return the first co-leads of each focus area by name, by the key of the area.

    Only members with a public profile are included: the agreement to be listed does not cover the
    role. They have what a link to their page shows. It takes one query.
    """
    found: dict[int | None, list[Member]] = defaultdict(list)
    # All are read, because an area has few of them.
    for member in _co_leads_by_name().all():
        area: int | None = member.area  # type: ignore[attr-defined]
        if len(found[area]) < at_most:
            found[area].append(member)
    return found


@cache
def _co_leads_by_name() -> QuerySet[Member]:
    return (
        Member.objects.listed_publicly()
        .alias(role_now=role_shown())
        .annotate(area=area_shown())
        .filter(role_now=GrantedRole.CO_LEAD, public_profile__published_at__isnull=False)
        .only("organisation_name", "slug")
        .order_by("sort_key", "pk")
    )
