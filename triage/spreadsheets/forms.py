"""A spreadsheet of Expressions of Interest as forms: upload, each row, and confirmation."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.dates import GENEVA, format_datetime
from core.sealed_uploads import seal, unseal
from core.spreadsheet_parsing import Table, Unreadable, parse_upload
from core.spreadsheets import SpreadsheetFormat
from eoi.forms.expression import ExpressionOfInterestForm, focus_area_choices
from focus_areas.models import FocusArea
from members.models import Call, Member
from triage.spreadsheets.models import ImportChannel
from triage.spreadsheets.services.columns import RECEIVED, REFERENCE, MemberSheet, SheetRow
from triage.spreadsheets.services.imports import (
    Alike,
    ImportRow,
    already_imported,
    likenesses,
    submission_key_of,
    with_references,
)

# The columns without which no row could be imported.
REQUIRED: Final = [
    name
    for name, field in ExpressionOfInterestForm.base_fields.items()
    if field.required and name in MemberSheet.fields
]
SALT: Final = "triage.spreadsheets.forms"


class ExportForm(forms.Form):
    """The file format of an export."""

    format = forms.ChoiceField(
        label=_("File format"),
        choices=SpreadsheetFormat.choices,
        initial=SpreadsheetFormat.XLSX,
        widget=forms.RadioSelect,
    )


class UploadForm(forms.Form):
    """The spreadsheet to import, and the call that its rows answer."""

    use_required_attribute = False

    call: forms.ModelChoiceField = forms.ModelChoiceField(
        Call.objects.order_by("-opens_at", "-pk"),
        label=_("Call"),
        empty_label=None,
    )
    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_("A workbook (.xlsx) or CSV in UTF-8, at most 5 MB and 500 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt"}),
        error_messages={"required": _("Choose a file"), "empty": _("The file is empty")},
    )

    def clean_file(self) -> list[SheetRow]:
        try:
            return rows_of(parse_upload(self.cleaned_data["file"]))
        except Unreadable as refused:
            raise ValidationError(str(refused)) from refused

    @property
    def file_name(self) -> str:
        """The name of the file, without unprintable characters and not longer than its column."""
        name = str(cast("UploadedFile", self.files["file"]).name)
        return "".join(letter for letter in name if letter.isprintable())[:200] or "?"


def rows_of(table: Table) -> list[SheetRow]:
    """Return the rows of a table as the columns that can be imported. Raises Unreadable."""
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


@dataclass(frozen=True)
class RowResult:
    """The result of checking one row: its errors, or the data to import and any similar members."""

    number: int
    # As written in the row.
    organisation: str
    person: str
    email: str
    # Each error has the heading of its column, or "" if it is about the whole row.
    errors: list[tuple[str, str]] = field(default_factory=list)
    row: ImportRow | None = None
    # The member with the same reference, or the one that was imported from the same row before.
    same: Member | None = None
    alike: list[Alike] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return not (self.errors or self.same or self.alike)


def validate_rows(call: Call, written: Iterable[SheetRow], *, at: datetime) -> list[RowResult]:
    """Validate each row with the form.

    A row with the reference of a member is that member. It is not validated, because it may have
    answered another call with other rules.
    """
    written = list(written)
    sheet, areas = MemberSheet(), list(focus_area_choices())
    members = with_references({_reference_of(each) for each in written})
    judged: list[RowResult] = []
    first_with: dict[str, int] = {}
    for each in written:
        reference = _reference_of(each)
        if member := members.get(reference):
            judged.append(replace(_as_written(each), same=member))
            continue
        found = _judge(sheet, areas, call, each, at)
        if reference:
            unknown = gettext(
                "No member has this reference. Correct it, or leave it empty for a new member."
            )
            heading = str(sheet.fields[REFERENCE].column_name)
            found = replace(found, errors=[(heading, unknown), *found.errors], row=None)
        if found.row:
            first = first_with.setdefault(found.row.submission_key, each.number)
            if first != each.number:
                same = gettext("Same as row %(number)d. Remove one of the two rows.")
                found = replace(found, errors=[("", same % {"number": first})], row=None)
        judged.append(found)
    return judged


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


def _reference_of(written: SheetRow) -> str:
    return written.cells.get(REFERENCE, "").strip().upper()


def _as_written(written: SheetRow) -> RowResult:
    """Return a row as it is written, without any result."""
    cell = written.cells.get
    return RowResult(
        written.number,
        organisation=cell("organisation_name", "").strip(),
        person=f"{cell('given_name', '')} {cell('family_name', '')}".strip(),
        email=cell("email", "").strip(),
    )


def _judge(
    sheet: MemberSheet, areas: list[FocusArea], call: Call, written: SheetRow, at: datetime
) -> RowResult:
    typed, received_at, problems = _as_posted(sheet, written)
    received_at = _received(received_at, at)
    if RECEIVED not in problems and (sentence := _not_received(call, received_at, at)):
        problems[RECEIVED] = sentence
    form = RowForm(typed, focus_areas=areas)
    errors = {name: [str(each) for each in found] for name, found in form.errors.items()}
    errors |= {name: [sentence] for name, sentence in problems.items()}
    if errors:
        in_words = [
            (str(column.column_name), sentence)
            for name, column in sheet.to_fill_in().items()
            for sentence in errors.get(name, ())
        ]
        return replace(_as_written(written), errors=in_words)
    answers = form.answers()
    del answers["submission_key"]
    key = submission_key_of(call, answers)
    return replace(_as_written(written), row=ImportRow(written.number, answers, received_at, key))


def _as_posted(
    sheet: MemberSheet, written: SheetRow
) -> tuple[QueryDict, datetime | None, dict[str, str]]:
    """Return a row as a browser would submit it, the time of receipt, and errors by column."""
    typed = QueryDict(mutable=True)
    # The form requires a key. The row's own key is computed from its answers.
    typed["submission_key"] = "none"
    received_at, problems = None, {}
    for name, column in sheet.to_fill_in().items():
        try:
            value = column.widget.clean(written.cells.get(name, ""))
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


@dataclass(frozen=True)
class CheckedUpload:
    """The checked rows between the upload and the confirmation. The server does not store them."""

    call: Call
    file_name: str
    rows: list[SheetRow]

    def sealed(self, by: User) -> str:
        """Return the rows as text signed for one person. Raises Unreadable if it is too long."""
        names = sorted({name for row in self.rows for name in row.cells})
        rows = [[row.number, *(row.cells.get(name, "") for name in names)] for row in self.rows]
        content = {"call": self.call.pk, "file": self.file_name, "names": names, "rows": rows}
        return seal(content, salt=SALT, by=by)

    @classmethod
    def unsealed(cls, text: str, by: User) -> "CheckedUpload":
        """Return the rows in a signed text. Raises BadSignature and Call.DoesNotExist."""
        content = unseal(text, salt=SALT, by=by)
        rows = [
            SheetRow(number, dict(zip(content["names"], cells, strict=True)))
            for number, *cells in content["rows"]
        ]
        return cls(Call.objects.get(pk=content["call"]), content["file"], rows)


class ConfirmImportForm(forms.Form):
    """How the rows arrived, which similar ones to import, and whether to acknowledge them."""

    use_required_attribute = False

    # The numbers of the rows to import although they are similar to a member. The page shows this
    # field in the rows.
    though_alike = forms.TypedMultipleChoiceField(coerce=int, required=False)

    channel = forms.ChoiceField(
        label=_("How were they received?"),
        choices=ImportChannel.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how they were received")},
    )
    note = forms.CharField(
        label=_("Note"),
        help_text=_("Optional. For colleagues: for example, where the originals are."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    with_acknowledgement = forms.BooleanField(
        label=_("Send the standard acknowledgement to the focal points of each organisation"),
        required=False,
    )

    def __init__(self, data: QueryDict | None = None, *, numbers: Iterable[int]) -> None:
        super().__init__(data, label_suffix="")
        though_alike = cast("forms.ChoiceField", self.fields["though_alike"])
        though_alike.choices = [(number, number) for number in numbers]

    @property
    def chosen(self) -> list[int]:
        ticked: list[int] = getattr(self, "cleaned_data", {}).get("though_alike", [])
        return ticked
