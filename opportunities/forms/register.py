"""The filters of the public list of needs and offers, and the report of one."""

from itertools import groupby
from typing import Any, Final, cast

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from eoi.forms.fields import HoneypotField
from focus_areas.models import FocusArea, Pillar
from members.forms import ALL, FilterForm
from members.services.countries import choices
from opportunities.models import SupportKind
from opportunities.services.register import Tab

# The tabs set it.
SHOW: Final = "show"


class RegisterForm(FilterForm):
    """Filters of the public list of needs and offers."""

    q = forms.CharField(
        label=_("Words or reference"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto"}),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    support = forms.ChoiceField(
        label=_("Support"), required=False, choices=[ALL, *SupportKind.choices]
    )
    area = forms.ChoiceField(label=_("Focus area"), required=False)
    pillar = forms.ChoiceField(label=_("Pillar"), required=False)
    show = forms.ChoiceField(
        label=_("List"), required=False, choices=[ALL, *Tab.choices], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pillars = Pillar.objects.select_related("focus_area").filter(is_published=True)
        in_order = pillars.order_by("focus_area__number", "position", "pk")
        offered: dict[str, list[Any]] = {
            "country": [*choices(get_language() or "en", kept=str(self.data.get("country", "")))],
            "area": [(each.slug, each.name) for each in FocusArea.objects.order_by("number")],
            "pillar": [
                (area.name, [(str(pillar.pk), pillar.name) for pillar in those])
                for area, those in groupby(in_order, lambda pillar: pillar.focus_area)
            ],
        }
        for name, theirs in offered.items():
            cast("forms.ChoiceField", self.fields[name]).choices = [ALL, *theirs]

    def active(self) -> list[tuple[str, str, str]]:
        """Return the filters that are set; the tab is none of them."""
        return [each for each in super().active() if each[0] != SHOW]

    def fields_shown(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name != SHOW]


class ReportForm(forms.Form):
    """Why a need or an offer is unsuitable."""

    use_required_attribute = False

    text = forms.CharField(
        label=_("Why is it unsuitable?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text=_("At most 500 characters. Leave out names and addresses of people."),
        error_messages={"required": _("Say why it is unsuitable")},
    )
    leave_empty = HoneypotField()
