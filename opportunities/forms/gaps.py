"""The filters of the gaps by country."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms import ALL, FilterForm
from members.services.countries import CountryGroup, Region
from opportunities.services.gaps import Show


class GapFilterForm(FilterForm):
    """Filters and order of the gaps."""

    group = forms.ChoiceField(
        label=_("Countries"),
        required=False,
        choices=[("", _("All of the three groups")), *CountryGroup.choices],
    )
    region = forms.ChoiceField(label=_("Region"), required=False, choices=[ALL, *Region.choices])
    show = forms.ChoiceField(label=_("Show"), required=False, choices=[ALL, *Show.choices])
    # The key of a column, as services/gaps.py reads it.
    sort = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
