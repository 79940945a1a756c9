"""The upload of a spreadsheet of rates, and its checked rows until they are confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.services.rates import MAX_RATE_ROWS, CheckedRow, RateRow, check_rates
from core.sealed_uploads import seal, unseal
from core.spreadsheet_parsing import Unreadable, parse_upload

SALT: Final = "commitments.forms.rates"


class RatesForm(forms.Form):
    """The spreadsheet to import. Its cleaned value is the list of checked rows."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("Spreadsheet"),
        help_text=_("A workbook (.xlsx) or CSV in UTF-8, at most 5 MB and 5,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt"}),
        error_messages={"required": _("Choose a file"), "empty": _("The file is empty")},
    )

    def clean_file(self) -> list[CheckedRow]:
        try:
            return check_rates(parse_upload(self.cleaned_data["file"], max_rows=MAX_RATE_ROWS))
        except Unreadable as refused:
            raise ValidationError(str(refused)) from refused


class ConvertAgainForm(forms.Form):
    """The public note of a conversion, and the rate that the page showed."""

    use_required_attribute = False

    note = forms.CharField(
        label=_("Public note"),
        help_text=_(
            "Everybody reads it among the versions of each commitment: say which rate was wrong, "
            "and why."
        ),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Write the note that everybody will read.")},
    )
    seen = forms.DecimalField(widget=forms.HiddenInput)


@dataclass(frozen=True)
class CheckedRates:
    """The rows of a checked file, and the rates that they replace. The server stores neither."""

    rows: Sequence[RateRow]
    seen: Mapping[tuple[str, date], Decimal]

    @classmethod
    def of(cls, checked: Sequence[CheckedRow]) -> "CheckedRates":
        """Return the right rows of a checked file."""
        return cls(
            [each.row for each in checked if each.row],
            {each.row.key: each.before.rate for each in checked if each.row and each.before},
        )

    def sealed(self, by: User) -> str:
        """Return the rows as text signed for one person. Raises Unreadable if it is too long."""
        rows = [
            [
                *(row.number, row.source, row.currency, row.month.isoformat(), str(row.rate)),
                str(self.seen.get(row.key, "")),
            ]
            for row in self.rows
        ]
        return seal(rows, salt=SALT, by=by)

    @classmethod
    def unsealed(cls, text: str, by: User) -> "CheckedRates":
        """Return the rows in a signed text. Raises BadSignature."""
        rows: list[RateRow] = []
        seen: dict[tuple[str, date], Decimal] = {}
        for number, source, currency, month, rate, before in unseal(text, salt=SALT, by=by):
            row = RateRow(number, source, currency, date.fromisoformat(month), Decimal(rate))
            rows.append(row)
            if before:
                seen[row.key] = Decimal(before)
        return cls(rows, seen)
