"""The columns of Expressions of Interest: what each is called, and what stands in it.

Each question of the form has one, under its name. The others go out and are not read.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import Resource

from core.spreadsheets import Cell
from members.models import GrantedRole, Member, MemberQuerySet, MemberStatus
from members.services.question import Kind, Question
from members.services.questions import QUESTIONS
from triage.spreadsheets.services.cell_values import (
    BooleanCell,
    ChoiceCell,
    CountryCell,
    DateTimeCell,
    FocusAreaCell,
    MultipleChoiceCell,
    PhoneCell,
    TextCell,
    in_every_language,
    normalise_label,
)
from triage.spreadsheets.services.parsing import Table, Unreadable

# So many files are asked for at once, with their people.
CHUNK = 1000
# What may be left out of a sheet as a whole, besides what may be empty.
RECEIVED = "submitted_at"
# What a row of an export is recognised by, and no answer.
REFERENCE = "reference"


class Column(Field):  # type: ignore[misc]  # without types
    """One column: its heading, where its value is, and how that is put into words."""

    def __init__(
        self,
        heading: str | Promise,
        value: str | Callable[[Member], Any],
        words: TextCell | None = None,
        *,
        hint: str | Promise = "",
        readonly: bool = False,
    ) -> None:
        super().__init__(column_name=heading, widget=words or TextCell(), readonly=readonly)
        self.hint = hint
        self.find = value if callable(value) else None
        self.attribute = None if callable(value) else value

    def get_value(self, instance: Member) -> Any:
        return self.find(instance) if self.find else super().get_value(instance)

    def explained(self) -> str:
        """Return what may stand in the column, in the reader's language."""
        words: TextCell = self.widget
        return " ".join(part for part in (str(self.hint), words.offered()) if part)


def _out(heading: str | Promise, value: str, words: Any = None) -> Column:
    return Column(heading, value, words, readonly=True)


def _cell(question: Question) -> TextCell:
    """Return how an answer is written into a cell and read from one."""
    match question.kind:
        case Kind.CHOICE:
            return ChoiceCell(question.choices)
        case Kind.CONTRIBUTIONS:
            return MultipleChoiceCell(ChoiceCell(question.choices))
        case Kind.COUNTRY:
            return CountryCell()
        case Kind.FOCUS_AREA:
            return FocusAreaCell()
        case Kind.FOCUS_AREAS:
            return MultipleChoiceCell(FocusAreaCell())
        case Kind.PHONE:
            return PhoneCell()
        case Kind.CHECKBOX | Kind.PRIVACY_NOTICE:
            return BooleanCell()
        case _:
            return TextCell()


def _column(question: Question) -> Column:
    return Column(
        question.heading,
        lambda member: question.answer_of(member, member.people),  # type: ignore[attr-defined]
        _cell(question),
        hint=question.cell_hint,
    )


class MemberSheet(Resource):  # type: ignore[misc]  # without types
    """A file as a row, in the reader's language."""

    reference = _out(_("Reference"), "reference")
    call = _out(_("Call"), "call__title")
    status = _out(_("Status"), "status", ChoiceCell(MemberStatus.choices))
    submitted_at = Column(
        _("Received on"),
        "submitted_at",
        DateTimeCell(),
        hint=_("The day, like 2021-10-25, or with a time in Geneva. Empty: today."),
    )
    decided_at = _out(_("Decided on"), "decided_at", DateTimeCell())
    admitted_to = _out(_("Focus area admitted to"), "focus_area__slug", FocusAreaCell())
    granted_role = _out(_("Role granted"), "granted_role", ChoiceCell(GrantedRole.choices))
    assignee = _out(_("Assignee"), "assignee")
    suspected = _out(_("Possible spam"), "is_suspect", BooleanCell())

    def lines(self, members: MemberQuerySet) -> Iterator[list[Cell]]:
        """Yield the heading and a row for each file, with few of them in memory at a time."""
        columns = self.get_export_fields()
        yield [str(column.column_name) for column in columns]
        with_all = members.select_related(
            "call", "first_choice", "focus_area", "assignee"
        ).prefetch_related("focal_points")
        for member in map(_with_people, with_all.iterator(chunk_size=CHUNK)):
            yield [column.export(member) for column in columns]

    def to_fill_in(self) -> dict[str, Column]:
        """Return the columns that are read, by the name of their field."""
        return {name: column for name, column in self.fields.items() if not column.readonly}

    def names_of(self, heading: Iterable[str], required: Iterable[str]) -> list[str]:
        """Return the name of the column under each heading.

        A heading is in words in any language that is whole, or the name itself. Raises
        Unreadable where one is unknown or stands twice, or one that is required is missing.
        """
        known = {name: name for name in self.fields}
        for name, column in self.fields.items():
            for words in in_every_language(lambda column=column: column.column_name):  # type: ignore[misc]
                known.setdefault(normalise_label(words), name)
        found = [known.get(normalise_label(words), "") for words in heading]
        unknown = [words for words, name in zip(heading, found, strict=True) if not name]
        if unknown:
            raise Unreadable(
                gettext("No column of ours has this heading: %(headings)s.")
                % {"headings": _listed(unknown)}
            )
        twice = {name for name in found if found.count(name) > 1}
        if twice:
            raise Unreadable(
                gettext("Two columns have this heading: %(headings)s.")
                % {"headings": _listed(self._headings(twice))}
            )
        missing = [name for name in required if name not in found]
        if missing:
            raise Unreadable(
                gettext("These columns are missing: %(headings)s.")
                % {"headings": _listed(self._headings(missing))}
            )
        return found

    def _headings(self, names: Iterable[str]) -> list[str]:
        return [str(column.column_name) for name, column in self.fields.items() if name in names]

    def read_rows(self, table: Table, required: Iterable[str]) -> "list[SheetRow]":
        """Return the rows of a table, with what is read of them under the names of their columns.

        Raises Unreadable.
        """
        names = self.names_of(table.heading, required)
        read = {REFERENCE, *self.to_fill_in()}
        return [
            SheetRow(
                number,
                {name: cell for name, cell in zip(names, cells, strict=True) if name in read},
            )
            for number, cells in table.rows
        ]


# Behind the columns of what became of it, those of what was answered.
MemberSheet.fields.update({question.name: _column(question) for question in QUESTIONS})


@dataclass(frozen=True)
class SheetRow:
    """One row of a spreadsheet: its reference, and what is written in the columns that are read."""

    number: int
    cells: dict[str, str]


def _with_people(member: Member) -> Member:
    people = {person.is_alternate: person for person in member.focal_points.all()}
    member.people = people  # type: ignore[attr-defined]
    return member


def _listed(headings: Iterable[str]) -> str:
    return ", ".join(f"“{heading}”" for heading in headings)
