"""Assign the focus areas that a member of staff coordinates."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.conflicts import lock_rows
from core.history import set_history_actor
from focus_areas.models import FocusArea


@transaction.atomic
def set_coordinated_areas(
    *, user: User, areas: Collection[FocusArea], by: User | str, at: datetime
) -> bool:
    """Make a user the coordinator of exactly these areas; return whether anything changed.

    The history of each area that changes records it.
    """
    lock_rows(FocusArea.objects.all())
    before = set(areas_of(user))
    for area in sorted(before.symmetric_difference(areas), key=lambda area: area.number):
        set_history_actor(area, by, at)
        if area in before:
            area.coordinators.remove(user)
        else:
            area.coordinators.add(user)
    return before != set(areas)


def areas_of(user: User) -> list[FocusArea]:
    """Return the areas that a user coordinates, in their order."""
    return list(FocusArea.objects.filter(coordinators=user).order_by("number"))
