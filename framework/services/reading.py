"""The text of one draft as a page shows it: sections of numbered paragraphs, and what is sent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from core.languages import is_written
from framework.models import (
    Amendment,
    AmendmentKind,
    Draft,
    DraftStatus,
    Paragraph,
    Wording,
)
from framework.services.action_facts import ActionFacts, ActionsServed, actions_served
from framework.services.numbering import (
    NumberedWording,
    numbered_for_reading,
    numbered_text,
    numbers_of,
)
from framework.services.paragraph_history import ParagraphHistory, amendments_at, history_of
from framework.services.progress import Progress
from framework.services.proposing import takes_proposals
from framework.services.reader import Reader
from framework.services.shown_amendments import AmendmentShown
from framework.services.texts import as_html, language_of

# What `?open=` says instead of a key, for the place before the first paragraph.
BEGINNING: Final = "beginning"
# The text of a draft that was opened does not change.
html_of = lru_cache(maxsize=2000)(as_html)


@dataclass(frozen=True, kw_only=True)
class Row(NumberedWording):
    """A paragraph of a draft. `text` is a heading as it was typed.

    `amendments` are about it, `additions` stand after it. `note` says that it is new, or had
    another number in the former draft. `pillar` is its name, if it has one. `link_words` are those
    of the link that opens it.
    """

    # "Action" or "Paragraph", and what names it alone: its number, or the text of a heading.
    kind: str
    place: str
    text: SafeString | str
    language: str
    amendments: int = 0
    additions: int = 0
    note: str = ""
    pillar: str = ""
    link_words: str = ""
    facts: ActionFacts | None = None
    history: ParagraphHistory | None = None

    @property
    def address(self) -> str:
        """The address on the page that opens the paragraph."""
        return f"?open={self.key}#{self.key}"

    @property
    def has_more(self) -> bool:
        """Whether something stands below the text."""
        return bool(self.note or self.pillar or self.facts)

    def __getitem__(self, name: str) -> Any:
        """Return a fact. A template looks for an item first, and a page has thousands of facts."""
        return getattr(self, name)


@dataclass
class Section:
    """A heading and what is under it, or what is before the first one.

    `total` counts their amendments.
    """

    rows: list[Row] = field(default_factory=list)
    total: int = 0

    @property
    def heading(self) -> Row | None:
        return next((row for row in self.rows[:1] if row.is_heading), None)

    @property
    def last(self) -> Row:
        """The last paragraph of it."""
        return self.rows[-1]


@dataclass(frozen=True, kw_only=True)
class DraftRead:
    """A draft as a page shows it. `total` counts the amendments that the reader sees."""

    draft: Draft
    sections: list[Section]
    languages: list[str]
    translations: list[str]
    actions: int
    total: int = 0
    organisations: int = 0
    at_beginning: int = 0
    opened_at_beginning: list[AmendmentShown] = field(default_factory=list)
    served: ActionsServed | None = None


def read_draft(draft: Draft, *, progress: Progress, reader: Reader, opened: str = "") -> DraftRead:
    """Return a draft as a reader sees it. `opened` is the key of a paragraph, with its history.

    The number of queries is the same for every length of the text and number of amendments.
    """
    # Only an opened paragraph needs more of its row than the key.
    text = numbered_text(draft) if opened else numbered_for_reading(draft)
    counts = _amendment_counts(draft, reader)
    words = RowWords(draft, may_propose=may_propose(draft, progress, reader))
    served = actions_served(draft, text)
    place: dict[str, Any] = {"draft": draft, "drafts": progress.shown, "reader": reader}
    row = next((each for each in text if each.key == opened), None)
    history = history_of(row.wording.paragraph, **place) if row else None
    rows = [_row(each, words, counts, served, history) for each in text]
    beginning, total = counts.get(None, (0, 0))[1], sum(map(sum, counts.values()))
    return DraftRead(
        draft=draft,
        sections=list(_sections(rows, beginning)),
        languages=list(dict.fromkeys(row.language for row in rows)),
        translations=_translations(draft, text),
        actions=sum(row.is_action for row in rows),
        total=total,
        organisations=_number_of_organisations(draft, reader),
        at_beginning=beginning,
        opened_at_beginning=amendments_at(None, **place) if opened == BEGINNING else [],
        served=served,
    )


def may_propose(draft: Draft, progress: Progress, reader: Reader) -> bool:
    """Return whether a reader may propose something about a draft now."""
    return draft == progress.latest and takes_proposals(draft, reader)


def own_sentence(draft: Draft, reader: Reader) -> str:
    """Say what the reader's organisation sent and supports in a draft."""
    if reader.person is None:
        return ""
    own = reader.person.member_id
    about = Amendment.objects.sent().filter(draft=draft).order_by()
    sent = Count("pk", filter=Q(member=own), distinct=True)
    supported = Count("pk", filter=Q(supports__member=own), distinct=True)
    numbers = about.aggregate(sent=sent, supported=supported)
    sent_words = ngettext(
        "Your organisation has sent %(number)d proposal.",
        "Your organisation has sent %(number)d proposals.",
        numbers["sent"],
    )
    supported_words = ngettext(
        "It supports %(number)d proposal.",
        "It supports %(number)d proposals.",
        numbers["supported"],
    )
    sentences = [_("Your organisation has sent no proposal yet.")]
    if numbers["sent"]:
        sentences = [sent_words % {"number": numbers["sent"]}]
    if numbers["supported"]:
        sentences.append(supported_words % {"number": numbers["supported"]})
    return " ".join(sentences)


