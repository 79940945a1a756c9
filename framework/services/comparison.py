"""What changed from one draft to a later one, paragraph by paragraph, and who asked for it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.text_diff import DiffSegment, diff_words
from framework.models import TAKING, Amendment, AmendmentKind, Draft, Wording
from framework.services.numbering import NumberedWording, numbered_text
from framework.services.reader import Reader
from framework.services.shown_amendments import organisations_shown
from framework.services.texts import language_of
from members.models import Member


class ChangeKind(TextChoices):
    """What happened to a paragraph."""

    CHANGED = "changed", pgettext_lazy("a paragraph", "Changed (MOD)")
    NEW = "new", pgettext_lazy("a paragraph", "New (ADD)")
    DELETED = "deleted", pgettext_lazy("a paragraph", "Deleted (SUP)")
    SPLIT = "split", pgettext_lazy("a paragraph", "Split off")
    MERGED = "merged", pgettext_lazy("a paragraph", "Merged")
    RENUMBERED = "renumbered", pgettext_lazy("a paragraph", "Renumbered")
    SAME = "same", _("No change")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One paragraph in two drafts. `number` is that of the later one, if it is still there.

    `sources` are those of the earlier draft from which text was taken, `merged_into` is that of the
    later draft which took it, both in words. `organisations` are those whose amendments were taken.
    """

    kind: ChangeKind
    shown: NumberedWording
    number: str
    former_number: str
    segments: list[DiffSegment]
    language: str = "en"
    sources: list[str] = field(default_factory=list)
    merged_into: str = ""
    organisations: list[str] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        return self.kind != ChangeKind.SAME

    @property
    def is_renumbered(self) -> bool:
        return bool(self.number and self.former_number) and self.number != self.former_number


@dataclass
class ComparedSection:
    """Compared paragraphs under one heading, or before the first one."""

    heading: Comparison | None
    rows: list[Comparison] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        return any(each.is_changed for each in (self.heading, *self.rows) if each)


@dataclass(frozen=True)
class ComparedDrafts:
    """Two drafts compared: sections with what is shown of them, and how often each change is."""

    sections: list[ComparedSection]
    counts: list[tuple[ChangeKind, int]]


def compare_drafts(
    before: Draft, after: Draft, *, reader: Reader, with_unchanged: bool = False
) -> ComparedDrafts:
    """Compare two drafts of a framework, with the same number of queries for every length."""
    old = {each.wording.paragraph_id: each for each in numbered_text(before)}
    new = {each.wording.paragraph_id: each for each in numbered_text(after)}
    sources, takers = _sources(before, after), members_taken(before, after)
    rows = [
        _comparison(key, old, new, sources, takers, reader)
        for key in _in_order(list(old), list(new))
    ]
    counted = Counter(each.kind for each in rows)
    shown = (each for each in rows if with_unchanged or each.shown.is_heading or each.is_changed)
    sections = [each for each in _sections(shown) if with_unchanged or each.is_changed]
    return ComparedDrafts(sections, [(kind, counted[kind]) for kind in ChangeKind if counted[kind]])


def members_taken(before: Draft, after: Draft) -> dict[int, list[Member]]:
    """Return the members whose amendments were taken between two drafts, by paragraph.

    An amendment that was merged with another one was taken if the other was.
    """
    was_taken = Q(answer__kind__in=TAKING) | Q(answer__merged_with__answer__kind__in=TAKING)
    found = (
        Amendment.objects.sent()
        .filter(
            was_taken,
            draft__framework=after.framework_id,
            draft__number__gte=before.number,
            draft__number__lt=after.number,
        )
        .exclude(kind__in=(AmendmentKind.KEEP, AmendmentKind.COMMENT))
        .select_related("member", "answer")
    )
    members: dict[int, list[Member]] = defaultdict(list)
    for each in found:
        paragraph = each.answer.paragraph_id
        # An addition stands after its own paragraph, which it does not change.
        if paragraph and not (each.kind == AmendmentKind.ADD and paragraph == each.paragraph_id):
            members[paragraph].append(each.member)
    return members


def _sources(before: Draft, after: Draft) -> dict[int, set[int]]:
    """Return the paragraphs from which each one took text after one draft, until another."""
    pairs = Wording.sources.through.objects.filter(
        wording__draft__framework=after.framework_id,
        wording__draft__number__gt=before.number,
        wording__draft__number__lte=after.number,
    ).values_list("wording__paragraph", "paragraph")
    found: dict[int, set[int]] = defaultdict(set)
    for paragraph, source in pairs:
        if paragraph != source:
            found[paragraph].add(source)
    return found


def _in_order(old: Sequence[int], new: Sequence[int]) -> Iterator[int]:
    """Yield the paragraphs of the later draft, each deleted one after that which it followed."""
    present = set(new)
    gone: dict[int | None, list[int]] = defaultdict(list)
    last: int | None = None
    for key in old:
        if key in present:
            last = key
        else:
            gone[last].append(key)
    yield from gone[None]
    for key in new:
        yield key
        yield from gone[key]


def _comparison(
    key: int,
    old: Mapping[int, NumberedWording],
    new: Mapping[int, NumberedWording],
    sources: Mapping[int, set[int]],
    takers: Mapping[int, Iterable[Member]],
    reader: Reader,
) -> Comparison:
    then, now = old.get(key), new.get(key)
    shown = new[key] if key in new else old[key]
    language = language_of(*(each.wording for each in (then, now) if each))
    was, text = (each.wording.text_in(language) if each else "" for each in (then, now))
    taken_from = [old[each] for each in old if each in sources.get(key, ())]
    taker = next((new[each] for each in new if key in sources.get(each, ())), None)
    return Comparison(
        kind=_kind(then, now, is_same=was == text, is_part=bool(taken_from), is_taken=bool(taker)),
        shown=shown,
        number=now.number if now else "",
        former_number=then.number if then else "",
        segments=diff_words(was, text),
        language=language,
        sources=[each.label for each in taken_from],
        merged_into=taker.label if taker and now is None else "",
        organisations=organisations_shown(takers.get(key, ()), reader),
    )


def _kind(
    then: NumberedWording | None,
    now: NumberedWording | None,
    *,
    is_same: bool,
    is_part: bool,
    is_taken: bool,
) -> ChangeKind:
    if then is None:
        return ChangeKind.SPLIT if is_part else ChangeKind.NEW
    if now is None:
        return ChangeKind.MERGED if is_taken else ChangeKind.DELETED
    if not is_same or then.wording.kind != now.wording.kind:
        return ChangeKind.CHANGED
    return ChangeKind.SAME if then.number == now.number else ChangeKind.RENUMBERED


def _sections(rows: Iterable[Comparison]) -> Iterator[ComparedSection]:
    section = ComparedSection(None)
    for row in rows:
        if row.shown.is_heading:
            yield section
            section = ComparedSection(row)
        else:
            section.rows.append(row)
    yield section
