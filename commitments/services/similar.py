"""Commitments of the same lead that may be the same promise, found by comparison."""

import re
from collections.abc import Iterable
from datetime import date
from difflib import SequenceMatcher
from typing import Final

from commitments.models import Commitment, CommitmentStatus
from commitments.services.content import Content
from core.folding import fold
from members.services.countries import region_of

# At least this much of the letters of two titles, with their words sorted, is the same.
MIN_RATIO: Final = 0.7
# Or this much of their words.
MIN_SHARED_WORDS: Final = 0.6
# At most so many are shown side by side.
MAX_SHOWN: Final = 5
NOT_COMPARED: Final = (
    CommitmentStatus.DRAFT,
    CommitmentStatus.DECLINED,
    CommitmentStatus.WITHDRAWN,
    CommitmentStatus.SUPERSEDED,
)

Places = set[tuple[str, str]]


def similar_to(commitment: Commitment, content: Content) -> list[Commitment]:
    """Return the lead's commitments with a similar title, and overlapping place and period.

    The most similar ones come first. It takes two queries.
    """
    others = (
        Commitment.objects.filter(lead=commitment.lead_id)
        .exclude(pk=commitment.pk)
        .exclude(status__in=NOT_COMPARED)
        .prefetch_related("places")
    )
    places = {(place.country, place.region) for place in content.places}
    found = [
        (likeness, other)
        for other in others
        if (likeness := likeness_of(content.title, other.title))
        and do_periods_overlap(content.starts, content.ends, other.starts, other.ends)
        and do_places_overlap(places, {(each.country, each.region) for each in other.places.all()})
    ]
    found.sort(key=lambda each: (-each[0], each[1].pk))
    return [other for _likeness, other in found[:MAX_SHOWN]]


def likeness_of(one: str, other: str) -> float:
    """Return how similar two titles are, from 0 to 1; 0 if they are not similar."""
    words, other_words = _words_of(one), _words_of(other)
    if not words or not other_words:
        return 0
    matcher = SequenceMatcher(None, " ".join(sorted(words)), " ".join(sorted(other_words)))
    ratio = matcher.ratio() if matcher.quick_ratio() >= MIN_RATIO else 0
    shared = len(words & other_words) / len(words | other_words)
    return max(ratio, shared) if ratio >= MIN_RATIO or shared >= MIN_SHARED_WORDS else 0


def do_periods_overlap(
    starts: date | None, ends: date | None, other_starts: date | None, other_ends: date | None
) -> bool:
    """Return whether two periods have a day in common. Without a start or end, they are open."""
    return (starts or date.min) <= (other_ends or date.max) and (other_starts or date.min) <= (
        ends or date.max
    )


def do_places_overlap(places: Places, others: Places) -> bool:
    """Return whether two sets of places have one in common. The world has all of them.

    A country is in its ITU region. Without any place, a commitment may be anywhere.
    """
    if not places or not others or ("", "") in places or ("", "") in others:
        return True
    return bool(
        _countries(places) & _countries(others)
        or _regions(places) & _regions(others)
        or _regions_of(places) & _regions(others)
        or _regions(places) & _regions_of(others)
    )


def _countries(places: Iterable[tuple[str, str]]) -> set[str]:
    return {country for country, _region in places if country}


def _regions(places: Iterable[tuple[str, str]]) -> set[str]:
    return {region for _country, region in places if region}


def _regions_of(places: Iterable[tuple[str, str]]) -> set[str]:
    return {str(region) for country in _countries(places) if (region := region_of(country))}


def _words_of(title: str) -> set[str]:
    # Scripts without spaces between words are compared sign by sign.
    return set(re.findall(r"[\u3040-\u9fff]|[^\W\u3040-\u9fff]+", fold(title)))
