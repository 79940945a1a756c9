"""The translator's file: a workbook with all texts of one language, to fill in and upload."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.spreadsheets import Cell, SafeXlsx
from outbox.models import MessageTemplate, digest_of
from outbox.models.template_types import TemplateType, template_types
from outbox.services.template_editing import MAX_BODY_LENGTH
from outbox.services.template_rendering import (
    ENGLISH,
    MAX_SUBJECT_LENGTH,
    MAX_SUBJECT_WITH_REFERENCE,
)
from outbox.services.template_states import language_of, state_of

# The same in every language, so that a file of one person can be uploaded by another.
COLUMNS: Final = (
    "kind",
    "name",
    "part",
    "language",
    "English",
    "present text",
    "new text",
    "state",
    "limit",
    "placeholders",
    "version",
    "English version",
)
REASON_COLUMN: Final = "reason"
# English is the source, and is edited on its page.
LANGUAGES: Final = tuple(code for code in settings.MODELTRANSLATION_LANGUAGES if code != ENGLISH)


class Part(models.TextChoices):
    """A part of a text, with a row of its own. The values are the field names of a template."""

    SUBJECT = "subject", _("Subject")
    BODY = "body", _("Text")


@dataclass(frozen=True)
class Refusal:
    """A row that was not stored: what the translator wrote, and why."""

    kind: str
    part: str
    language: str
    new_text: str
    reason: str


class Texts:
    """All kinds with their texts in a language and in English, read in one query."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.kinds = {kind.name: kind for kind in template_types()}
        self._rows = {
            (row.template_type, row.language): row
            for row in MessageTemplate.objects.filter(language__in={language, ENGLISH})
        }

    def of(self, kind: str) -> MessageTemplate | None:
        """Return the text of a kind, or None."""
        return self._rows.get((kind, self.language))

    def __getitem__(self, kind: str) -> MessageTemplate:
        return self._rows[kind, self.language]

    def english_of(self, kind: str) -> MessageTemplate | None:
        """Return the English text of a kind, or None."""
        return self._rows.get((kind, ENGLISH))


def parts_of(kind: TemplateType) -> list[Part]:
    """Return the parts of a kind, in the order of a letter."""
    return [Part.SUBJECT, Part.BODY] if kind.has_subject else [Part.BODY]


def write_translations(language: str, file: IO[bytes]) -> int:
    """Write all texts of a language with their English texts, and return the number of lines."""
    texts = Texts(language)
    lines = [_line(texts, kind, part) for kind in texts.kinds.values() for part in parts_of(kind)]
    return _write(language, [COLUMNS, *lines], file)


def write_refused(language: str, refusals: Iterable[Refusal], file: IO[bytes]) -> int:
    """Write rows that were refused, with what was written, the reason and the present texts."""
    lines = [(*COLUMNS, REASON_COLUMN), *_refused_lines(Texts(language), refusals)]
    return _write(language, lines, file)


def _write(language: str, lines: Iterable[Sequence[Cell]], file: IO[bytes]) -> int:
    return SafeXlsx().write_sheets(
        {language: lines},
        file,
        is_right_to_left=language_of(language).direction == "rtl",
        is_wrapped=True,
    )


def _refused_lines(texts: Texts, refusals: Iterable[Refusal]) -> Iterator[Sequence[Cell]]:
    for refusal in refusals:
        kind = texts.kinds.get(refusal.kind)
        if kind and refusal.part in parts_of(kind) and refusal.language == texts.language:
            line = _line(texts, kind, Part(refusal.part), new_text=refusal.new_text)
        else:
            written = {
                "kind": refusal.kind,
                "part": refusal.part,
                "language": refusal.language,
                "new text": refusal.new_text,
            }
            line = [written.get(column, "") for column in COLUMNS]
        yield [*line, refusal.reason]


def _line(texts: Texts, kind: TemplateType, part: Part, *, new_text: str = "") -> list[Cell]:
    """Return the row of one part of a kind, in the order of COLUMNS."""
    template, english = texts.of(kind.name), texts.english_of(kind.name)
    digest = digest_of(english.subject, english.body) if english else ""
    return [
        kind.name,
        str(kind.label),
        part.value,
        texts.language,
        getattr(english, part, ""),
        getattr(template, part, ""),
        new_text,
        str(state_of(template, digest).label),
        _limit(kind, part),
        _placeholders(kind, part),
        template.version if template else 0,
        english.version if english else 0,
    ]


def _limit(kind: TemplateType, part: Part) -> str:
    """Return the limit in characters, which in a subject depends on the reference."""
    if part == Part.BODY:
        return str(MAX_BODY_LENGTH)
    reference = kind.placeholder("reference")
    if reference and reference.may_be_in_subject:
        return f"{MAX_SUBJECT_LENGTH} ({{reference}}: {MAX_SUBJECT_WITH_REFERENCE})"
    return str(MAX_SUBJECT_LENGTH)


def _placeholders(kind: TemplateType, part: Part) -> str:
    """Return the placeholders that a part may have, the required ones with an asterisk."""
    return ", ".join(
        f"{{{each.name}}}{'*' if each.is_required and part == Part.BODY else ''}"
        for each in kind.placeholders
        if part == Part.BODY or each.may_be_in_subject
    )
