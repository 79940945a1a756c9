"""The filters of the audit page and of its export."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import GENEVA, start_of_day
from core.spreadsheets import SpreadsheetFormat
from triage.audit.services.sources import MAX_CHANGES, AuditSource

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

JSON_LINES: Final = "jsonl"
# No portal is older, and the database may not be able to compare dates outside this range.
DAYS: Final = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31)))
# Of how many days a page can send lines of JSON. The command exports more.
MAX_EXPORTED: Final = timedelta(days=92)


def day_field(label: "_StrOrPromise") -> forms.DateField:
    """Return the field of a day in Geneva."""
    return forms.DateField(
        label=label,
        required=False,
        validators=DAYS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class AuditForm(forms.Form):
    """Filters changes by kind of record, text, the person who made them, and days in Geneva."""

    of = forms.ChoiceField(label=gettext_lazy("Record"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Who, what or reference"), required=False, max_length=100
    )
    by = forms.CharField(label=gettext_lazy("Changed by"), required=False, max_length=100)
    since = day_field(gettext_lazy("From"))
    until = day_field(gettext_lazy("Until"))
    start = forms.IntegerField(
        required=False, min_value=0, max_value=MAX_CHANGES, widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, sources: list[AuditSource], **given: Any) -> None:
        super().__init__(data, label_suffix="", **given)
        self.sources = sources
        of: Any = self.fields["of"]
        of.choices = [("", _("All records")), *((each.key, each.label) for each in sources)]

    def chosen(self) -> list[AuditSource]:
        """Return the tables that are asked for."""
        return [each for each in self.sources if self.cleaned_data["of"] in ("", each.key)]

    def asked(self) -> dict[str, Any]:
        """Return what is asked for, with the days as times; `until` is exclusive."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        return self.cleaned_data | {
            "since": start_of_day(since, GENEVA) if since else None,
            "until": start_of_day(until + timedelta(days=1), GENEVA) if until else None,
        }


class ExportForm(AuditForm):
    """The changes to export, and the format. Lines of JSON have all of some days, and events."""

    format = forms.ChoiceField(
        label=gettext_lazy("File format"),
        choices=[
            *SpreadsheetFormat.choices,
            (
                JSON_LINES,
                gettext_lazy(
                    "Lines of JSON, for programs: all records, sign-ins, readings and exports of "
                    "these days"
                ),
            ),
        ],
        initial=SpreadsheetFormat.XLSX,
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, and more than a page can send."""
        facts = self.cleaned_data
        since, until = facts.get("since"), facts.get("until")
        if since and until and until < since:
            self.add_error("until", _("Choose a day that is not before the first one."))
        elif facts.get("format") == JSON_LINES:
            for name in ("since", "until"):
                if name in facts and not facts[name]:
                    self.add_error(name, self.fields[name].error_messages["required"])
            if since and until and until - since >= MAX_EXPORTED:
                self.add_error(
                    "until", _("Choose at most %(number)d days.") % {"number": MAX_EXPORTED.days}
                )
        return facts
