"""What a column and a resource of the open data are, and how their values are written.

The types are those of Table Schema. CSV and JSON have the same values: CSV leaves out what is not
known, JSON has null.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet, TextChoices
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from core.dates import GENEVA
from core.spreadsheets import escape_formula

# The number of rows that are read from the database at a time.
CHUNK_SIZE: Final = 2000
LIST_SEPARATOR: Final = " "

# A text, a translatable text, a number, a day, an instant, or a list of texts and numbers.
Value = str | int | Decimal | bool | date | datetime | list[Any] | None


class Kind(TextChoices):
    """The type of a column. All but `LIST` are types of Table Schema."""

    TEXT = "string", _("Text")
    INTEGER = "integer", _("Whole number")
    NUMBER = "number", _("Number")
    BOOLEAN = "boolean", _("true or false")
    DATE = "date", _("Day, such as 2026-12-31")
    INSTANT = "datetime", _("Time in UTC, such as 2026-12-31T09:30:00Z")
    LIST = "list", _("List: in CSV with a blank between the items, in JSON an array")


def unchanged(value: Any) -> Any:
    """Return a value as the database has it."""
    return value


def day_in_geneva(moment: datetime | None) -> date | None:
    """Return the day of an instant in Geneva, as the pages show it."""
    return moment and moment.astimezone(ZoneInfo(GENEVA)).date()


@dataclass(frozen=True)
class Column:
    """One column, declared once for all formats.

    `source` is the path to a field, or an expression; by default the field with the same name.
    `convert` makes the public value of it. `choices` are the codes that it can have, with
    their labels.
    """

    name: str
    kind: Kind
    description: Any
    source: str | Combinable = ""
    convert: Callable[[Any], Value] = unchanged
    choices: Iterable[Any] = ()
    is_required: bool = False

    @property
    def expression(self) -> Any:
        """What the database is asked for."""
        return F(self.source or self.name) if isinstance(self.source, str) else self.source


@dataclass(frozen=True)
class ForeignKey:
    """Columns that name a row of another resource."""

    columns: tuple[str, ...]
    resource: str
    target: tuple[str, ...]


@dataclass(frozen=True)
class Resource:
    """One table of the open data. `rows` are the rows that everybody may see.

    `commitment` is the path to the commitment to which a row belongs; empty if to none.
    """

    name: str
    title: Any
    description: Any
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[], "QuerySet[Any]"]
    commitment: str = ""
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def queries_of(self, rows: "QuerySet[Any]") -> "list[QuerySet[Any, Any]]":
        """Return all queries from which rows are written, for an entity tag."""
        return [self.query_of(rows)]

    def rows_of(self, filtered: "QuerySet[Any] | None") -> "QuerySet[Any]":
        """Return the rows, ordered by key, of some commitments; without them, all rows.

        If the resource does not belong to commitments, `filtered` are rows of its own.
        """
        rows = self.rows().order_by("pk")
        if filtered is None:
            return rows
        return rows.filter(**{f"{self.commitment or 'pk'}__in": filtered.order_by().values("pk")})

    def values(self, rows: "QuerySet[Any]") -> Iterator[tuple[int, tuple[Value, ...]]]:
        """Yield the key and the public values of each row, read with one query."""
        for key, *raw in self.query_of(rows).iterator(CHUNK_SIZE):
            converted = zip(self.columns, raw, strict=True)
            yield key, tuple(column.convert(value) for column, value in converted)

    def query_of(self, rows: "QuerySet[Any]") -> "QuerySet[Any, Any]":
        """Return the query of the key and the columns of each row, before they are converted."""
        columns: QuerySet[Any, Any] = rows.values_list("pk").annotate(**expressions(self.columns))
        return columns


def expressions(columns: Iterable[Column]) -> Mapping[str, Any]:
    """Return what the database is asked for, by the names under which a query has it."""
    return {f"column_{column.name}": column.expression for column in columns}


def as_csv(value: Value) -> str:
    """Return a value as a cell of a CSV file. No program runs it as a formula."""
    if value is None:
        return ""
    if isinstance(value, list):
        return escape_formula(LIST_SEPARATOR.join(map(str, value)))
    if isinstance(value, str):
        return escape_formula(value)
    return _plain(value)


def as_json(value: Value) -> str:
    """Return a value as JSON. Numbers have all their digits, and an empty text is null."""
    if value is None or value == "":
        return "null"
    if isinstance(value, str | list):
        return json.dumps(value, ensure_ascii=False)
    written = _plain(value)
    return written if isinstance(value, bool | int | Decimal) else f'"{written}"'


def row_as_json(names: Iterable[str], values: Iterable[Value]) -> str:
    """Return a row as a JSON object."""
    cells = zip(names, values, strict=True)
    return "{" + ", ".join(f'"{name}": {as_json(value)}' for name, value in cells) + "}"


def plain_number(number: Decimal) -> str:
    """Return a number with all its digits, without zeros at its end."""
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)
