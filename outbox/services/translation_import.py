"""Reads a translator's file: each row is checked first, then all that are fit are stored."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from core.conflicts import Conflict, NothingChanged
from core.spreadsheet_parsing import Table, Unreadable
from core.text_diff import DiffSegment, diff_words
from outbox.models import MessageTemplate
from outbox.models.template_types import TemplateType
from outbox.services.rendering import one_line
from outbox.services.template_editing import (
    MAX_BODY_LENGTH,
    clean_body,
    edit_template,
    lock_texts,
    validate_template,
)
from outbox.services.template_rendering import (
    ENGLISH,
    NO_ISOLATES,
    TemplateText,
    max_subject_length,
    render_subject,
    sample_values,
)
from outbox.services.template_states import language_of
from outbox.services.translation_files import Part, Texts, parts_of

MAX_TRANSLATION_ROWS: Final = 1_000
VERSION: Final = re.compile(r"[1-9]\d{0,8}", re.ASCII)
# The column of a subject, with its placeholders.
MAX_STORED_SUBJECT: Final = 200
# The columns that are read. Others are for the translator.
READ_COLUMNS: Final = ("kind", "part", "language", "new text", "version", "English version")

# The words of texts by key and version, which is as a file has it.
SeenTexts = dict[tuple[int, str], dict[str, str]]


class Outcome(models.TextChoices):
    """What an upload does with a row."""

    CHANGES = "changes", gettext_lazy("Will change")
    SAME = "same", gettext_lazy("Unchanged")
    REFUSED = "refused", gettext_lazy("Refused")


class TranslationConflict(Conflict):
    """A text changed after the file was checked."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Texts have changed since you checked the file. Nothing was stored. Read the check "
                "below again."
            )
        )


@dataclass(frozen=True)
class FileRow:
    """A row of a file, as it is written."""

    number: int
    kind: str
    part: str
    language: str
    new_text: str
    version: str
    source_version: str


@dataclass(frozen=True)
class CheckedRow:
    """A row of a file with what an upload does with it. A refused row has a reason."""

    row: FileRow
    outcome: Outcome
    label: str = ""
    reason: str = ""
    text: str = ""
    differences: list[DiffSegment] = field(default_factory=list)

    @property
    def part_label(self) -> str:
        """The name of the part for people, or what the file has in its place."""
        is_known = self.row.part in Part.values
        return str(Part(self.row.part).label) if is_known else self.row.part


def read_translations(table: Table) -> list[FileRow]:
    """Return the rows of a file. Raises Unreadable without the columns."""
    heading = [cell.strip().lower() for cell in table.heading]
    lacking = [name for name in READ_COLUMNS if heading.count(name.lower()) != 1]
    if lacking:
        raise Unreadable(
            _("The first row must have each of these headings once: %(columns)s.")
            % {"columns": ", ".join(READ_COLUMNS)}
        )
    places = [heading.index(name.lower()) for name in READ_COLUMNS]
    return [
        FileRow(number, *(cells[place].strip() for place in places)) for number, cells in table.rows
    ]


def check_translations(rows: Iterable[FileRow], language: str) -> list[CheckedRow]:
    """Return what an upload does with each row of a file for a language."""
    rows, texts = list(rows), Texts(language)
    seen = _texts_seen(rows, language)
    first: dict[tuple[str, str], int] = {}
    checked: list[CheckedRow] = []
    for row in rows:
        found = _check_row(row, texts, seen)
        if found.outcome == Outcome.CHANGES:
            earlier = first.setdefault((row.kind, row.part), row.number)
            if earlier != row.number:
                sentence = _("Row %(number)d is for the same text.")
                found = _refused(found, sentence % {"number": earlier})
        checked.append(found)
    return _valid(checked, texts)


def outcomes(rows: Iterable[CheckedRow]) -> Counter[Outcome]:
    """Return the number of rows with each outcome."""
    return Counter(row.outcome for row in rows)


@transaction.atomic
def store_translations(
    rows: Sequence[FileRow], *, language: str, expected: Iterable[int], by: User, at: datetime
) -> int:
    """Store the rows of a checked file that are fit, and return the number of texts changed.

    `expected` has the numbers of the rows that the person saw as *will change*.

    Raises TranslationConflict if these are others now, and NothingChanged.
    """
    # In the order of their keys, so that two people who upload at once do not wait for each other.
    lock_texts({row.kind for row in rows}, language)
    fit = [row for row in check_translations(rows, language) if row.outcome == Outcome.CHANGES]
    if [row.row.number for row in fit] != list(expected):
        raise TranslationConflict
    if not fit:
        raise NothingChanged
    texts, by_kind = Texts(language), _by_kind(fit)
    for name, parts in by_kind.items():
        template, english = texts[name], texts.english_of(name)
        edit_template(
            template=template,
            **{**_words_of(template), **parts},
            is_active=template.is_active,
            version=template.version,
            source_version=english.version if english else None,
            by=by,
            at=at,
        )
    return len(by_kind)


