"""Counting the files beforehand, so that nobody who looks at the figures waits for it.

What each file counts for is kept, so that a change takes the old away and adds the new. Nothing
is signalled: a file whose version is not the one that was counted is counted anew, whoever has
changed it and however long ago.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import F

from focus_areas.models import FocusArea
from members.models import Member, MemberStatus
from members.services.response_times import day_in_geneva, working_days_from
from triage.statistics.models import (
    ANSWERED,
    NO_AREA,
    OUTCOMES,
    CountedFile,
    Respect,
    Tally,
    Tallying,
    TallyKind,
)

# At most so many in one transaction, for which an officer may have to wait.
COUNTED_AT_ONCE: Final = 500
# And so many of those in one go; the rest is for the next.
STEPS_AT_MOST: Final = 20
OF_A_COUNT: Final = [
    "arrived_on",
    "first_choice_number",
    "category",
    "country",
    "outcome",
    "outcome_on",
    "area_number",
]


class Key(NamedTuple):
    """What tells one tally from another, in the order of its columns."""

    call: int
    respect: Respect
    value: str
    kind: TallyKind
    area_number: int


def refresh_snapshots(*, at: datetime) -> int:
    """Count the files that came or changed since they were counted, and return how many.

    Safe to run twice, and by two at once: the second waits, and finds nothing.
    """
    counted = 0
    for _step in range(STEPS_AT_MOST):
        done = _count_some(at)
        counted += done
        if done < COUNTED_AT_ONCE:
            break
    return counted


@transaction.atomic
def _count_some(at: datetime) -> int:
    """Count some of the files that are to be, and say so where these were the last."""
    state = _lock_tallies()
    # What somebody is changing at this moment is counted once they have, and nobody waits.
    waiting = Member.objects.to_tally().select_for_update(skip_locked=True, no_key=True)
    members = list(waiting.only(*_of_a_member())[:COUNTED_AT_ONCE])
    if members:
        _count(members)
    if len(members) < COUNTED_AT_ONCE and (state.as_of is None or state.as_of < at):
        state.as_of = at
        state.save(update_fields=["as_of"])
    return len(members)


def _lock_tallies() -> Tallying:
    """Keep everybody else from counting until the transaction ends."""
    Tallying.objects.bulk_create([Tallying(pk=1)], ignore_conflicts=True)
    return Tallying.objects.select_for_update().get(pk=1)


def _of_a_member() -> list[str]:
    """Return the columns that tell what a member counts for: none of its long texts."""
    facts = ["call", "submitted_at", "first_choice", "category", "country"]
    return [*facts, "status", "focus_area", "decided_at", "withdrawn_at"]


def _count(members: list[Member]) -> None:
    """Take away what some files counted for, and add what they count for now."""
    numbers = dict(FocusArea.objects.values_list("pk", "number"))
    before = CountedFile.objects.in_bulk([member.pk for member in members])
    differences: Counter[Key] = Counter()
    for member in members:
        if member.pk in before:
            differences.subtract(_keys(member.call_id, before[member.pk]))
    counted = [_count_for(member, numbers) for member in members]
    for member, file in zip(members, counted, strict=True):
        differences.update(_keys(member.call_id, file))

    _add({key: number for key, number in differences.items() if number})
    CountedFile.objects.bulk_create(
        counted, update_conflicts=True, unique_fields=["member"], update_fields=OF_A_COUNT
    )
    # Bookkeeping, and no fact of the file: neither history nor version.
    Member.objects.filter(pk__in=[member.pk for member in members]).update(
        tallied_version=F("version")
    )


def _count_for(member: Member, numbers: dict[int, int]) -> CountedFile:
    """Say what a file counts for as it stands now, with days of Geneva's calendar."""
    outcome = TallyKind(member.status) if member.status in OUTCOMES else ""
    ended_at = member.withdrawn_at if member.status == MemberStatus.WITHDRAWN else member.decided_at
    return CountedFile(
        member_id=member.pk,
        arrived_on=day_in_geneva(member.submitted_at),
        first_choice_number=numbers[member.first_choice_id],
        category=member.category,
        country=member.country,
        outcome=outcome,
        outcome_on=day_in_geneva(ended_at) if ended_at else None,
        area_number=numbers[member.focus_area_id] if member.focus_area_id else NO_AREA,
    )


def _keys(call: int, file: CountedFile) -> Iterator[Key]:
    """Name the tallies that a file is in."""
    yield from _alike(call, file, TallyKind.ARRIVED, file.first_choice_number, file.arrived_on)
    if file.outcome and file.outcome_on:
        outcome = TallyKind(file.outcome)
        yield from _alike(call, file, outcome, file.area_number, file.outcome_on)
        if outcome in ANSWERED:
            days = working_days_from(file.arrived_on, file.outcome_on)
            yield Key(call, Respect.WORKING_DAYS, str(days), outcome, file.area_number)


def _alike(
    call: int, file: CountedFile, kind: TallyKind, area_number: int, on: date
) -> Iterator[Key]:
    """Name the tallies of one kind that a file is in: one in each respect."""
    yield Key(call, Respect.DAY, on.isoformat(), kind, area_number)
    yield Key(call, Respect.MONTH, on.isoformat()[:7], kind, area_number)
    yield Key(call, Respect.CATEGORY, file.category, kind, area_number)
    yield Key(call, Respect.COUNTRY, file.country, kind, area_number)


def _add(differences: dict[Key, int]) -> None:
    """Add to tallies, or take away; what comes to nothing is deleted."""
    calls = {key.call for key in differences}
    values = {key.value for key in differences}
    # Those, and perhaps some more: none that is asked for is left out.
    found = Tally.objects.filter(call__in=calls, value__in=values)
    before = {_key_of(tally): tally for tally in found}
    gone, changed = [], []
    for key, number in differences.items():
        count = number + (before[key].count if key in before else 0)
        if count:
            changed.append(_tally_of(key, count))
        else:
            gone.append(before[key].pk)

    Tally.objects.filter(pk__in=gone).delete()
    Tally.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["call", "respect", "value", "kind", "area_number"],
        update_fields=["count"],
    )


def _tally_of(key: Key, count: int) -> Tally:
    """Return a tally by what tells it from the others."""
    call, respect, value, kind, area_number = key
    return Tally(
        call_id=call, respect=respect, value=value, kind=kind, area_number=area_number, count=count
    )


def _key_of(tally: Tally) -> Key:
    """Return what tells a tally from the others."""
    respect, kind = Respect(tally.respect), TallyKind(tally.kind)
    return Key(tally.call_id, respect, tally.value, kind, tally.area_number)