def former_numbers(draft: Draft) -> dict[int, str]:
    """Return the number of each paragraph in the draft before, by its key."""
    former = Wording.objects.filter(
        draft__framework=draft.framework_id, draft__number=draft.number - 1
    )
    return numbers_of(draft.framework, former.order_by("position", "pk"))


def _amendment_counts(draft: Draft, reader: Reader) -> Mapping[int | None, tuple[int, int]]:
    """Return the number of amendments of each paragraph, and of additions after it."""
    if not reader.sees_amendments(draft):
        return {}
    is_addition = Q(kind=AmendmentKind.ADD)
    counted = (
        Amendment.objects.sent()
        .filter(draft=draft)
        .order_by()
        .values_list("paragraph")
        .annotate(about=Count("pk", filter=~is_addition), additions=Count("pk", filter=is_addition))
    )
    return {key: (about, additions) for key, about, additions in counted}


def _number_of_organisations(draft: Draft, reader: Reader) -> int:
    """Return how many organisations sent amendments. An adopted draft takes none."""
    if draft.status == DraftStatus.ADOPTED or not reader.sees_amendments(draft):
        return 0
    sent = Amendment.objects.sent().filter(draft=draft).order_by()
    return sent.values("member").distinct().count()


def _row(
    numbered: NumberedWording,
    words: "RowWords",
    counts: Mapping[int | None, tuple[int, int]],
    served: ActionsServed | None,
    history: ParagraphHistory | None,
) -> Row:
    paragraph = numbered.wording.paragraph_id
    language = language_of(numbered.wording)
    text = numbered.wording.text_in(language)
    about, additions = counts.get(paragraph, (0, 0))
    return Row(
        numbered.wording,
        numbered.number,
        kind=words.kinds[numbered.is_action],
        place=numbered.number or text,
        text=text if numbered.is_heading else html_of(text),
        language=language,
        amendments=about,
        additions=additions,
        note="" if numbered.is_heading else words.note(numbered),
        pillar=numbered.wording.pillar.name
        if numbered.is_action and numbered.wording.pillar
        else "",
        link_words=words.link(about),
        facts=served.facts.get(numbered.key) if served else None,
        history=history if history and history.paragraph.pk == paragraph else None,
    )


class RowWords:
    """The words of the rows of a draft, translated once each: a page has hundreds of rows."""

    def __init__(self, draft: Draft, *, may_propose: bool) -> None:
        self.draft, self.former = draft, draft.number - 1
        is_final = draft.status == DraftStatus.ADOPTED
        self.numbers = {} if is_final else former_numbers(draft)
        self.kinds = {True: _("Action"), False: _("Paragraph")}
        self.new = _("New in draft %(number)s") % {"number": draft.number}
        # The numbers are filled in for each of them.
        self.renumbered = _("%(number)s in draft %(draft)s")
        self.other = pgettext("of a paragraph", "History") if draft.number else ""
        if may_propose:
            self.other = _("Propose")
        self.links: dict[int, str] = {}

    def note(self, numbered: NumberedWording) -> str:
        """Return what became of a paragraph since the former draft, if its number changed."""
        if not self.numbers:
            return ""
        then = self.numbers.get(numbered.wording.paragraph_id)
        if then is None:
            return self.new
        if not then or then == numbered.number:
            return ""
        return self.renumbered % {"number": then, "draft": self.former}

    def link(self, amendments: int) -> str:
        """Return the words of the link that opens a paragraph."""
        if not amendments:
            return self.other
        if amendments not in self.links:
            words = ngettext("%(number)s proposal", "%(number)s proposals", amendments)
            self.links[amendments] = words % {"number": amendments}
        return self.links[amendments]


def _sections(rows: Iterable[Row], beginning: int) -> Iterator[Section]:
    section = Section(total=beginning)
    for row in rows:
        if row.is_heading and section.rows:
            yield section
            section = Section()
        section.rows.append(row)
        section.total += row.amendments + row.additions
    if section.rows:
        yield section


def _translations(draft: Draft, text: Sequence[NumberedWording]) -> list[str]:
    """Return the other languages in which all of what is adopted is written."""
    if draft.status != DraftStatus.ADOPTED:
        return []
    codes = [code for code, _name in settings.LANGUAGES if code != get_language()]
    return [code for code in codes if all(is_written(each.wording, "text", code) for each in text)]


def paragraph_of(reader: Reader, key: UUID) -> Paragraph | None:
    """Return a paragraph that a draft of the framework shows, or None."""
    shown = reader.framework.drafts.shown()
    found = Paragraph.objects.filter(framework=reader.framework, key=key)
    return found.filter(wordings__draft__in=shown.order_by()).distinct().first()
