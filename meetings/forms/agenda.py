"""The form of a meeting's agenda."""

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.forms.ordered_rows import RowForm
from meetings.models import MAX_ITEM_LENGTH


class AgendaItemForm(RowForm):
    """One item of an agenda."""

    kind = "item"

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        error_messages={"required": _("Enter a title.")},
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=MAX_ITEM_LENGTH,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4}),
        error_messages={
            "required": _("Enter how many minutes the item takes."),
            "invalid": _("Enter how many minutes the item takes."),
        },
    )
    speaker = forms.CharField(
        label=_("Speaker"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
