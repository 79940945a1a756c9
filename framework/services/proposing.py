"""What a member reads where it proposes: what others propose, its own, and what it may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from django.db.models import QuerySet

from core.autosave import typed_fields
from framework.models import (
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    Draft,
    DraftState,
    Paragraph,
    Wording,
)
from framework.services.amendments import Place
from framework.services.numbering import NumberedWording, numbered, numbered_alone
from framework.services.reader import Reader
from framework.services.shown_amendments import AmendmentShown, shown_amendments


class Actions(NamedTuple):
    """What a reader may do with an amendment now, for their organisation."""

    can_change: bool = False
    can_support: bool = False
    supports: bool = False
    # The wording was changed after the organisation supported it.
    supports_earlier_wording: bool = False


@dataclass(frozen=True)
class PlacedAmendment:
    """An amendment with the place where it is; an addition at the beginning has no paragraph."""

    shown: AmendmentShown
    row: NumberedWording | None
    draft: Draft

    @property
    def status(self) -> str:
        return self.shown.amendment.status


def takes_proposals(draft: Draft, reader: Reader) -> bool:
    """Return whether a reader may propose something about a draft now."""
    return reader.can_propose and draft.state_at(reader.at) == DraftState.OPEN


def actions_of(amendment: Amendment, draft: Draft, reader: Reader) -> Actions:
    """Return what a reader may do with a sent amendment, whose supports are prefetched."""
    if reader.person is None or not takes_proposals(draft, reader):
        return Actions()
    member = reader.person.member_id
    if amendment.member_id == member:
        return Actions(can_change=True)
    own = [each for each in amendment.supports.all() if each.member_id == member]
    is_earlier = any(each.amendment_version != amendment.sent_version for each in own)
    return Actions(
        can_support=not own or is_earlier,
        supports=bool(own),
        supports_earlier_wording=is_earlier,
    )


def others_at(place: Place, reader: Reader) -> list[AmendmentShown]:
    """Return what other members propose at a place, those with the most supporters first."""
    sent = Amendment.objects.sent().filter(draft=place.draft, paragraph=place.paragraph)
    if place.kind == AmendmentKind.ADD:
        sent = sent.filter(kind=AmendmentKind.ADD)
    found = shown_amendments(reader, sent, answered=())
    others = [each for each in found if not each.is_own]
    return sorted(others, key=lambda each: -each.support_count)


def typed_before(place: Place, member_id: int) -> dict[str, str]:
    """Return what a member typed about the place for an earlier draft, and did not send."""
    unsent = Amendment.objects.filter(
        draft__framework=place.draft.framework,
        draft__number__lt=place.draft.number,
        paragraph=place.paragraph,
        kind=place.kind,
        member=member_id,
        status=AmendmentStatus.DRAFT,
    )
    found = unsent.order_by("-draft__number").first()
    return typed_fields(found) if found else {}


def placed_amendments(
    reader: Reader,
    amendments: QuerySet[Amendment],
    *,
    drafts: Sequence[Draft],
    answered: Sequence[Draft],
) -> list[PlacedAmendment]:
    """Return amendments to some drafts, the latest first, in the order of the text.

    `answered` are the drafts of which the answers are known. The texts take one query.
    """
    wordings = Wording.objects.filter(draft__in=amendments.order_by().values("draft"))
    in_order = wordings.select_related("paragraph").order_by("draft", "position", "pk")
    rows = {
        (row.wording.draft_id, row.wording.paragraph_id): row
        for _draft, text in groupby(in_order, key=lambda each: each.draft_id)
        for row in numbered(reader.framework, text)
    }
    found = shown_amendments(reader, amendments, answered=answered)
    by_pk = {draft.pk: draft for draft in drafts}
    placed = [
        PlacedAmendment(
            each,
            rows.get((each.amendment.draft_id, each.amendment.paragraph_id or 0)),
            by_pk[each.amendment.draft_id],
        )
        for each in found
    ]
    return sorted(
        placed,
        key=lambda each: (-each.draft.number, each.row.wording.position if each.row else 0),
    )


def placed_wording(draft: Draft, paragraph: Paragraph) -> NumberedWording | None:
    """Return a paragraph as a draft has it, with its number; None if the draft has it not."""
    found = draft.wordings.filter(paragraph=paragraph).select_related("paragraph")
    return next(numbered_alone(draft.framework, found), None)
