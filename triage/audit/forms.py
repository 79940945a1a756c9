"""The filter form of the audit page."""

from datetime import date
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The maximum number of pages. Older changes are found by their days.
MAX_PAGES: Final = 100
# No portal is older, and the database may not be able to compare dates outside this range.
DAYS: Final = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31)))


class AuditForm(forms.Form):
    """Filters changes by kind of record, by the person who made them, and by days in Geneva."""

    of = forms.ChoiceField(label=gettext_lazy("Record"), required=False)
    by = forms.CharField(label=gettext_lazy("Changed by"), required=False, max_length=100)
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        validators=DAYS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        validators=DAYS,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    page = forms.IntegerField(
        required=False, min_value=1, max_value=MAX_PAGES, widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, among: list[tuple[str, str]]) -> None:
        super().__init__(data, label_suffix="")
        of: Any = self.fields["of"]
        of.choices = [("", _("All records")), *among]
