"""The columns of a spreadsheet of Expressions of Interest: headings, values and formats.

Each question of the form has one column, with the same name. The other columns are only exported.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.db.models import OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import Resource

from accounts.models import ReadingKind, User
from accounts.services.events import record_list_reading
from core.spreadsheet_parsing import Table, Unreadable
from core.spreadsheets import FORMATS, Cell, SpreadsheetFormat
from members.models import (
    FocalPoint,
    GrantedRole,
    Member,
    MemberQuerySet,
    MemberStatus,
    Reason,
    ReasonGiven,
    TimelineEntry,
)
from members.services.countries import CountryGroup, Region, countries_in, region_of
from members.services.question import Kind, Question
from members.services.questions import QUESTIONS
from members.services.response_times import day_in_geneva, days_waiting
from triage.spreadsheets.models import Export
from triage.spreadsheets.services.cell_values import (
    VALUE_SEPARATOR,
    BooleanCell,
    ChoiceCell,
    CountryCell,
    DateTimeCell,
    FocusAreaCell,
    MultipleChoiceCell,
    NumberCell,
    PhoneCell,
    TextCell,
    in_every_language,
    normalise_label,
)

# The number of members that are read from the database at a time.
CHUNK = 500
# A column that an import may leave out.
RECEIVED = "submitted_at"
# The columns of an export that identify a member and its version. They are no answers.
REFERENCE = "reference"
VERSION = "version"
logger = logging.getLogger(__name__)
# The title of the sheet, which is not translated.
SHEET = "EOI"
# In bytes. A larger file is written to an unnamed temporary file, which is deleted after the
# response.
MAX_IN_MEMORY = 1024 * 1024


class Column(Field):  # type: ignore[misc]  # without types
    """One column: its heading, where its value comes from, and how the value is formatted."""

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

    def has_value_of(self, member: Member, cell: str) -> bool:
        """Return whether a cell has the value of a loaded member, in any language of the desk."""
        try:
            return any(
                self.widget.is_same(cell, exported)
                for exported in in_every_language(lambda: self.export(member))
            )
        except ValueError:
            return False

    def explained(self) -> str:
        """Return the explanation of the column's values, in the reader's language."""
        words: TextCell = self.widget
        return " ".join(part for part in (str(self.hint), words.offered()) if part)


def _out(heading: str | Promise, value: str | Callable[[Member], Any], words: Any = None) -> Column:
    return Column(heading, value, words, readonly=True)


def _cell(question: Question) -> TextCell:
    """Return the format in which answers to a question are written and read."""
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
    """A member as a row, in the reader's language."""

    reference = _out(gettext_lazy("Reference"), "reference")
    call = _out(gettext_lazy("Call"), "call__title")
    status = _out(gettext_lazy("Status"), "status", ChoiceCell(MemberStatus.choices))
    submitted_at = Column(
        gettext_lazy("Received on"),
        "submitted_at",
        DateTimeCell(),
        hint=gettext_lazy(
            "The date, like 2021-10-25, optionally with a time in Geneva time. Empty: today."
        ),
    )
    decided_at = _out(gettext_lazy("Decided on"), "decided_at", DateTimeCell())
    admitted_to = _out(gettext_lazy("Focus area admitted to"), "focus_area__slug", FocusAreaCell())
    granted_role = _out(
        gettext_lazy("Role granted"), "granted_role", ChoiceCell(GrantedRole.choices)
    )
    assignee = _out(gettext_lazy("Assignee"), "assignee")
    suspected = _out(gettext_lazy("Possible spam"), "is_suspect", BooleanCell())
    days_waiting = _out(gettext_lazy("Days waiting"), "days_waiting", NumberCell())
    decided_by = _out(gettext_lazy("Decided by"), "decided_by")
    reasons = _out(
        gettext_lazy("Reasons"),
        lambda member: VALUE_SEPARATOR.join(str(reason) for reason in member.reasons),  # type: ignore[attr-defined]
    )
    region = _out(
        gettext_lazy("ITU region"),
        lambda member: region_of(member.country),
        ChoiceCell(Region.choices),
    )
    groups = _out(
        gettext_lazy("Country groups"),
        "groups",
        MultipleChoiceCell(ChoiceCell(CountryGroup.choices)),
    )
    # Compared with the member when its answers are corrected by an import.
    version = _out(gettext_lazy("Version"), "version", NumberCell())

    def lines(self, members: MemberQuerySet, *, at: datetime) -> Iterator[list[Cell]]:
        """Yield the heading row and a row for each member."""
        columns = self.get_export_fields()
        yield [str(column.column_name) for column in columns]
        for member in self.loaded(members, at=at):
            yield [column.export(member) for column in columns]

    def loaded(self, members: MemberQuerySet, *, at: datetime) -> Iterator[Member]:
        """Yield each member with all that the columns need, reading CHUNK members at a time."""
        today = day_in_geneva(at)
        groups = {group: countries_in(group, on=today) for group in CountryGroup}
        with_all = members.with_waiting_since().select_related(
            "call", "first_choice", "focus_area", "assignee", "decided_by"
        )
        rest = with_all.iterator(chunk_size=CHUNK)
        while some := list(islice(rest, CHUNK)):
            # Not prefetched: members and people that refer to each other stay in memory.
            people: dict[int, dict[bool, FocalPoint]] = defaultdict(dict)
            for person in FocalPoint.objects.filter(member__in=some):
                people[person.member_id][person.is_alternate] = person
            reasons = _reasons_of(some)
            for member in some:
                row: Any = member
                row.people = people[member.pk]
                row.reasons = reasons.get(member.pk, ())
                row.days_waiting = days_waiting(member, at=at)
                row.groups = [group for group in groups if member.country in groups[group]]
                yield member

    def to_fill_in(self) -> dict[str, Column]:
        """Return the columns that are imported, by field name."""
        return {name: column for name, column in self.fields.items() if not column.readonly}

    def names_of(self, heading: Iterable[str]) -> list[str]:
        """Return the name of the column under each heading, or "" if the heading is unknown.

        A heading is the label in any translated language, or the name itself.
        """
        known = {name: name for name in self.fields}
        for name, column in self.fields.items():
            for words in in_every_language(lambda column=column: column.column_name):  # type: ignore[misc]
                known.setdefault(normalise_label(words), name)
        return [known.get(normalise_label(words), "") for words in heading]

    def check_heading(
        self, heading: Iterable[str], names: list[str], required: Iterable[str]
    ) -> None:
        """Raise Unreadable with all that is wrong in a heading row, whose names were found.

        A heading may be unknown or appear twice, or a required column may be missing.
        """
        unknown = [words for words, name in zip(heading, names, strict=True) if not name]
        twice = {name for name in names if name and names.count(name) > 1}
        missing = [name for name in required if name not in names]
        faults = (
            (gettext("Unknown column headings: %(headings)s."), unknown),
            (gettext("Duplicate column headings: %(headings)s."), self._headings(twice)),
            (gettext("Missing columns: %(headings)s."), self._headings(missing)),
        )
        found = [sentence % {"headings": _listed(those)} for sentence, those in faults if those]
        if found:
            raise Unreadable(" ".join(found))

    def _headings(self, names: Collection[str]) -> list[str]:
        return [str(column.column_name) for name, column in self.fields.items() if name in names]

    def read_rows(self, table: Table, required: Iterable[str]) -> "list[SheetRow]":
        """Return the rows of a table, with their cells by column name.

        Columns are required if a row has no reference. Raises Unreadable.
        """
        names = self.names_of(table.heading)
        rows = [
            SheetRow(number, dict(zip(names, cells, strict=True))) for number, cells in table.rows
        ]
        has_new = any(not row.reference for row in rows)
        self.check_heading(table.heading, names, required if has_new else ())
        return rows


