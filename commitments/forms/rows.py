"""Rows of a form that a person adds and removes: targets, places, amounts and partners.

The fields of a row are named `target-0-unit`. A row exists if its hidden `key` was posted, so gaps
in the numbers are allowed, and no other field counts the rows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Final
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from commitments.services.drafts import Fields

MAX_ROWS: Final = 20
KEY: Final = "key"


class RowForm(forms.Form):
    """One row. If nothing is typed in it, it is left out."""

    use_required_attribute = False
    # What the names of the fields begin with.
    kind: ClassVar[str]
    # The field of `Content` with the rows.
    content_name: ClassVar[str]
    # Fields that the page shows only when somebody asks for more.
    folded: ClassVar[tuple[str, ...]] = ()
    # Fields that have a value in an empty row.
    prefilled: ClassVar[tuple[str, ...]] = ()

    key = forms.CharField(required=False, widget=forms.HiddenInput)

    data: QueryDict

    def __init__(self, fields: QueryDict, *, number: int, is_required: bool, **kwargs: Any) -> None:
        super().__init__(fields, prefix=f"{self.kind}-{number}", label_suffix="", **kwargs)
        self.number = number
        self.is_required = is_required

    @classmethod
    def values_of(cls, rows: Sequence[Any]) -> list[dict[str, object]]:
        """Return the values of the fields of rows of a content, by name."""
        return [{name: getattr(row, name, None) for name in cls.base_fields} for row in rows]

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed in the row."""
        ignored = {KEY, *self.prefilled}
        return not any(
            value.strip()
            for name in self.fields
            if name not in ignored
            for value in self.data.getlist(self.add_prefix(name))
        )

    @property
    def is_left_out(self) -> bool:
        """Whether the row counts for nothing: it is blank, and others may do without it."""
        return self.is_blank and not self.is_required

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_left_out:
            self._errors = ErrorDict()

    @property
    def is_unfolded(self) -> bool:
        """Whether one of the folded fields has a value or an error."""
        return any(self[name].errors or self[name].value() for name in self.folded)

    def main_fields(self) -> Iterator[forms.BoundField]:
        """Yield the fields that are always shown."""
        return (self[name] for name in self.fields if name not in (KEY, *self.folded))

    def folded_fields(self) -> Iterator[forms.BoundField]:
        """Yield the fields that are shown on demand."""
        return (self[name] for name in self.folded)

    def row_key(self, taken: set[UUID]) -> UUID:
        """Return the key of the row, which no other row has, and note it as taken."""
        typed = self.data.get(self.add_prefix(KEY), "")
        try:
            key = UUID(typed)
        except ValueError:
            key = uuid5(NAMESPACE_URL, f"{self.prefix}-{typed}")
        while key in taken:
            key = uuid5(key, str(self.prefix))
        taken.add(key)
        return key


def row_numbers(names: Iterable[str], kind: str) -> list[int]:
    """Return the numbers of the rows of a kind among names of fields, at most MAX_ROWS."""
    found = (re.fullmatch(rf"{kind}-(\d{{1,4}})-{KEY}", name, re.ASCII) for name in names)
    return sorted({int(match[1]) for match in found if match})[:MAX_ROWS]


def with_rows_added(fields: Fields, kind: str, count: int) -> tuple[Fields, int]:
    """Return fields with some empty rows of a kind more, and the number of the first of them."""
    numbers = row_numbers(fields, kind)
    first = max(numbers, default=-1) + 1
    added = {
        f"{kind}-{number}-{KEY}": [str(uuid4())]
        for number in range(first, first + min(count, MAX_ROWS - len(numbers)))
    }
    return {**fields, **added}, first


def with_row_removed(fields: Fields, kind: str, number: int) -> Fields:
    """Return fields without one row of a kind."""
    prefix = f"{kind}-{number}-"
    return {name: values for name, values in fields.items() if not name.startswith(prefix)}
