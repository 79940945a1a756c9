"""What an export of a person contains, its files, and the record of who exported it."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Field, Max, Min, Model
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from core.addresses import normalise_address
from core.dates import format_date_short, format_datetime
from core.personal_data import DataSubject, PersonalTable
from core.rate_limits import HOUR, count_attempt
from privacy.models import DataExport, DataExportFormat
from privacy.services.people import find_person
from privacy.services.periods import Periods
from privacy.services.tables import Purpose, author_tables, model_of, personal_tables
from triage.audit.services.sources import AuditSource, entries_source

MAX_EXPORTS_PER_HOUR: Final = 20
RATE_LIMIT_SCOPE: Final = "privacy.exports"
# Each version of a row also says when it was stored, and whether the row was new, changed or gone.
VERSION_COLUMNS: Final = ("history_date", "history_type")
# A column with a form as a browser posts it. Readers get its fields, one on each line.
POSTED_FORMS: Final = {("eoi.EoiDraft", "form_data")}
ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")
AUTHOR_COLUMNS: Final = (
    ("table", gettext_lazy("Table")),
    ("number", gettext_lazy("Number of changes")),
    ("first", gettext_lazy("First change")),
    ("last", gettext_lazy("Last change")),
)

CONTENT_TYPES: Final = {
    DataExportFormat.HTML: "text/html; charset=utf-8",
    DataExportFormat.JSON: "application/json",
}
# What exists and is not in the file.
LEFT_OUT: Final[Sequence[str | Promise]] = (
    gettext_lazy(
        "Internal notes and opinions of staff about the organisation. They may mention people."
    ),
    gettext_lazy("The data of other people, also where they acted for the same organisation."),
    gettext_lazy(
        "Passwords, codes, and the keys of private links, which would be unsafe in a file."
    ),
    gettext_lazy("The server log, which records network addresses and no names."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedValue:
    """One column of a row: its name, its value for programs, and both for readers."""

    column: str
    label: str
    value: object
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTable:
    """The rows of one table that are about a person, why they are kept, and for how long."""

    model: str
    name: str
    purpose: str
    period: str
    rows: Sequence[Sequence[ExportedValue]]


def record_export(
    *,
    person: DataSubject,
    address: str,
    kind: DataExportFormat,
    by: User,
    is_own: bool,
    zone: str,
    at: datetime,
) -> list[ExportedTable]:
    """Return a person's data with times in a time zone, and record who exported them.

    Raises TooManyAttempts.
    """
    count_attempt(RATE_LIMIT_SCOPE, str(by.pk), limit=MAX_EXPORTS_PER_HOUR, within=HOUR, at=at)
    with transaction.atomic():
        tables = list(exported_tables(person, zone=zone))
        DataExport.objects.create(
            at=at, by=by, by_name=str(by), address=address, is_own=is_own, format=kind
        )
    return tables


def exported_tables(person: DataSubject, *, zone: str) -> Iterator[ExportedTable]:
    """Yield the tables with rows about a person, each with one query."""
    periods = Periods.read()
    for table in personal_tables():
        rows = [_values_of(row, table, person, zone) for row in exported_rows(person, table)]
        if rows:
            yield _exported(table, rows, periods)
    changes = [row for table in author_tables() if (row := _changes_by(person, table, zone))]
    if changes:
        yield _exported(author_tables()[0], changes, periods, name=_("Changes by this person"))


def exported_rows(person: DataSubject, table: PersonalTable) -> Sequence[Any]:
    """Return the rows of a table that an export of a person contains, the oldest first."""
    columns = exported_columns(table)
    about = table.exported_about or table.about
    if not columns or (table.exported_about and is_history(table)):
        return []
    relations = [field.name for field in columns if field.is_relation]
    rows = model_of(table)._base_manager.filter(about(person))
    return list(rows.select_related(*relations).order_by("pk"))


def exported_columns(table: PersonalTable) -> list["Field[Any, Any]"]:
    """Return the exported columns of a table. A table without any is not part of an export."""
    if not table.exported:
        return []
    model = model_of(table)
    names = (*VERSION_COLUMNS, *table.exported) if is_history(table) else table.exported
    return [cast("Field[Any, Any]", model._meta.get_field(name)) for name in names]


def is_history(table: PersonalTable) -> bool:
    """Return whether the rows of a table are versions of the rows of another one."""
    return hasattr(model_of(table), "history_date")


def _exported(
    table: PersonalTable,
    rows: Sequence[Sequence[ExportedValue]],
    periods: Periods,
    *,
    name: str = "",
) -> ExportedTable:
    return ExportedTable(
        model=table.model,
        name=name or capfirst(str(table.name)),
        purpose=str(Purpose(table.purpose).label),
        period=periods.in_words(table.retention),
        rows=rows,
    )


def _values_of(
    row: Model, table: PersonalTable, person: DataSubject, zone: str
) -> list[ExportedValue]:
    """Return the exported columns of a row, without those that are held back."""
    return [
        ExportedValue(
            column=field.name,
            label=capfirst(str(field.verbose_name)),
            value=_for_programs(getattr(row, field.name)),
            words=_in_words(row, field, table, zone),
        )
        for field in exported_columns(table)
        if getattr(row, table.exported_if.get(field.name, ""), True)
        and not _is_of_another(getattr(row, field.name), field.name, person)
    ]


def _is_of_another(value: object, column: str, person: DataSubject) -> bool:
    """Return whether a value is the name or the address of another person.

    A row may have two people, such as those who saved and sent a report.
    """
    if not value or not isinstance(value, str):
        return False
    if ADDRESS.fullmatch(value):
        return normalise_address(value) not in person.addresses
    return column.endswith("by_name") and value not in person.names


def _changes_by(person: DataSubject, table: PersonalTable, zone: str) -> list[ExportedValue]:
    """Return how many versions in a history are by a person, as one row, if there are any."""
    model = model_of(table)
    found = model._base_manager.filter(table.about(person)).aggregate(
        number=Count("pk"), first=Min("history_date"), last=Max("history_date")
    )
    if not found["number"]:
        return []
    found["table"] = str(capfirst(str(model.instance_type._meta.verbose_name_plural)))  # type: ignore[attr-defined]
    return [
        ExportedValue(
            column=column,
            label=str(label),
            value=_for_programs(found[column]),
            words=format_datetime(found[column], zone)
            if isinstance(found[column], datetime)
            else str(found[column]),
        )
        for column, label in AUTHOR_COLUMNS
    ]


def _for_programs(value: object) -> object:
    """Return a value as JSON has it: numbers and lists as they are, moments in ISO 8601."""
    if value is None or isinstance(value, bool | int | float | list | dict):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _in_words(row: Model, field: "Field[Any, Any]", table: PersonalTable, zone: str) -> str:
    value = getattr(row, field.name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return format_datetime(value, zone)
    if isinstance(value, date):
        return format_date_short(value)
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if (table.model, field.name) in POSTED_FORMS:
        return "\n".join(f"{name}: {typed}" for name, typed in parse_qsl(value))
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFile:
    """A file to save. Its name contains no personal data."""

    name: str
    content_type: str
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Disposition": f'attachment; filename="{self.name}"'}


def export_person(
    *, address: str, kind: DataExportFormat, by: User, is_own: bool, zone: str, at: datetime
) -> ExportFile:
    """Record that a person's data are exported, and return the file, in the current language.

    Raises TooManyAttempts.
    """
    tables = record_export(
        person=find_person(address),
        address=address,
        kind=kind,
        by=by,
        is_own=is_own,
        zone=zone,
        at=at,
    )
    facts: dict[str, Any] = {
        "address": address,
        "contact": settings.MAIL_REPLY_TO,
        "left_out": [str(each) for each in LEFT_OUT],
    }
    if kind == DataExportFormat.JSON:
        facts |= {"made_at": at.isoformat(), "tables": [_as_data(table) for table in tables]}
        content = json.dumps(facts, ensure_ascii=False, indent=2)
    else:
        facts |= {
            "made_at": format_datetime(at, zone),
            "tables": tables,
            "language": get_language(),
            "direction": "rtl" if get_language_bidi() else "ltr",
        }
        content = render_to_string("privacy/export.html", facts)
    return ExportFile(
        name=f"personal-data-{at:%Y-%m-%d-%H%M}.{kind}",
        content_type=CONTENT_TYPES[kind],
        content=content.encode(),
    )


def _as_data(table: ExportedTable) -> dict[str, object]:
    return {
        "table": table.model,
        "name": table.name,
        "purpose": table.purpose,
        "kept": table.period,
        "columns": {each.column: each.label for row in table.rows for each in row},
        "rows": [{each.column: each.value for each in row} for row in table.rows],
    }


def exports_source() -> AuditSource:
    """Return the exports of people's data, by staff and by the people themselves."""
    return entries_source(
        "data_exports",
        DataExport.objects.all(),
        what=lambda row: (
            _("Exported their own data") if row.is_own else _("Exported a person's data")
        ),
        name=lambda row: row.address,
        note=DataExport.get_format_display,
        searched=("address",),
    )
