"""Finds members that may be one organisation or person, and lets staff dismiss such pairs.

It only proposes pairs: only `close_without_letter` makes a member a duplicate of another.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce
from itertools import product
from operator import or_
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime
from members.models import FocalPoint, Member, TimelineKind
from members.services.timeline import add_entry
from triage.duplicates.models import (
    Fingerprint,
    FingerprintedMember,
    FingerprintKind,
    PossibleDuplicate,
    possible_duplicates_q,
    to_match,
)
from triage.duplicates.services.fingerprints import fingerprints_of, full_names_of
from triage.duplicates.services.name_matching import Words, is_similar

# The maximum number per run. The next run continues.
FINGERPRINT_BATCH_SIZE: Final = 1_000
MATCH_BATCH_SIZE: Final = 300
# A fingerprint that more members than this share is not evidence of duplicates.
MAX_CANDIDATES: Final = 50
# The timeline stores it in English, and shows it in the reader's language.
TAKEN_BACK: Final = gettext_noop("cancelled")
REASON_OF: Final = {
    FingerprintKind.DOMAIN: "same_domain",
    FingerprintKind.NAME: "same_name",
    FingerprintKind.EMAIL: "same_person",
    FingerprintKind.PERSON: "same_person",
}


class NoLongerProposed(Refused):
    """The two members are no longer possible duplicates, because one of them was corrected."""

    def __init__(self) -> None:
        super().__init__(
            _("These two organisations are no longer proposed as possible duplicates.")
        )


class HasPossibleDuplicates(Refused):
    """The member may be a duplicate of another active one, and staff have not said yet."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This applicant may be a duplicate. Close it, or mark the two as not "
                "duplicates, before you admit it."
            )
        )


class AlreadyDismissed(Refused):
    """The pair was already dismissed."""

    def __init__(self, by: User | None, at: datetime) -> None:
        super().__init__(
            _("%(name)s marked these two organisations as not duplicates: %(when)s.")
            % {"name": by, "when": format_datetime(at, GENEVA)}
        )


class NotDismissed(Refused):
    """The pair is not dismissed, or the dismissal was undone."""

    def __init__(self) -> None:
        super().__init__(_("These two organisations are already possible duplicates."))


def match_new_members(*, at: datetime) -> int:
    """Find possible duplicates of the members that are new or have changed since the last run.

    The fingerprints of all members are stored first, so that fingerprints that many members share
    are known before any pair is proposed. Returns the number of members processed, the latest
    first. It may run twice or concurrently.
    """
    waiting = to_match(Member.objects.order_by("-pk")).values_list("pk", flat=True)
    fingerprints = Fingerprint.objects.filter(member=OuterRef("pk"))
    unknown = list(waiting.exclude(Exists(fingerprints))[:FINGERPRINT_BATCH_SIZE])
    for pk in unknown:
        _write_traits(pk)
    if len(unknown) == FINGERPRINT_BATCH_SIZE:
        return len(unknown)
    return sum(match_member(pk, at=at) for pk in list(waiting[:MATCH_BATCH_SIZE]))


def match_member(member_pk: int, *, at: datetime) -> bool:
    """Store the fingerprints of a member, then the pairs with members that share one.

    There are two transactions, so that if two members are matched concurrently, the second one to
    start its second transaction sees the other's fingerprints. Returns whether the member was
    matched: another run may have done so, or the member has changed and is matched by the next run.
    """
    version = _write_traits(member_pk)
    return version is not None and _write_resemblances(member_pk, version, at)


def has_possible_duplicates(member: Member, reader: User) -> bool:
    """Return whether an active member and another that the reader sees may be duplicates."""
    return Member.objects.filter(possible_duplicates_q(reader), pk=member.pk).exists()


def check_no_possible_duplicates(member: Member, reader: User) -> None:
    """Raise HasPossibleDuplicates before an admission, until staff have settled each pair."""
    if member.is_undecided and has_possible_duplicates(member, reader):
        raise HasPossibleDuplicates


@transaction.atomic
def dismiss_duplicate(
    *, possible_duplicate: PossibleDuplicate, by: User, at: datetime
) -> PossibleDuplicate:
    """Dismiss a pair of possible duplicates. The dismissal stays after later corrections.

    Raises NoLongerProposed and AlreadyDismissed.
    """
    _lock(possible_duplicate)
    if possible_duplicate.dismissed_at:
        raise AlreadyDismissed(possible_duplicate.dismissed_by, possible_duplicate.dismissed_at)

    possible_duplicate.dismissed_at = at
    possible_duplicate.dismissed_by = by
    possible_duplicate.save(update_fields=["dismissed_at", "dismissed_by"])

    one, other = possible_duplicate.earlier, possible_duplicate.later
    add_entry(one, TimelineKind.DUPLICATE_DISMISSED, by=by, at=at, note=other.reference)
    add_entry(other, TimelineKind.DUPLICATE_DISMISSED, by=by, at=at, note=one.reference)
    return possible_duplicate


