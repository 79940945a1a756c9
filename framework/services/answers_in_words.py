"""What became of the amendments of a member, in words: mail shows no deletions and additions.

Typed texts are escaped, and keep their writing direction. All of it is in the active language.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from core.text_diff import diff_words
from framework.models import (
    KINDS_WITH_TEXT,
    Amendment,
    AmendmentKind,
    AnswerKind,
    Draft,
    Paragraph,
)
from framework.services.numbering import NumberedWording, numbered_text
from members.services.letters.placeholder_values import join_paragraphs
from outbox.services.rendering import (
    MAX_VALUE_LENGTH,
    as_text,
    escape_inline,
    escape_paragraphs,
    one_line,
    private_link_marker,
)
from outbox.services.template_rendering import bidi_isolated

# The amendments that a mail tells in full, and the changes of one text that it tells one by one.
MAX_TOLD: Final = 20
MAX_CHANGES: Final = 3
# By whether words go, and whether others come in their place.
ASKED: Final = {
    (True, True): gettext_noop("You asked to replace “%(old)s” with “%(new)s”."),
    (True, False): gettext_noop("You asked to delete “%(old)s”."),
    (False, True): gettext_noop("You asked to add “%(new)s”."),
}
SAYS: Final = {
    (True, True): gettext_noop("Draft %(number)s replaces “%(old)s” with “%(new)s”."),
    (True, False): gettext_noop("Draft %(number)s deletes “%(old)s”."),
    (False, True): gettext_noop("Draft %(number)s adds “%(new)s”."),
}


@dataclass(frozen=True)
class NumberedTexts:
    """The texts of a draft that was opened or adopted, and of earlier ones, each read once."""

    latest: Draft
    _known: dict[int, Mapping[int, NumberedWording]] = field(default_factory=dict)

    def find(self, draft: Draft, paragraph: Paragraph | None) -> NumberedWording | None:
        """Return the wording of a paragraph in a draft, or None."""
        if draft.pk not in self._known:
            draft.framework = self.latest.framework
            text = numbered_text(draft)
            self._known[draft.pk] = {each.wording.paragraph_id: each for each in text}
        return self._known[draft.pk].get(paragraph.pk) if paragraph else None


def answered_text(number: int) -> str:
    """Return what a letter answers, for its subject: so many proposals, or only their support."""
    if not number:
        return _("answers about what you supported")
    words = ngettext("answer to your proposal", "answers to your %(number)s proposals", number)
    return words % {"number": number}


def may_do_text(organisation: str, *, may_propose: bool) -> str:
    """Return what an organisation may do while a draft is open. Its name is escaped Markdown."""
    words = (
        _(
            "While the draft is open, **%(organisation)s** can propose to change, delete or keep a "
            "paragraph, propose a new one, or comment. It can also support what others propose."
        )
        if may_propose
        else _("**%(organisation)s** is an observer and reads the drafts with all proposals.")
    )
    return words % {"organisation": organisation}


def answers_text(
    amendments: Sequence[Amendment], supported: Sequence[Amendment], texts: NumberedTexts
) -> str:
    """Return what became of a member's amendments, up to MAX_TOLD, and of those it supported."""
    rest = len(amendments) - MAX_TOLD
    more = ngettext(
        "%(number)s more proposal of yours has an answer. [See it on your page](%(address)s)",
        "%(number)s more proposals of yours have answers. [See them on your page](%(address)s)",
        max(rest, 1),
    ) % {"number": rest, "address": private_link_marker(2)}
    return join_paragraphs(
        *(part for each in amendments[:MAX_TOLD] for part in _outcome(each, texts)),
        more if rest > 0 else "",
        _supported_text(supported),
    )


def _outcome(amendment: Amendment, texts: NumberedTexts) -> Iterator[str]:
    """Yield the paragraphs about one amendment."""
    answer = amendment.answer
    before = texts.find(amendment.draft, amendment.paragraph)
    now = texts.find(texts.latest, answer.paragraph)
    yield f"## {_place(amendment, before, now)} · {answer.get_kind_display()}"
    yield _asked(amendment, before)
    if answer.merged_with:
        yield _("It was merged with the proposal of %(organisation)s.") % {
            "organisation": _typed(answer.merged_with.member.organisation_name)
        }
    yield _says(amendment, before, now, texts.latest.number)
    if answer.reason:
        reason = bidi_isolated(escape_paragraphs(answer.reason), get_language() or "en")
        yield _("**Why:** %(reason)s") % {"reason": reason}


