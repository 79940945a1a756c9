"""What the check of a spreadsheet finds in its rows."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from core.spreadsheet_parsing import FormulaText
from members.models import Member
from triage.spreadsheets.services.columns import Column, SheetRow
from triage.spreadsheets.services.corrections import RowCorrection
from triage.spreadsheets.services.imports import Alike, ImportRow

# In characters. A longer value is shortened in the list of faults.
MAX_VALUE_LENGTH: Final = 80


@dataclass(frozen=True)
class Fault:
    """What is wrong in a cell, with its value, or in a whole row."""

    row: int
    sentence: str
    heading: str = ""
    value: str = ""
    # The values that the column may have, in words.
    allowed: str = ""


@dataclass(frozen=True)
class RowResult:
    """The result of checking one row: its faults, or what it would import or correct."""

    number: int
    # As written in the row.
    organisation: str
    person: str
    email: str
    # With one error, nothing of the file is imported.
    errors: list[Fault] = field(default_factory=list)
    row: ImportRow | None = None
    # The member with the same reference, or the one that was imported from the same row before.
    same: Member | None = None
    alike: list[Alike] = field(default_factory=list)
    # What the row changes in its member, for the template of changes.
    correction: RowCorrection | None = None
    changes: list[dict[str, str]] = field(default_factory=list)
    # Why this row is left out, while the others are imported.
    refusals: list[Fault] = field(default_factory=list)
    # Whether the row has a reference, and says the same as its member.
    is_unchanged: bool = False

    @property
    def is_new(self) -> bool:
        return self.row is not None and not (self.same or self.alike)


def as_written(written: SheetRow) -> RowResult:
    """Return a row as it is written, without any result."""
    cell = written.cells.get
    return RowResult(
        written.number,
        organisation=cell("organisation_name", "").strip(),
        person=f"{cell('given_name', '')} {cell('family_name', '')}".strip(),
        email=cell("email", "").strip(),
    )


def fault_of(written: SheetRow, name: str, column: Column, sentence: str) -> Fault:
    """Return a fault of one cell of a row, with its value."""
    return Fault(
        written.number,
        sentence,
        heading=str(column.column_name),
        value=shortened(written.cells.get(name, "")),
        allowed=column.explained(),
    )


def shortened(text: str) -> str:
    """Return the beginning of a text, at most MAX_VALUE_LENGTH characters."""
    return Truncator(text.strip()).chars(MAX_VALUE_LENGTH)


def clean_cell(column: Column, cell: str) -> Any:
    """Return the form value of a cell. Raises ValueError, also for a formula."""
    if isinstance(cell, FormulaText):
        raise ValueError(_("This is a formula or an error. Replace it with its value."))
    return column.widget.clean(cell)