@transaction.atomic
def restore_duplicate(
    *, possible_duplicate: PossibleDuplicate, by: User, at: datetime
) -> PossibleDuplicate:
    """Undo the dismissal of a pair. The members are then matched again.

    Raises NoLongerProposed and NotDismissed.
    """
    # Before the pair is locked, in the same order as the matching, to prevent deadlocks.
    FingerprintedMember.objects.update_or_create(
        member_id=possible_duplicate.later_id, defaults={"matched_version": None}
    )
    _lock(possible_duplicate)
    if not possible_duplicate.is_dismissed:
        raise NotDismissed

    possible_duplicate.dismissed_at = None
    possible_duplicate.dismissed_by = None
    possible_duplicate.save(update_fields=["dismissed_at", "dismissed_by"])

    one, other = possible_duplicate.earlier, possible_duplicate.later
    add_entry(
        one, TimelineKind.DUPLICATE_DISMISSED, by=by, at=at, note=f"{other.reference}: {TAKEN_BACK}"
    )
    add_entry(
        other, TimelineKind.DUPLICATE_DISMISSED, by=by, at=at, note=f"{one.reference}: {TAKEN_BACK}"
    )
    return possible_duplicate


def _lock(possible_duplicate: PossibleDuplicate) -> None:
    """Refresh a pair and lock its row until the transaction ends.

    Raises NoLongerProposed if the pair no longer exists.

    The members are not locked, because only their timelines change.
    """
    try:
        possible_duplicate.refresh_from_db(
            from_queryset=PossibleDuplicate.objects.select_for_update()
        )
    except PossibleDuplicate.DoesNotExist as gone:
        raise NoLongerProposed from gone


def _lock_to_match(member_pk: int) -> Member | None:
    """Lock a member; return None if another run has matched it in the meantime."""
    # Locked before the next query, which reads what another worker wrote to another table.
    member = Member.objects.select_for_update(no_key=True).get(pk=member_pk)
    return member if to_match(Member.objects.filter(pk=member_pk)).exists() else None


@transaction.atomic
def _write_traits(member_pk: int) -> int | None:
    """Store the fingerprints of a member, and return the version that they are from."""
    member = _lock_to_match(member_pk)
    if member is None:
        return None
    wanted = fingerprints_of(member, member.focal_points.all())
    kept = {
        (fingerprint.kind, fingerprint.value): fingerprint.pk
        for fingerprint in Fingerprint.objects.filter(member=member)
    }
    gone = [pk for fingerprint, pk in kept.items() if fingerprint not in wanted]
    if gone:
        Fingerprint.objects.filter(pk__in=gone).delete()
    new = sorted(wanted - kept.keys())
    Fingerprint.objects.bulk_create(
        Fingerprint(member=member, kind=kind, value=value) for kind, value in new
    )
    return member.version


@transaction.atomic
def _write_resemblances(member_pk: int, version: int, at: datetime) -> bool:
    """Store the pairs of a member, unless its fingerprints are of an older version."""
    member = _lock_to_match(member_pk)
    if member is None or member.version != version:
        return False
    FingerprintedMember.objects.update_or_create(
        member=member, defaults={"matched_version": version}
    )

    pairs = [
        PossibleDuplicate(
            earlier_id=min(member.pk, other),
            later_id=max(member.pk, other),
            found_at=at,
            **dict.fromkeys(reasons, True),
        )
        for other, reasons in sorted(_reasons_by_file(member).items())
    ]
    of_it = PossibleDuplicate.objects.of(member)
    found = {(pair.earlier_id, pair.later_id) for pair in pairs}
    gone = [pair.pk for pair in of_it if (pair.earlier_id, pair.later_id) not in found]
    if gone:
        of_it.open().filter(pk__in=gone).delete()
    # In the order of their keys, which prevents deadlocks between runs that find the same pairs.
    PossibleDuplicate.objects.bulk_create(
        sorted(pairs, key=lambda pair: (pair.earlier_id, pair.later_id)),
        update_conflicts=True,
        unique_fields=["earlier", "later"],
        update_fields=PossibleDuplicate.REASONS,
    )
    return True


