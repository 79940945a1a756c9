"""Rows of a form that a person types in their order: the items of an agenda, for example.

A row is added, moved and removed by a button that sends the form. The page then shows the rows as
typed in their new order, and saves nothing.

The fields of a row are named `item-0-title`. A row exists if its hidden `key` was sent.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, Generic, TypeVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_ROWS: Final = 40
KEY: Final = "key"
# The name of the buttons; their value is what to do with which row of which kind.
MOVE: Final = "move"
UP, DOWN, REMOVE, ADD = "up", "down", "remove", "add"


class RowForm(forms.Form):
    """One row. If nothing is typed in it, it is left out."""

    use_required_attribute = False
    # What the names of its fields begin with.
    kind: ClassVar[str]

    # The primary key of the stored row; empty in a new one.
    key = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def main_fields(self) -> Iterator[forms.BoundField]:
        """Yield the fields that a person sees."""
        return (field for field in self if not field.is_hidden)


Form = TypeVar("Form", bound=RowForm)


class OrderedRows(Generic[Form]):
    """The rows of one kind on a page. A template takes them as one form, with all their errors."""

    def __init__(
        self,
        form_class: type[Form],
        *,
        stored: Iterable[Mapping[str, object]] = (),
        data: QueryDict | None = None,
        is_only_shown: bool = False,
        **form_facts: Any,
    ) -> None:
        """Read the rows from `data`, or show the stored ones; `form_facts` go to each form.

        With `is_only_shown`, rows that were sent are shown as typed: the language is switched.
        """
        self.form_facts = form_facts
        self.form_class = form_class
        self.kind = form_class.kind
        self.is_bound = data is not None
        rows: list[Mapping[str, object]] = [*stored] if data is None else [*self._sent(data)]
        self.is_too_long = len(rows) > MAX_ROWS
        rows = rows[:MAX_ROWS]
        action = re.fullmatch(
            rf"{self.kind} ({UP}|{DOWN}|{REMOVE}|{ADD})(?: (\d{{1,3}}))?",
            data.get(MOVE, "") if data else "",
            re.ASCII,
        )
        self.is_rearranged = action is not None
        # One page may have rows of several kinds: those of the others are shown as typed, too.
        self.is_only_shown = is_only_shown or (data is not None and MOVE in data)
        if action:
            rows = rearranged(rows, action[1], int(action[2] or 0))
        if not rows:
            rows = [{}]
        self.rows = [self._form(number, row) for number, row in enumerate(rows)]

    def _sent(self, data: QueryDict) -> Iterator[Mapping[str, object]]:
        """Yield the values of each row as they were typed, in the order of their numbers."""
        pattern = re.compile(rf"{self.kind}-(\d{{1,3}})-{KEY}", re.ASCII)
        numbers = sorted({int(match[1]) for name in data if (match := pattern.fullmatch(name))})
        for number in numbers:
            yield {
                name: data.get(f"{self.kind}-{number}-{name}", "")
                for name in self.form_class.base_fields
            }

    def _form(self, number: int, row: Mapping[str, object]) -> Form:
        prefix = f"{self.kind}-{number}"
        shown: dict[str, Any] = {"prefix": prefix, "label_suffix": "", "empty_permitted": True}
        shown |= self.form_facts
        if self.is_bound and not self.is_only_shown:
            return self.form_class(
                {f"{prefix}-{name}": value for name, value in row.items()}, **shown
            )
        return self.form_class(initial=dict(row), **shown)

    def __iter__(self) -> Iterator[forms.BoundField]:
        return (field for form in self.rows for field in form)

    @property
    def errors(self) -> list[object]:
        """The wrong fields of all rows, and whether there are too many rows."""
        wrong: list[object] = [name for form in self.rows for name in form.errors]
        return [*wrong, *self.non_field_errors]

    @property
    def non_field_errors(self) -> Sequence[str]:
        """The errors of the rows together."""
        if not self.is_too_long:
            return []
        words = ngettext("At most %(number)s row.", "At most %(number)s rows.", MAX_ROWS)
        return [words % {"number": MAX_ROWS} + " " + _("The others were left out.")]

    def is_valid(self) -> bool:
        """Return whether the rows were sent to be saved, and can be saved."""
        return self.is_bound and not self.is_only_shown and not self.errors

    @property
    def facts(self) -> list[Any]:
        """The values of all rows in which something was typed, in their order, by name."""
        return [form.cleaned_data for form in self.rows if form.cleaned_data]


def rearranged(
    rows: Sequence[Mapping[str, object]], action: str, number: int
) -> list[Mapping[str, object]]:
    """Return rows after one was added, or after that with a number was moved or removed."""
    changed = [*rows]
    if action == ADD:
        return [*changed, {}][:MAX_ROWS]
    if number >= len(changed):
        return changed
    row = changed.pop(number)
    if action == UP:
        changed.insert(max(number - 1, 0), row)
    elif action == DOWN:
        changed.insert(number + 1, row)
    return changed
