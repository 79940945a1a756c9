"""Finds the member that a lead means by the name of a partner."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Q

from commitments.models import Commitment, Partner
from core.folding import fold
from members.models import Member
from members.services.search import words_of

# The most members that are shown for one name.
MAX_CANDIDATES: Final = 6


class KnownPartner(NamedTuple):
    """A partner that the commitment has already: its member, if it is one, and its name."""

    member: int | None
    name: str


def known_partners(commitment: Commitment) -> Mapping[UUID, KnownPartner]:
    """Return the partners that a commitment has had, by key."""
    rows = commitment.partners.values_list("key", "member_id", "name")
    return {key: KnownPartner(member, name) for key, member, name in rows}


def members_named(
    names: Iterable[str], *, known: Iterable[int] = ()
) -> dict[str, Sequence[Member]]:
    """Return the members for each name, in one query: those with all of its words in their name.

    They are listed publicly, or are in `known`: nobody learns here who else is a member. A name
    that is exactly that of one member, or its acronym, has only this one.
    """
    words = {name: words_of(name) for name in names}
    conditions = [
        reduce(lambda both, word: both & Q(search_text__contains=word), of_name, Q())
        for of_name in words.values()
        if of_name
    ]
    if not conditions:
        return {name: [] for name in words}
    listed = Q(pk__in=Member.objects.listed_publicly().values("pk")) | Q(pk__in=list(known))
    members = list(
        Member.objects.filter(listed, reduce(or_, conditions))
        .only("organisation_name", "acronym", "country", "search_text", "reference")
        .order_by("sort_key", "pk")[: MAX_CANDIDATES * max(len(conditions), 4)]
    )
    return {
        name: _best(name, [each for each in members if _has_words(each, of_name)])
        for name, of_name in words.items()
    }


def is_name_of(name: str, member: Member) -> bool:
    """Return whether a text is the name or the acronym of a member."""
    folded = fold(name)
    return bool(folded) and folded in (fold(member.organisation_name), fold(member.acronym))


def is_partner_named(partner: Partner, member: int | None, name: str) -> bool:
    """Return whether a partner is the member with a key, or else the organisation with a name."""
    if member is not None:
        return partner.member_id == member
    if partner.member is not None and is_name_of(name, partner.member):
        return True
    return bool(fold(name)) and fold(name) == fold(partner.name)


def _has_words(member: Member, words: Iterable[str]) -> bool:
    return bool(words) and all(word in member.search_text for word in words)


def _best(name: str, members: Sequence[Member]) -> Sequence[Member]:
    exact = [member for member in members if is_name_of(name, member)]
    return exact if len(exact) == 1 else members[:MAX_CANDIDATES]
