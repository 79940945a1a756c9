"""The forms by which staff and people themselves export what is known of a person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.addresses import AddressFormField, normalise_address
from privacy.models import DataExportFormat


class ExportForm(forms.Form):
    """Asks in which format a file is wanted."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=DataExportFormat.choices,
        initial=DataExportFormat.HTML,
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean_format(self) -> DataExportFormat:
        return DataExportFormat(self.cleaned_data["format"])


class PersonForm(forms.Form):
    """Asks by which address a person is searched."""

    address = AddressFormField(
        label=gettext_lazy("Email address"),
        help_text=gettext_lazy("All rows with this address are found, in upper or lower case."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean_address(self) -> str:
        return normalise_address(self.cleaned_data["address"])
