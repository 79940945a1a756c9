"""Texts in six languages that come with the portal, for rows that `migrate` creates."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings
from modeltranslation.utils import build_localized_fieldname

# The text of each column of one row.
Texts = Mapping[str, str]
NO_TEXTS: Final[Texts] = MappingProxyType({})


@cache
def read_seed_texts(folder: Path) -> dict[str, dict[str, str]]:
    """Read a folder with a file for each language: the texts of each row, by its key and column.

    A file has a table for each key, with the text of each field.
    """
    texts: dict[str, dict[str, str]] = {}
    for language in settings.MODELTRANSLATION_LANGUAGES:
        file = folder / f"{language}.toml"
        for key, fields in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for field, text in fields.items():
                column = build_localized_fieldname(field, language)
                texts.setdefault(key, {})[column] = text.strip()
    return texts


def fill_in_translations(row: Any, texts: Texts, *, former: Texts = NO_TEXTS) -> None:
    """Add the translations that a row lacks, and replace those that an earlier release wrote.

    `former` are the texts of earlier releases, by column. A text that staff wrote is kept, and so
    is a field whose English text they changed, because the translations say something else. A
    column that had a text once, according to the history, stays empty: somebody deleted it.
    """
    fields = [column.removesuffix("_en") for column in texts if column.endswith("_en")]
    ours = [
        build_localized_fieldname(field, language)
        for field in fields
        if _is_same(getattr(row, f"{field}_en"), texts[f"{field}_en"])
        for language in settings.MODELTRANSLATION_LANGUAGES
    ]
    empty = [column for column in ours if not getattr(row, column)]
    versions = list(row.history.values(*empty)) if empty else []
    columns = [
        column
        for column in ours
        if (column in empty and not any(version[column] for version in versions))
        or (column in former and _is_same(getattr(row, column), former[column]))
    ]
    for column in columns:
        setattr(row, column, texts[column])
    if columns:
        row.save(update_fields=columns)


def _is_same(text: str | None, other: str) -> bool:
    """Return whether two texts differ in nothing but how their lines are wrapped."""
    return _on_one_line(text or "") == _on_one_line(other)


def _on_one_line(text: str) -> str:
    # Not every white space: a no-break space is a correction.
    return re.sub("[ \r\n]+", " ", text).strip(" ")
