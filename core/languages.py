"""In which of the six languages a text is shown that staff wrote: the reader's or another."""

from django.db.models import Model
from modeltranslation.utils import build_localized_fieldname, get_language, resolution_order


def is_written(row: Model, field: str, language: str) -> bool:
    """Say whether staff have written a text in a language."""
    return bool(getattr(row, build_localized_fieldname(field, language)))


def language_shown(row: Model, field: str, reader: str = "") -> str:
    """Return the language in which a text is shown: the reader's, else French, else English."""
    order = resolution_order(reader or get_language())
    for language in order:
        if is_written(row, field, language):
            return language
    return order[-1]
