"""The forms of a whole spreadsheet: its format, the upload, and the confirmation."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.sealed_uploads import seal, unseal
from core.spreadsheet_parsing import Unreadable, parse_upload
from core.spreadsheets import SpreadsheetFormat
from members.models import Call
from triage.spreadsheets.forms.results import RowResult
from triage.spreadsheets.forms.rows import rows_of
from triage.spreadsheets.models import ImportChannel
from triage.spreadsheets.services.columns import SheetRow

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
            return rows_of(parse_upload(self.cleaned_data["file"], keeps_formulas=True))
        except Unreadable as refused:
            raise ValidationError(str(refused)) from refused

    @property
    def file_name(self) -> str:
        """The name of the file, without unprintable characters and not longer than its column."""
        name = str(cast("UploadedFile", self.files["file"]).name)
        return "".join(letter for letter in name if letter.isprintable())[:200] or "?"


@dataclass(frozen=True)
class CheckedUpload:
    """The checked rows between the upload and the confirmation. The server does not store them.

    Rows that are the same as in the portal are only counted. `refused` are the numbers of the rows
    that the person knows will not be corrected.
    """

    call: Call
    file_name: str
    rows: list[SheetRow]
    unchanged: int = 0
    refused: Collection[int] = ()

    def judged_as(self, judged: Collection[RowResult]) -> "CheckedUpload":
        """Return what to confirm after these results of the rows."""
        same = {each.number for each in judged if each.is_unchanged}
        return replace(
            self,
            rows=[row for row in self.rows if row.number not in same],
            unchanged=self.unchanged + len(same),
            refused=[each.number for each in judged if each.refusals],
        )

    def sealed(self, by: User) -> str:
        """Return the rows as text signed for one person. Raises Unreadable if it is too long."""
        names = sorted({name for row in self.rows for name in row.cells})
        rows = [[row.number, *(row.cells.get(name, "") for name in names)] for row in self.rows]
        content = {
            "call": self.call.pk,
            "file": self.file_name,
            "names": names,
            "rows": rows,
            "unchanged": self.unchanged,
            "refused": self.refused,
        }
        return seal(content, salt=SALT, by=by)

    @classmethod
    def unsealed(cls, text: str, by: User) -> "CheckedUpload":
        """Return the rows in a signed text. Raises BadSignature and Call.DoesNotExist."""
        content = unseal(text, salt=SALT, by=by)
        rows = [
            SheetRow(number, dict(zip(content["names"], cells, strict=True)))
            for number, *cells in content["rows"]
        ]
        return cls(
            Call.objects.get(pk=content["call"]),
            content["file"],
            rows,
            content["unchanged"],
            content["refused"],
        )


class ConfirmImportForm(forms.Form):
    """How the rows arrived, which similar ones to import, and why members are corrected."""

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
        error_messages={"required": _("Give the reason for the correction.")},
    )
    with_acknowledgement = forms.BooleanField(
        label=_("Send the standard acknowledgement to the focal points of each organisation"),
        required=False,
    )

    def __init__(self, data: QueryDict | None = None, *, judged: Iterable[RowResult]) -> None:
        """Ask only for what the rows need: how new ones arrived, the reason of corrections."""
        super().__init__(data, label_suffix="")
        judged = list(judged)
        new = [each.number for each in judged if each.row]
        though_alike = cast("forms.ChoiceField", self.fields["though_alike"])
        though_alike.choices = [(number, number) for number in new]
        if any(each.correction for each in judged):
            note = self.fields["note"]
            note.required = True
            note.label = _("Reason")
            note.help_text = _(
                "Reason for the corrections and who asked for them. Shown on the timeline of each "
                "organisation that is corrected."
            )
            if not new:
                del self.fields["channel"], self.fields["with_acknowledgement"]

    @property
    def chosen(self) -> list[int]:
        ticked: list[int] = getattr(self, "cleaned_data", {}).get("though_alike", [])
        return ticked
