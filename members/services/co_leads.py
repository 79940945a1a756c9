"""The co-leads of the focus areas, as everybody may see them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from members.models import GrantedRole, Member, area_shown, role_shown


def listed_co_leads(*, at_most: int) -> Mapping[int | None, Sequence[Member]]:
    """Return the first co-leads of each focus area by name, by the key of the area.

    Only members with a public profile are included: the agreement to be listed does not cover the
    role. It takes one query.
    """
    by_name = ["sort_key", "pk"]
    co_leads = (
        Member.objects.listed_publicly()
        .annotate(area=area_shown(), role_now=role_shown())
        .filter(role_now=GrantedRole.CO_LEAD, public_profile__published_at__isnull=False)
        .annotate(place=Window(RowNumber(), partition_by=F("area"), order_by=by_name))
        .filter(place__lte=at_most)
    )
    found: dict[int | None, list[Member]] = defaultdict(list)
    for member in co_leads.order_by("place", "pk"):
        area: int | None = member.area  # type: ignore[attr-defined]
        found[area].append(member)
    return found
