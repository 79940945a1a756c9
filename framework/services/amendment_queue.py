"""The paragraphs of a draft with their amendments, in the order in which staff answer them."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from framework.models import Amendment, Draft, ParagraphNote, Recommendation
from framework.services.numbering import NumberedWording, numbered_text
from members.models import Member


@dataclass(frozen=True)
class QueueRow(NumberedWording):
    """A paragraph of the draft, with the number of its amendments, and of those without an answer.

    An addition stands at the paragraph that it follows; at the first one, if it is the beginning.
    """

    total: int = 0
    unanswered: int = 0


class AmendmentQueue:
    """The amendments of a draft by paragraph. `search` narrows the list down."""

    def __init__(self, draft: Draft, *, search: str = "") -> None:
        self.draft, self.search = draft, search.strip()

    @cached_property
    def text(self) -> list[NumberedWording]:
        return numbered_text(self.draft)

    @cached_property
    def rows(self) -> list[QueueRow]:
        """All paragraphs with amendments, in the order of the text."""
        first = self.text[0].wording.paragraph_id if self.text else None
        counts: dict[int | None, list[int]] = {}
        for key, total, unanswered in self._counts():
            both = counts.setdefault(key or first, [0, 0])
            both[0] += total
            both[1] += unanswered
        return [
            QueueRow(each.wording, each.number, *counts[each.wording.paragraph_id])
            for each in self.text
            if each.wording.paragraph_id in counts
        ]

    @cached_property
    def found(self) -> list[QueueRow]:
        """The rows that the search finds; without a search, all."""
        if not self.search:
            return self.rows
        first = self.text[0].wording.paragraph_id if self.text else None
        words = Q(text__icontains=self.search) | Q(reason__icontains=self.search)
        words |= Q(member__organisation_name__icontains=self.search)
        sent = Amendment.objects.sent().filter(words, draft=self.draft)
        keys = {key or first for key in sent.values_list("paragraph", flat=True)}
        return [
            row
            for row in self.rows
            if row.wording.paragraph_id in keys or row.label.lower() == self.search.lower()
        ]

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)

    @property
    def unanswered(self) -> int:
        return sum(row.unanswered for row in self.rows)

    @property
    def answered(self) -> int:
        return self.total - self.unanswered

    @property
    def width(self) -> int:
        """The part that is answered, in per cent."""
        return 100 * self.answered // (self.total or 1)

    def row_of(self, key: str) -> QueueRow | None:
        """Return the row of a paragraph of the draft, also without any amendment."""
        if row := next((row for row in self.rows if row.key == key), None):
            return row
        found = (each for each in self.text if each.key == key)
        return next((QueueRow(each.wording, each.number) for each in found), None)

    def amendments_at(self, row: QueueRow) -> "QuerySet[Amendment]":
        """Return the sent amendments at a paragraph, in the order of sending."""
        at = Q(paragraph=row.wording.paragraph_id)
        if self.text[0].wording.pk == row.wording.pk:
            at |= Q(paragraph=None)
        return Amendment.objects.sent().filter(at, draft=self.draft)

    def _counts(self) -> QuerySet[Amendment, tuple[int | None, int, int]]:
        sent = Amendment.objects.sent().filter(draft=self.draft).order_by("paragraph")
        return sent.values_list("paragraph").annotate(
            total=Count("pk"), open=Count("pk", filter=Q(answer=None))
        )


def notes_at(row: QueueRow) -> list[ParagraphNote]:
    """Return the notes of staff at a paragraph, in all drafts, the latest first."""
    notes = ParagraphNote.objects.filter(paragraph=row.wording.paragraph_id)
    return list(notes.select_related("draft").order_by("-pk"))


def amendments_to_recommend(draft: Draft, member: Member) -> QuerySet[Amendment]:
    """Return the sent amendments of other organisations for a co-lead.

    Those without its recommendation come first. `is_recommended` says whether there is one.
    """
    own = Recommendation.objects.filter(amendment=OuterRef("pk"), member=member)
    others = Amendment.objects.sent().filter(draft=draft).exclude(member=member)
    return others.annotate(is_recommended=Exists(own)).order_by("is_recommended", "sent_at", "pk")


def waiting_for(draft: Draft, member: Member) -> QuerySet[Amendment]:
    """Return the unanswered amendments of others that have no recommendation of a co-lead."""
    others = Amendment.objects.unanswered().filter(draft=draft).exclude(member=member)
    return others.exclude(recommendations__member=member)