def _check_row(row: FileRow, texts: Texts, seen: SeenTexts) -> CheckedRow:
    """Check a row alone. Its placeholders are checked together with the other part."""
    kind = texts.kinds.get(row.kind)
    new = one_line(row.new_text) if row.part == Part.SUBJECT else clean_body(row.new_text)
    label = str(kind.label) if kind else row.kind
    checked = CheckedRow(row, Outcome.SAME, label, text=new)
    if not new:
        return checked
    if kind is None or row.part not in parts_of(kind):
        return _refused(checked, _("No email template has this kind and part."))
    if row.language != texts.language:
        sentence = _("This row is not in the language of the upload, %(language)s.")
        return _refused(checked, sentence % {"language": language_of(texts.language).name})
    template = texts.of(kind.name)
    if template is None:
        return _refused(checked, _("This email template does not exist in this language yet."))
    present = getattr(template, row.part)
    if new == present:
        return checked
    reason = _unfit(row, template, texts, seen, new)
    if reason:
        return _refused(checked, reason)
    return replace(checked, outcome=Outcome.CHANGES, differences=diff_words(present, new))


def _unfit(row: FileRow, template: MessageTemplate, texts: Texts, seen: SeenTexts, new: str) -> str:
    """Return why a row cannot be stored, or ""."""
    if not template.is_active:
        return _("This email template is inactive. Activate it first.")
    if not _has_seen(template, row.version, seen):
        return _("This text has changed since the file was downloaded.")
    english = texts.english_of(row.kind)
    if english and not _has_seen(english, row.source_version, seen):
        return _("The English text has changed since the file was downloaded.")
    if row.part == Part.BODY and len(new) > MAX_BODY_LENGTH:
        return _too_long(MAX_BODY_LENGTH, len(new))
    return ""


def _texts_seen(rows: Iterable[FileRow], language: str) -> SeenTexts:
    """Return the texts that a translator saw, by key and version."""
    written = {version for row in rows for version in (row.version, row.source_version)}
    versions = {int(each) for each in written if VERSION.fullmatch(each)}
    history: Any = MessageTemplate
    found = history.history.filter(language__in={language, ENGLISH}, version__in=versions)
    columns = found.order_by("history_id").values_list("id", "version", "subject", "body")
    return {
        (pk, str(version)): {"subject": subject, "body": body}
        for pk, version, subject, body in columns
    }


def _has_seen(template: MessageTemplate, version: str, seen: SeenTexts) -> bool:
    """Return whether the version that a file names has the same text as the present one.

    A review is a new version of the same text.
    """
    if version == str(template.version):
        return True
    return seen.get((template.pk, version)) == _words_of(template)


def _valid(checked: list[CheckedRow], texts: Texts) -> list[CheckedRow]:
    """Refuse the rows whose text is not valid beside the other part of the same kind."""
    faults = {name: _faults(name, parts, texts) for name, parts in _by_kind(checked).items()}
    return [
        _refused(row, " ".join(faults[row.row.kind][row.row.part]))
        if row.outcome == Outcome.CHANGES and faults[row.row.kind].get(row.row.part)
        else row
        for row in checked
    ]


def _faults(name: str, parts: dict[str, str], texts: Texts) -> dict[str, list[str]]:
    """Return the faults of the new parts of a kind, by part.

    A fault of a part that stays as it is, such as a placeholder that the kind no longer has, is one
    of each new part: the text cannot be stored with it.
    """
    kind = texts.kinds[name]
    words = {**_words_of(texts[name]), **parts}
    found = validate_template(kind, texts.language, **words, is_active=True)
    kept = [each for part, sentences in found.items() if part not in parts for each in sentences]
    faults = {part: [*found.get(part, []), *kept] for part in parts}
    if Part.SUBJECT in parts and not faults[Part.SUBJECT]:
        faults[Part.SUBJECT] = _faults_of_length(kind, texts.language, words)
    if any(faults.values()):
        # The other part may be fit only together with the one that is refused.
        return _faults_apart(name, parts, faults, texts)
    return faults


def _faults_apart(
    name: str, parts: dict[str, str], faults: dict[str, list[str]], texts: Texts
) -> dict[str, list[str]]:
    """Return the faults of the parts that remain when those with faults are refused."""
    remaining = {part: text for part, text in parts.items() if not faults[part]}
    if remaining and len(remaining) < len(parts):
        return {**faults, **_faults(name, remaining, texts)}
    return faults


def _faults_of_length(kind: TemplateType, language: str, words: dict[str, str]) -> list[str]:
    """Return the fault of a subject that is too long when it is filled in with the samples."""
    with override(language):
        text = TemplateText(kind.name, language, words["subject"], words["body"])
        subject = render_subject(text, sample_values(kind, in_subject=True))
        length = len(subject.translate(NO_ISOLATES))
    limit = max_subject_length(words["subject"])
    length = max(length, len(words["subject"]) if len(words["subject"]) > MAX_STORED_SUBJECT else 0)
    return [_too_long(limit, length)] if length > limit else []


def _too_long(limit: int, length: int) -> str:
    return _("Too long: at most %(limit)d characters, but it has %(length)d.") % {
        "limit": limit,
        "length": length,
    }


def _by_kind(checked: Iterable[CheckedRow]) -> dict[str, dict[str, str]]:
    """Return the new texts of the rows that are fit, by kind and part."""
    found: dict[str, dict[str, str]] = {}
    for row in checked:
        if row.outcome == Outcome.CHANGES:
            found.setdefault(row.row.kind, {})[row.row.part] = row.text
    return found


def _words_of(template: MessageTemplate) -> dict[str, str]:
    return {"subject": template.subject, "body": template.body}


def _refused(checked: CheckedRow, reason: str) -> CheckedRow:
    return replace(checked, outcome=Outcome.REFUSED, reason=reason, differences=[])
