"""How a paragraph came about: its wordings in all drafts, their sources, and the answers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from core.text_diff import DiffSegment, diff_words
from framework.models import Amendment, Draft, Paragraph, Wording
from framework.services.numbering import NumberedWording, numbered_alone
from framework.services.reader import Reader
from framework.services.shown_amendments import AmendmentShown, shown_amendments
from framework.services.states import day_in_words


@dataclass(frozen=True, kw_only=True)
class Step:
    """A paragraph in one draft. Without a wording, it was deleted then.

    `segments` is what changed since the former draft, or the whole text of the first one.
    `split_from` and `merged` are those of the former draft from which text was taken; `parts` and
    `merged_into` those of this one which took text from it. `answers` are to the amendments of the
    former draft.
    """

    draft: Draft
    numbered: NumberedWording | None = None
    is_first: bool = False
    is_changed: bool = False
    segments: list[DiffSegment] = field(default_factory=list)
    split_from: list[NumberedWording] = field(default_factory=list)
    merged: list[NumberedWording] = field(default_factory=list)
    parts: list[NumberedWording] = field(default_factory=list)
    merged_into: list[NumberedWording] = field(default_factory=list)
    answers: list[AmendmentShown] = field(default_factory=list)

    @property
    def day(self) -> str:
        """When the draft was opened or adopted."""
        moment = self.draft.opens_at or self.draft.adopted_at
        return day_in_words(moment) if moment else ""


@dataclass(frozen=True)
class ParagraphHistory:
    """All that is read about a paragraph. `steps` has its drafts, the latest first."""

    paragraph: Paragraph
    steps: list[Step]
    amendments: list[AmendmentShown]

    @property
    def latest(self) -> NumberedWording | None:
        """The latest wording with its number."""
        return next((each.numbered for each in self.steps if each.numbered), None)


def history_of(
    paragraph: Paragraph, *, draft: Draft, drafts: Sequence[Draft], reader: Reader
) -> ParagraphHistory:
    """Return the history of a paragraph with the amendments to one draft, in twelve queries.

    `drafts` are all that the group reads, the latest first. Of the latest one, the answers are not
    published yet.
    """
    shown = {each.pk: each for each in drafts}
    wordings = Wording.objects.filter(draft__in=shown).select_related("paragraph")
    framework = reader.framework
    own = wordings.filter(paragraph=paragraph).prefetch_related("sources")
    rows = {each.wording.draft_id: each for each in numbered_alone(framework, own)}
    keys = {source.pk for row in rows.values() for source in row.wording.sources.all()}
    sources: dict[int, list[NumberedWording]] = defaultdict(list)
    for each in numbered_alone(framework, wordings.filter(paragraph__in=keys - {paragraph.pk})):
        sources[each.wording.draft_id].append(each)
    takers: dict[int, list[NumberedWording]] = defaultdict(list)
    taking = wordings.filter(sources=paragraph).exclude(paragraph=paragraph)
    for each in numbered_alone(framework, taking):
        takers[each.wording.draft_id].append(each)
    answers = _published_answers(paragraph, drafts, reader)
    return ParagraphHistory(
        paragraph,
        list(_steps(paragraph, drafts, rows, sources, takers, answers)),
        amendments_at(paragraph, draft=draft, drafts=drafts, reader=reader),
    )


def amendments_at(
    paragraph: Paragraph | None, *, draft: Draft, drafts: Sequence[Draft], reader: Reader
) -> list[AmendmentShown]:
    """Return the amendments to a draft at a paragraph, or those that stand at the beginning."""
    if not reader.sees_amendments(draft):
        return []
    sent = Amendment.objects.sent().filter(draft=draft, paragraph=paragraph)
    return shown_amendments(reader, sent, answered=drafts[1:])


def _published_answers(
    paragraph: Paragraph, drafts: Sequence[Draft], reader: Reader
) -> dict[int, list[AmendmentShown]]:
    """Return the answers that the paragraph shows, by the draft that was amended."""
    answered = [each for each in drafts[1:] if reader.sees_amendments(each)]
    sent = Amendment.objects.sent().filter(
        Q(paragraph=paragraph) | Q(answer__paragraph=paragraph),
        draft__in=answered,
        answer__isnull=False,
    )
    found: dict[int, list[AmendmentShown]] = defaultdict(list)
    for each in shown_amendments(reader, sent, answered=answered):
        found[each.amendment.draft_id].append(each)
    return found


def _steps(
    paragraph: Paragraph,
    drafts: Sequence[Draft],
    rows: dict[int, NumberedWording],
    sources: dict[int, list[NumberedWording]],
    takers: dict[int, list[NumberedWording]],
    answers: dict[int, list[AmendmentShown]],
) -> list[Step]:
    steps: list[Step] = []
    former: Draft | None = None
    for draft in reversed(drafts):
        row, before = rows.get(draft.pk), rows.get(former.pk) if former else None
        if row or before:
            taken_from = _taken_from(row, sources[former.pk]) if row and former else []
            is_merge = row is not None and paragraph in row.wording.sources.all()
            taking = takers[draft.pk]
            text, then = (each.wording.text_en if each else "" for each in (row, before))
            steps.append(
                Step(
                    draft=draft,
                    numbered=row,
                    is_first=before is None,
                    is_changed=text != then,
                    segments=diff_words(then if before else text, text),
                    split_from=[] if is_merge else taken_from,
                    merged=taken_from if is_merge else [],
                    parts=taking if row else [],
                    merged_into=[] if row else taking,
                    answers=answers.get(former.pk, []) if former else [],
                )
            )
        former = draft
    return steps[::-1]


def _taken_from(row: NumberedWording, former: list[NumberedWording]) -> list[NumberedWording]:
    keys = {source.pk for source in row.wording.sources.all()}
    return [each for each in former if each.wording.paragraph_id in keys]
