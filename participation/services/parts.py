"""Service functions for the parts of working groups. No other code changes who belongs to one."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import (
    Conflict,
    NothingChanged,
    Refused,
    check_version,
    lock,
    lock_rows,
    save_next_version,
)
from core.history import set_history_actor
from focus_areas.models import FocusArea
from meetings.models import Meeting, Part
from meetings.services.meetings import latest_change, note_other_people
from members.models import Member, is_shown_as_admitted
from participation.models import PartMember


class PartConflict(Conflict):
    """The part changed after the person opened it; `version` is the current version."""

    def __init__(self, part: Part) -> None:
        self.version = part.version
        super().__init__(
            _(
                "%(name)s changed this part on %(when)s, after you opened it. Your changes were "
                "not saved."
            )
            % latest_change(part)
        )


@transaction.atomic
def add_part(
    *,
    focus_area: FocusArea | None,
    name: str,
    members: Collection[int],
    by: User,
    at: datetime,
) -> Part:
    """Create a part of a working group, or of the whole coalition, with some members.

    Raises Refused (name_taken, nobody_chosen, not_in_the_group).
    """
    part = Part(focus_area=focus_area, name=name)
    _check(part, members)
    set_history_actor(part, by, at)
    part.save()
    _add(part, members, by, at)
    return part


@transaction.atomic
def change_part(
    *,
    part: Part,
    name: str,
    members: Collection[int],
    version: int | None,
    by: User,
    at: datetime,
) -> Part:
    """Change the name and the members of a part.

    Those who join are told of its meetings to come, and those who leave that they are not invited
    any more: each of these meetings is compared with what was announced, as after any other change.
    Raises PartConflict, NothingChanged, and Refused (name_taken, nobody_chosen, not_in_the_group).
    """
    lock(part)
    check_version(part, version, PartConflict)
    part.name = name
    present = PartMember.objects.filter(part=part, removed_at=None)
    before = set(present.values_list("member", flat=True))
    wanted = set(members)
    if wanted == before and Part.objects.filter(pk=part.pk, name=name).exists():
        raise NothingChanged
    # Those who are in it may stay, whatever became of them.
    _check(part, wanted - before, is_empty=not wanted)
    # Locked as when somebody answers, so that no answer comes from who is removed meanwhile.
    meetings = Meeting.objects.filter(part=part).upcoming(at)
    meetings = meetings.filter(pk__in=lock_rows(Meeting.objects.filter(pk__in=meetings)))
    if wanted != before:
        present.filter(member__in=before - wanted).update(removed_at=at, removed_by=by)
        _add(part, wanted - before, by, at)
        for meeting in meetings.scheduled_or_cancelled().order_by("pk"):
            note_other_people(meeting=meeting, by=by, at=at)
    save_next_version(part, "name", by=by, at=at)
    return part


def possible_members(focus_area: FocusArea | None) -> list[Member]:
    """Return the members who can belong to a part of a group, by name."""
    members = Member.objects.filter(is_shown_as_admitted(), focus_area__isnull=False)
    if focus_area is not None:
        members = members.filter(focus_area=focus_area)
    return list(members.order_by("organisation_name", "pk"))


def _check(part: Part, added: Collection[int], *, is_empty: bool | None = None) -> None:
    """Raise Refused if a part cannot have this name or these further members."""
    others = Part.objects.filter(focus_area=part.focus_area, name=part.name).exclude(pk=part.pk)
    if others.exists():
        raise Refused(_("There is a part with this name already."), code="name_taken")
    if not added if is_empty is None else is_empty:
        raise Refused(_("Choose at least one member."), code="nobody_chosen")
    if not set(added) <= {member.pk for member in possible_members(part.focus_area)}:
        raise Refused(
            _("One of the members does not belong to the group any more. Nothing was changed."),
            code="not_in_the_group",
        )


def _add(part: Part, members: Collection[int], by: User, at: datetime) -> None:
    PartMember.objects.bulk_create(
        PartMember(part=part, member_id=member, added_at=at, added_by=by)
        for member in sorted(members)
    )