def alike_to(
    unstored: Mapping[int, tuple[Member, list[FocalPoint]]],
) -> dict[int, dict[int, set[str]]]:
    """Return the members similar to each unsaved EOI, with the names of the reason columns.

    Members that were not matched yet are compared by their current facts. The number of queries
    does not depend on the number of EOIs. Nothing is written.
    """
    fingerprints = {
        key: fingerprints_of(member, people) for key, (member, people) in unstored.items()
    }
    holders = _holders_of(set().union(*fingerprints.values()))
    found, with_a_word = {}, {}
    for key, own in fingerprints.items():
        found[key], with_a_word[key] = _reasons_and_to_compare(
            (kind, holders.get((kind, value), ())) for kind, value in own
        )
    names = _names_of(set().union(*with_a_word.values()))
    for key, (member, _people) in unstored.items():
        for other in _alike_among({pk: names[pk] for pk in with_a_word[key]}, member):
            found[key][other].add("similar_name")
    return {key: dict(reasons) for key, reasons in found.items() if reasons}


def _holders_of(
    wanted: set[tuple[FingerprintKind, str]],
) -> dict[tuple[FingerprintKind, str], set[int]]:
    """Return the members with each of some fingerprints, unless too many members share it."""
    values: dict[FingerprintKind, list[str]] = defaultdict(list)
    for kind, value in wanted:
        values[kind].append(value)
    holders: dict[tuple[FingerprintKind, str], set[int]] = defaultdict(set)
    stored = Fingerprint.objects.filter(
        reduce(or_, (Q(kind=kind, value__in=each) for kind, each in values.items()), Q(pk__in=[]))
    )
    # One row more than the limit shows that too many members share a fingerprint.
    place = Window(RowNumber(), partition_by=[F("kind"), F("value")], order_by="member")
    few = stored.annotate(place=place).filter(place__lte=MAX_CANDIDATES + 1)
    for fingerprint in few:
        holders[FingerprintKind(fingerprint.kind), fingerprint.value].add(fingerprint.member_id)
    waiting = to_match(Member.objects.order_by("-pk")).prefetch_related("focal_points")
    for member in waiting[:FINGERPRINT_BATCH_SIZE]:
        for each in fingerprints_of(member, member.focal_points.all()) & wanted:
            holders[each].add(member.pk)
    return {each: some for each, some in holders.items() if len(some) <= MAX_CANDIDATES}


def _reasons_by_file(member: Member) -> dict[int, set[str]]:
    """Return the other members that a member resembles, each with its reason columns."""
    reasons, with_a_word = _reasons_and_to_compare(
        (FingerprintKind(fingerprint.kind), _others_with(fingerprint))
        for fingerprint in Fingerprint.objects.filter(member=member)
    )
    for other in _alike_among(_names_of(with_a_word), member):
        reasons[other].add("similar_name")
    return reasons


def _reasons_and_to_compare(
    shared: Iterable[tuple[FingerprintKind, Iterable[int]]],
) -> tuple[dict[int, set[str]], set[int]]:
    """Return the reasons for each member with shared fingerprints, and whose names to compare.

    Members with the same name need no comparison.
    """
    reasons: dict[int, set[str]] = defaultdict(set)
    with_a_word: set[int] = set()
    for kind, others in shared:
        if kind == FingerprintKind.WORD:
            with_a_word.update(others)
            continue
        for other in others:
            reasons[other].add(REASON_OF[kind])
    same_name = {other for other, why in reasons.items() if "same_name" in why}
    return reasons, with_a_word - same_name


def _others_with(fingerprint: Fingerprint) -> list[int]:
    """Return other members with a fingerprint, or none if too many members share it."""
    same = Fingerprint.objects.filter(kind=fingerprint.kind, value=fingerprint.value)
    holders = list(same.values_list("member", flat=True)[: MAX_CANDIDATES + 2])
    if len(holders) > MAX_CANDIDATES + 1:
        return []
    return [holder for holder in holders if holder != fingerprint.member_id]


def _names_of(members: Iterable[int]) -> dict[int, list[Words]]:
    columns = Member.objects.only("organisation_name", "country")
    return {member.pk: full_names_of(member) for member in columns.filter(pk__in=members)}


def _alike_among(candidates: Mapping[int, list[Words]], member: Member) -> list[int]:
    """Return the members among some whose names are spelled similarly to a member's name."""
    names = full_names_of(member)
    return [
        pk
        for pk, others in candidates.items()
        if any(is_similar(one, another) for one, another in product(names, others))
    ]
