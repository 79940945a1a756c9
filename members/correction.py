"""Putting a file right: the facts of the EOI and of its people."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from members.follow_up import cancel_links_of
from members.locking import Refused, attribute_history, check_version, lock, save_next_version
from members.models import (
    ALSO,
    CONTRIBUTES,
    OF_A_PERSON,
    FocalPoint,
    Member,
    TimelineEntry,
    TimelineKind,
)
from members.timeline import record

# What an EOI says of the organisation; the rest of a member is decided, never corrected.
CORRECTABLE = frozenset(
    {
        "organisation_name",
        "acronym",
        "category",
        "country",
        "website",
        "about",
        "first_choice",
        *ALSO.values(),
        "role",
        *CONTRIBUTES.values(),
        "motivation",
        "publication_consent",
        "newsletter",
    }
)


class NothingChanged(Refused):
    """What was typed is what the file says already."""

    def __init__(self) -> None:
        super().__init__(_("Nothing was changed: these are the facts that the file has."))


@transaction.atomic
def correct_facts(
    *,
    member: Member,
    facts: Mapping[str, object],
    focal_points: Mapping[int, Mapping[str, object]],
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> TimelineEntry:
    """Correct what a file says of the organisation and its people, whatever its status.

    `focal_points` has the facts of each person by the primary key of the focal point. A new
    email address revokes the private links that the old one was sent. The reason stays on the
    timeline, the values in the history.

    Raises NothingChanged and ChangedMeanwhile, and KeyError for what is no fact of the EOI.
    """
    lock(member)
    check_version(member, version)
    _only(facts, CORRECTABLE)

    changed = _apply(member, facts)
    people_changed = False
    for focal_point in member.focal_points.order_by("is_alternate"):
        people_changed |= _correct_person(focal_point, focal_points.get(focal_point.pk, {}), by, at)
    if not changed and not people_changed:
        raise NothingChanged
    save_next_version(member, *changed, by=by, at=at)

    return record(member, TimelineKind.CORRECTED, by=by, at=at, note=reason)


def _correct_person(
    focal_point: FocalPoint, facts: Mapping[str, object], by: User, at: datetime
) -> bool:
    """Save what differs of one focal point, and say whether anything did."""
    _only(facts, OF_A_PERSON)
    changed = _apply(focal_point, facts)
    if not changed:
        return False
    if "email" in changed:
        focal_point.link_version += 1
        changed.append("link_version")
        cancel_links_of(focal_point, at=at)
    attribute_history(focal_point, by, at)
    focal_point.save(update_fields=changed)
    return True


def _apply(row: models.Model, facts: Mapping[str, object]) -> list[str]:
    """Set the facts that differ on a row, and return their names."""
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, facts[name])
    return changed


def _only(facts: Mapping[str, object], allowed: Collection[str]) -> None:
    """Raise KeyError for a name that is no fact of the EOI."""
    for name in facts:
        if name not in allowed:
            raise KeyError(name)