# The answers come after the columns about the decision.
MemberSheet.fields.update({question.name: _column(question) for question in QUESTIONS})


@dataclass(frozen=True)
class SheetRow:
    """One row of a spreadsheet: its number, and its cells by the names of their columns."""

    number: int
    cells: dict[str, str]

    @property
    def reference(self) -> str:
        """The reference of the member that the row is about, or "" for a new one."""
        return self.cells.get(REFERENCE, "").strip().upper()


def _reasons_of(members: Iterable[Member]) -> dict[int, list[Reason]]:
    """Return the reasons of the declines and requests that hold now, by the key of the member."""
    # The kinds of these entries are named like the statuses that they set.
    latest = TimelineEntry.objects.filter(
        member=OuterRef("entry__member"), kind=OuterRef("entry__member__status"), is_void=False
    ).order_by("-pk")
    given = ReasonGiven.objects.filter(
        entry__member__in=members, entry=Subquery(latest.values("pk")[:1])
    ).select_related("entry", "reason")
    reasons: dict[int, list[Reason]] = defaultdict(list)
    for each in given.order_by("entry", "position"):
        reasons[each.entry.member_id].append(each.reason)
    return reasons


def _listed(headings: Iterable[str]) -> str:
    return ", ".join(f"“{heading}”" for heading in headings)


class NoRoom(Exception):
    """The disk has no space for an export."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The file could not be written because the portal's disk is full. Nothing was "
                "exported. Contact the people who run the portal, or filter the list to fewer rows."
            )
        )


def export_members(
    *,
    members: MemberQuerySet,
    kind: SpreadsheetFormat,
    filters: str,
    by: User,
    at: datetime,
) -> tuple[Export, IO[bytes]]:
    """Write members to a spreadsheet in the reader's language, and record who exported them.

    `filters` describes the filters of the list in English, without the search terms. The file is
    written before the record and outside a transaction, so that nobody waits for it, and an export
    that cannot be written is not recorded. The caller closes the file.

    Raises NoRoom.
    """
    file, written = _written(members, kind, at)
    with ExitStack() as unfinished:
        unfinished.enter_context(file)
        # Without the heading row.
        export = record_export(
            "members.member", written - 1, kind=kind, filters=filters, by=by, at=at
        )
        unfinished.pop_all()
    return export, file


def record_export(
    record_type: str,
    row_count: int,
    *,
    kind: SpreadsheetFormat,
    filters: str,
    by: User,
    at: datetime,
) -> Export:
    """Record who exported how many rows, also in their number of the day."""
    record_list_reading(record_type, row_count=row_count, kind=ReadingKind.EXPORT, by=by, at=at)
    return Export.objects.create(
        by=by, by_name=str(by), at=at, format=kind, filters=filters, row_count=row_count
    )


def _written(
    members: MemberQuerySet, kind: SpreadsheetFormat, at: datetime
) -> tuple[IO[bytes], int]:
    """Write a spreadsheet; return it with its number of rows. Raises NoRoom."""
    lines = MemberSheet().lines(members.order_by("submitted_at", "pk"), at=at)
    try:
        with ExitStack() as unfinished:
            file = unfinished.enter_context(SpooledTemporaryFile(max_size=MAX_IN_MEMORY))
            number = FORMATS[kind].write(SHEET, lines, file)
            file.seek(0)
            unfinished.pop_all()
    except OSError as trouble:
        logger.exception("An export could not be written")
        raise NoRoom from trouble
    return file, number
