"""The rows of a spreadsheet of Expressions of Interest: each is checked as a form."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.dates import GENEVA, format_datetime
from core.spreadsheet_parsing import FormulaText, Table
from eoi.forms.expression import ExpressionOfInterestForm, focus_area_choices
from focus_areas.models import FocusArea
from members.models import Call
from triage.spreadsheets.forms.corrections import compare_rows
from triage.spreadsheets.forms.results import (
    Fault,
    RowResult,
    as_written,
    clean_cell,
    fault_of,
)
from triage.spreadsheets.services.columns import RECEIVED, REFERENCE, MemberSheet, SheetRow
from triage.spreadsheets.services.imports import (
    ImportRow,
    already_imported,
    likenesses,
    submission_key_of,
    with_references,
)

# The columns without which no new row could be imported.
REQUIRED: Final = [
    name
    for name, field in ExpressionOfInterestForm.base_fields.items()
    if field.required and name in MemberSheet.fields
]


def rows_of(table: Table) -> list[SheetRow]:
    """Return the rows of a table with their cells by column. Raises Unreadable."""
    return MemberSheet().read_rows(table, REQUIRED)


class RowForm(ExpressionOfInterestForm):
    """One row, validated like the public form, except that it must always name the time zone."""

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if "country" in answers and answers.get("time_zone") == "":
            self.add_error(
                "time_zone",
                ValidationError(
                    _(
                        "Enter the time zone, for example America/New_York. The country has "
                        "several."
                    ),
                    code="required",
                ),
            )
        return answers


def validate_rows(
    call: Call, written: Iterable[SheetRow], *, by: User, at: datetime
) -> list[RowResult]:
    """Check each row: a new one as a form, one with a reference against its member.

    A member that the person may not correct or see is not compared. Nor is it validated, because it
    may have answered another call with other rules.
    """
    written = list(written)
    sheet, areas = MemberSheet(), list(focus_area_choices())
    compared = compare_rows(sheet, areas, written, by=by, at=at)
    rest = {each.reference for each in written if each.number not in compared} - {""}
    members = with_references(rest) if rest else {}
    judged: list[RowResult] = []
    # The number of the first row with a reference, or with the same answers.
    first_with: dict[str, int] = {}
    for each in written:
        found, key = compared.get(each.number), each.reference
        if found is None and key in members:
            found = replace(as_written(each), same=members[key])
        if found is None:
            found = _judge(sheet, areas, call, each, at)
            key = found.row.submission_key if found.row else ""
        first = first_with.setdefault(key, each.number) if key else each.number
        if first != each.number:
            found = _repeated(sheet, each, found, first)
        judged.append(found)
    return judged


def _repeated(sheet: MemberSheet, written: SheetRow, found: RowResult, first: int) -> RowResult:
    """Return the result of a row whose reference or answers are those of an earlier one."""
    if written.reference:
        sentence = gettext("Same reference as row %(number)d. Remove one of the two rows.")
        name, column = REFERENCE, sheet.fields[REFERENCE]
        fault = fault_of(written, name, column, sentence % {"number": first})
    else:
        sentence = gettext("Same as row %(number)d. Remove one of the two rows.")
        fault = Fault(written.number, sentence % {"number": first})
    return replace(as_written(written), errors=[*found.errors, fault])


def recognise(judged: Iterable[RowResult]) -> list[RowResult]:
    """Add to each row its member if it was imported before, or else similar members."""
    judged = list(judged)
    rows = [each.row for each in judged if each.row]
    same = already_imported(rows)
    alike = likenesses(row for row in rows if row.submission_key not in same)
    return [
        replace(each, same=same.get(each.row.submission_key), alike=alike.get(each.row.number, []))
        if each.row
        else each
        for each in judged
    ]


def _judge(
    sheet: MemberSheet, areas: list[FocusArea], call: Call, written: SheetRow, at: datetime
) -> RowResult:
    """Return the result of a row that has no member yet."""
    typed, received_at, problems = _as_posted(sheet, written)
    received_at = _received(received_at, at)
    if RECEIVED not in problems and (sentence := _not_received(call, received_at, at)):
        problems[RECEIVED] = sentence
    if written.reference:
        problems[REFERENCE] = gettext(
            "No organisation has this reference. Correct it, or leave it empty for a new applicant."
        )
    form = RowForm(typed, focus_areas=areas)
    errors = {name: [str(each) for each in found] for name, found in form.errors.items()}
    errors |= {name: [sentence] for name, sentence in problems.items()}
    if errors:
        faults = [
            fault_of(written, name, column, sentence)
            for name, column in sheet.fields.items()
            for sentence in errors.get(name, ())
        ]
        return replace(as_written(written), errors=faults)
    answers = form.answers()
    del answers["submission_key"]
    key = submission_key_of(call, answers)
    return replace(as_written(written), row=ImportRow(written.number, answers, received_at, key))


def _as_posted(
    sheet: MemberSheet, written: SheetRow
) -> tuple[QueryDict, datetime | None, dict[str, str]]:
    """Return a row as a browser would submit it, the time of receipt, and errors by column."""
    typed = QueryDict(mutable=True)
    # The form requires a key. The row's own key is computed from its answers.
    typed["submission_key"] = "none"
    received_at, problems = None, {}
    for name, column in sheet.fields.items():
        cell = written.cells.get(name, "")
        # The other columns are only exported.
        if column.readonly and not isinstance(cell, FormulaText):
            continue
        try:
            value = clean_cell(column, cell)
        except ValueError as refused:
            problems[name] = str(refused)
            continue
        if name == RECEIVED:
            received_at = value
        else:
            typed.setlist(name, value if isinstance(value, list) else [value])
    return typed, received_at, problems


def _received(named: datetime | None, at: datetime) -> datetime:
    """Return when a row was received: now if it names no time, or one later today."""
    if named is None or (named > at and localdate(named) == localdate(at)):
        return at
    return named


def _not_received(call: Call, received_at: datetime, at: datetime) -> str:
    if received_at > at:
        return gettext("The date must not be in the future.")
    if call.is_open_at(received_at):
        return ""
    return gettext(
        "The call was not open at this time. It accepts what was received from %(opens)s to "
        "%(ends)s."
    ) % {
        "opens": format_datetime(call.opens_at, GENEVA),
        "ends": format_datetime(call.last_moment_of_grace, GENEVA),
    }