def _place(
    amendment: Amendment, before: NumberedWording | None, now: NumberedWording | None
) -> str:
    """Return which paragraph an amendment is about, with its new number if that changed."""
    if amendment.kind == AmendmentKind.ADD:
        if now:
            return _name(now)
        if not before:
            return _("New paragraph at the beginning")
        return _("New paragraph after %(place)s") % {"place": before.number or _name(before)}
    if not before:
        return _("A paragraph")
    if now and now.number != before.number:
        return _("%(place)s, now %(number)s") % {"place": _name(before), "number": now.number}
    return _name(before)


def _name(text: NumberedWording) -> str:
    if text.is_heading:
        return _("Heading “%(words)s”") % {"words": _quoted(text.wording.text_en)}
    return text.label


def _asked(amendment: Amendment, before: NumberedWording | None) -> str:
    match amendment.kind:
        case AmendmentKind.DELETE:
            return _("You asked to delete it.")
        case AmendmentKind.KEEP:
            return _("You asked to keep it as it is.")
        case AmendmentKind.COMMENT:
            return _("You commented: “%(words)s”") % {"words": _typed(amendment.reason)}
    changed = ""
    if before and amendment.kind == AmendmentKind.CHANGE:
        changed = _changes(ASKED, before.wording.text_en, amendment.text)
    return changed or _("You asked for this text: “%(words)s”") % {"words": _quoted(amendment.text)}


def _says(
    amendment: Amendment, before: NumberedWording | None, now: NumberedWording | None, number: int
) -> str:
    """Return what the draft with this number says; nothing if that is clear from the answer."""
    facts = {"number": str(number)}
    if now is None:
        is_addition = amendment.kind == AmendmentKind.ADD
        return "" if is_addition else _("Draft %(number)s no longer has it.") % facts
    is_refused = amendment.answer.kind in (AnswerKind.NOT_TAKEN, AnswerKind.NOTED)
    if is_refused and amendment.kind == AmendmentKind.COMMENT:
        return ""
    text = now.wording.text_en
    if amendment.kind in KINDS_WITH_TEXT and text == amendment.text:
        return _("Draft %(number)s says so.") % facts
    changed = ""
    if before and amendment.kind != AmendmentKind.ADD:
        if text == before.wording.text_en:
            return "" if is_refused else _("Draft %(number)s says the same as before.") % facts
        changed = _changes(SAYS, before.wording.text_en, text, **facts)
    return changed or _("Draft %(number)s says: “%(words)s”") % {**facts, "words": _quoted(text)}


def _changes(sentences: Mapping[tuple[bool, bool], str], one: str, other: str, **facts: str) -> str:
    """Return a sentence for each change between two texts.

    Nothing if they are too many, or if it is shorter to quote the whole text.
    """
    pairs = [["", ""]]
    other = _plain(other)
    for segment in diff_words(_plain(one), other):
        if segment.what == "same":
            pairs.append(["", ""])
        else:
            pairs[-1][segment.what == "new"] += segment.words
    changes = [[words.strip(" ,;") for words in pair] for pair in pairs if any(pair)]
    if len(changes) > (1 if len(other) <= MAX_VALUE_LENGTH else MAX_CHANGES):
        return ""
    return " ".join(
        _(sentences[bool(old), bool(new)]) % {"old": _typed(old), "new": _typed(new), **facts}
        for old, new in changes
        if old or new
    )


def _supported_text(supported: Sequence[Amendment]) -> str:
    """Return one line about the amendments of others that a member supported."""
    if not supported:
        return ""
    line = ngettext(
        "You supported %(number)s proposal of others.",
        "You supported %(number)s proposals of others.",
        len(supported),
    ) % {"number": len(supported)}
    number_of = Counter(each.answer.kind for each in supported)
    counts = [f"{kind.label}: {number_of[kind]}" for kind in AnswerKind if number_of[kind]]
    return " ".join([line, " · ".join(counts)])


def _plain(text: str) -> str:
    """Return the words of a text in Markdown on one line."""
    return one_line(as_text(text))


def _quoted(text: str) -> str:
    return _typed(_plain(text))


def _typed(text: str) -> str:
    """Return what a person typed, as Markdown of one line that keeps its writing direction."""
    return bidi_isolated(escape_inline(text), get_language() or "en")
