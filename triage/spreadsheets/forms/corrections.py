"""The rows of an edited export, compared with their members."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from core.admin.history import TruncatedDiff
from core.conflicts import Refused
from core.numbers import whole_number
from core.spreadsheet_parsing import FormulaText
from eoi.forms.answers import StaffAnswersForm
from focus_areas.models import FocusArea
from members.models import Member
from members.services.exceptions import check_has_personal_data
from members.services.question import Section
from members.services.questions import CORRECTABLE_QUESTIONS, QUESTIONS_BY_NAME
from triage.spreadsheets.forms.results import (
    Fault,
    RowResult,
    as_written,
    clean_cell,
    fault_of,
    shortened,
)
from triage.spreadsheets.services.columns import REFERENCE, VERSION, Column, MemberSheet, SheetRow
from triage.spreadsheets.services.corrections import RowCorrection, last_changes

CORRECTABLE: Final = {question.name: question for question in CORRECTABLE_QUESTIONS}
# The days grow by themselves.
NOT_COMPARED: Final = (REFERENCE, VERSION, "days_waiting")
# In characters. Of longer texts, the parts that differ are shown.
MAX_CHANGE_LENGTH: Final = 300


def compare_rows(
    sheet: MemberSheet,
    areas: Iterable[FocusArea],
    written: Collection[SheetRow],
    *,
    by: User,
    at: datetime,
) -> dict[int, RowResult]:
    """Return the results of the rows about members that a person may correct, by their numbers.

    A row that says the same as its member is unchanged. Otherwise it is refused if its member
    changed after the export, or if a cell differs that an import cannot change.
    """
    if not by.has_perm("members.correct_member"):
        return {}
    references = {row.reference for row in written} - {""}
    if not references:
        return {}
    found = Member.objects.visible_to(by).filter(reference__in=references)
    members = {member.reference: member for member in sheet.loaded(found, at=at)}
    rows = [(row, members[row.reference]) for row in written if row.reference in members]
    changed = [member for row, member in rows if _version_of(row) != member.version]
    sentences = last_changes(changed) if changed else {}
    return {
        row.number: _compare(sheet, areas, row, member, sentences.get(member.pk, ""))
        for row, member in rows
    }


def _version_of(row: SheetRow) -> int | None:
    return whole_number(row.cells.get(VERSION, "").strip())


def _compare(
    sheet: MemberSheet, areas: Iterable[FocusArea], row: SheetRow, member: Member, last_change: str
) -> RowResult:
    result = as_written(row)
    result = replace(result, organisation=result.organisation or member.organisation_name)
    edited, errors, locked = _edited(sheet, row, member)
    if not (edited or errors or locked):
        return replace(result, is_unchanged=True)
    form = StaffAnswersForm(
        _as_posted(member, edited),
        member=member,
        focal_points=list(member.people.values()),  # type: ignore[attr-defined]
        focus_areas=areas,
    )
    names = {*edited}
    if "focus_area" in edited:
        # The form takes the first choice out of the others.
        names.add("further_focus_areas")
    errors += [
        fault_of(row, name, sheet.fields[name], str(sentence))
        for name, sentences in form.errors.items()
        if name in names
        for sentence in sentences
    ]
    differences = [each for each in form.differences() if each[0] in names]
    if refusal := _refusal(row, member, last_change):
        if not (errors or differences):
            return replace(result, is_unchanged=True)
        return replace(result, same=member, refusals=[Fault(row.number, refusal)])
    if errors or locked:
        return replace(result, same=member, errors=errors, refusals=locked)
    if not differences:
        return replace(result, is_unchanged=True)
    return replace(
        result,
        same=member,
        correction=_correction(row, member, form, [name for name, _was, _now in differences]),
        changes=[_in_words(sheet.fields[name], was, now) for name, was, now in differences],
    )


def _edited(
    sheet: MemberSheet, row: SheetRow, member: Member
) -> tuple[dict[str, Any], list[Fault], list[Fault]]:
    """Return the form values of the edited cells, the faults in cells, and the locked cells.

    Only these cells are validated: others may have what the form would refuse today.
    """
    edited, errors, locked = {}, [], []
    for name, cell in row.cells.items():
        column = sheet.fields[name]
        is_compared = name not in NOT_COMPARED or isinstance(cell, FormulaText)
        if not is_compared or column.has_value_of(member, cell):
            continue
        if sentence := _lock(name, column, member):
            locked.append(replace(fault_of(row, name, column, sentence), allowed=""))
            continue
        try:
            edited[name] = clean_cell(column, cell)
        except ValueError as refused:
            errors.append(fault_of(row, name, column, str(refused)))
    return edited, errors, locked


def _lock(name: str, column: Column, member: Member) -> str:
    """Return why an import cannot change a column of a member, or an empty text."""
    question = CORRECTABLE.get(name)
    if question is None:
        stored = column.export(member)
        if isinstance(stored, datetime):
            stored = f"{stored:%Y-%m-%d %H:%M}"
        return _("An import cannot change this. The portal has “%(value)s”.") % {
            "value": shortened(str(stored))
        }
    is_alternate = question.section is Section.ALTERNATE
    if question.is_about_person and is_alternate not in member.people:  # type: ignore[attr-defined]
        return _("There is no alternate focal point. Only the organisation can add one.")
    return ""


def _as_posted(member: Member, edited: dict[str, Any]) -> QueryDict:
    """Return the answers of a member with the edited ones, as a browser would submit them."""
    posted = QueryDict(mutable=True)
    for name, question in CORRECTABLE.items():
        stored = question.answer_of(member, member.people)  # type: ignore[attr-defined]
        value = edited.get(name, "on" if stored is True else stored)
        posted.setlist(name, value if isinstance(value, list) else [str(value or "")])
    return posted


def _refusal(row: SheetRow, member: Member, last_change: str) -> str:
    """Return why a row may not change its member at all, or an empty text."""
    try:
        check_has_personal_data(member)
    except Refused as refused:
        return str(refused)
    version = _version_of(row)
    if version is None:
        return _(
            "The row does not say which version it has. Export it again, and keep the column "
            "Version."
        )
    if version != member.version:
        return _("Changed after the export. %(change)s Export it again.") % {"change": last_change}
    return ""


def _correction(
    row: SheetRow, member: Member, form: StaffAnswersForm, names: list[str]
) -> RowCorrection:
    facts: dict[str, Any] = {}
    people: dict[int, dict[str, Any]] = defaultdict(dict)
    for name in names:
        question = QUESTIONS_BY_NAME[name]
        values = question.values_of(form.cleaned_data[name])
        if question.is_about_person:
            people[form.people[question.section is Section.ALTERNATE].pk] |= values
        else:
            facts |= values
    return RowCorrection(row.number, member, member.version, facts, people)


def _in_words(column: Column, was: Any, now: Any) -> dict[str, str]:
    """Return a change as `admin/_changes.html` shows it."""
    shown = [str(column.widget.render(value)) or "–" for value in (was, now)]
    old, new = TruncatedDiff(max_length=MAX_CHANGE_LENGTH).common_shorten_repr(*shown)
    return {"field": str(column.column_name), "old": old, "new": new}
