"""What the lead changed in a commitment that it had sent: with an answer, or as a correction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from commitments.models import Commitment, CommitmentEvent
from commitments.services.content import content_of, from_json
from commitments.services.content_in_words import (
    FactChange,
    Reader,
    differences,
    facts_of,
    names_in,
)


@dataclass(frozen=True)
class LeadChange:
    """What one event changed."""

    event: CommitmentEvent
    changes: Sequence[FactChange]


def changes_by_lead(
    commitment: Commitment, events: Iterable[CommitmentEvent], *, reader: Reader
) -> list[LeadChange]:
    """Return what the lead changed before the publication, the newest first.

    `events` are all those of the commitment.
    """
    before = [
        (each, from_json(each.content_before))
        for each in sorted(events, key=lambda each: each.pk)
        if each.content_before is not None
    ]
    if not before:
        return []
    # What was published first is what the lead sent last.
    first = commitment.versions.filter(number=1).first()
    last = from_json(first.content) if first else content_of(commitment)
    contents = [*(content for _event, content in before), last]
    names = names_in(contents)
    stated = [facts_of(each, names, reader=reader) for each in contents]
    changes = zip((event for event, _content in before), stated[:-1], stated[1:], strict=True)
    return [LeadChange(event, differences(was, now)) for event, was, now in changes][::-1]
