"""Filters and order of the register of commitments, which are in its address."""

from collections.abc import Collection, Container, Iterable
from datetime import date
from typing import Any, Final, cast

from django import forms
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from commitments.models import CommitmentType, Stage
from commitments.services.register import GLOBAL, NO_PILLAR, REGIONAL, ConditionGroup
from commitments.services.register_order import RegisterOrder
from focus_areas.models import FocusArea, Pillar
from framework.services.adopted_actions import AdoptedAction, actions_by_key
from members.forms import ALL, FilterForm
from members.models import Member
from members.services.countries import CountryGroup, Region, choices
from members.services.figures import OUTSIDE_REGIONS
from members.services.kinds import OrganisationKind

# The coalition was launched in this year.
FIRST_YEAR: Final = 2021
# The parameter of the order, which is no filter.
SORT: Final = "sort"
# What the form shows at once, and what it shows when it is opened.
FIRST_FIELDS: Final = ("q", "country", "area", "region", SORT)
MORE_FIELDS: Final = ("kind", "type", "group", "stage", "year")
# Filters without a field to be seen.
HIDDEN: Final = ("condition", "member", "action", "pillar")
FILTERS: Final = frozenset([*FIRST_FIELDS, *MORE_FIELDS, *HIDDEN]) - {SORT}
# The filters of the figures: those with a field, and all.
FIGURE_FIELDS: Final = ("region", "group", "country", "area", "kind", "type", "year")
FIGURE_FILTERS: Final = (*FIGURE_FIELDS, "action")


class RegisterFilterForm(FilterForm):
    """Filters and order of the register.

    The tabs set `condition`, and links set `member`, `action` and `pillar`.
    """

    q = forms.CharField(
        label=_("Words or reference"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto"}),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    area = forms.ChoiceField(label=_("Focus area"), required=False)
    type = forms.ChoiceField(
        label=_("Type"), required=False, choices=[ALL, *CommitmentType.choices]
    )
    region = forms.ChoiceField(
        label=_("Region"),
        required=False,
        choices=[
            ALL,
            *Region.choices,
            (OUTSIDE_REGIONS, _("No ITU region")),
            (GLOBAL, _("The whole world")),
            (REGIONAL, _("Regional and global")),
        ],
    )
    kind = forms.ChoiceField(
        label=_("Led by"), required=False, choices=[ALL, *OrganisationKind.choices]
    )
    group = forms.ChoiceField(
        label=_("Group of countries"), required=False, choices=[ALL, *CountryGroup.choices]
    )
    stage = forms.ChoiceField(
        label=pgettext_lazy("of an amount", "Stage"), required=False, choices=[ALL, *Stage.choices]
    )
    year = forms.ChoiceField(label=_("Published in"), required=False)
    condition = forms.ChoiceField(
        label=_("Condition"),
        required=False,
        choices=[ALL, *ConditionGroup.choices],
        widget=forms.HiddenInput,
    )
    sort = forms.ChoiceField(
        label=pgettext_lazy("of a list", "Order"), required=False, choices=RegisterOrder.choices
    )
    member = forms.CharField(
        label=_("Member"), required=False, max_length=100, widget=forms.HiddenInput
    )
    action = forms.CharField(
        label=pgettext_lazy("of an Action Framework", "Action"),
        required=False,
        max_length=36,
        widget=forms.HiddenInput,
    )
    pillar = forms.ChoiceField(label=_("Pillar"), required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, focus_areas: Iterable[FocusArea], on: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.focus_areas = list(focus_areas)
        years = [str(year) for year in range(on.year, FIRST_YEAR - 1, -1)]
        offered = {
            "country": choices(get_language() or "en", kept=str(self.data.get("country", ""))),
            "area": [(area.slug, area.name) for area in self.focus_areas],
            "year": [(year, year) for year in years],
        }
        if self.data.get("pillar"):
            pillars = [(str(each.pk), each.name) for each in Pillar.objects.all()]
            offered["pillar"] = ((NO_PILLAR, gettext("None")), *pillars)
        for name, theirs in offered.items():
            cast("forms.ChoiceField", self.fields[name]).choices = [ALL, *theirs]
        self.chosen_member: Member | None = None
        self.chosen_action: AdoptedAction | None = None

    def offer_countries(self, codes: Container[str]) -> None:
        """Offer only some countries, and the chosen one. Addresses may name any other."""
        widget = cast("forms.Select", self.fields["country"].widget)
        chosen = self.data.get("country")
        widget.choices = [
            (code, name) for code, name in widget.choices if code in ("", chosen) or code in codes
        ]

    def clean_member(self) -> str:
        """Refuse the address of a member that is not listed."""
        slug: str = self.cleaned_data["member"]
        if slug:
            listed = Member.objects.listed_publicly().filter(slug=slug)
            self.chosen_member = listed.only("organisation_name", "reference").first()
            if self.chosen_member is None:
                raise forms.ValidationError(_("This is not a listed member."))
        return slug

    def clean_action(self) -> str:
        """Refuse the key of what no adopted framework has as an action."""
        key: str = self.cleaned_data["action"].lower()
        if key:
            self.chosen_action = actions_by_key([key]).get(key)
            if self.chosen_action is None:
                raise forms.ValidationError(_("This is not an action of an adopted framework."))
        return key

    def active(self) -> list[tuple[str, str, str]]:
        """Return the filters that are set; a member and an action are shown by their names."""
        names: dict[str, str] = {}
        if self.chosen_member:
            names["member"] = self.chosen_member.organisation_name
        if self.chosen_action:
            names["action"] = self.chosen_action.public_words
        return [
            (name, label, names.get(name, words))
            for name, label, words in super().active()
            if name != SORT
        ]

    def query_string(self, names: Collection[str] | None = FILTERS) -> str:
        """Return the filters that are set, as every filter form does, without the order."""
        return super().query_string(names)

    def first_fields(self) -> list[forms.BoundField]:
        """Return the fields that the form shows at once."""
        return [self[name] for name in FIRST_FIELDS]

    def more_fields(self) -> list[forms.BoundField]:
        """Return the fields that are shown when the reader asks for more."""
        return [self[name] for name in MORE_FIELDS]

    def has_more_set(self) -> bool:
        """Whether one of the further fields is set, so that they are shown."""
        return any(self.cleaned_data.get(name) for name in MORE_FIELDS)

    def has_field_set(self) -> bool:
        """Whether a filter is set that has a field to be seen."""
        return any(name in (*FIRST_FIELDS, *MORE_FIELDS) for name, _label, _words in self.active())

    def kept(self) -> list[tuple[str, str]]:
        """Return the set filters that have no field to be seen; the form sends them again."""
        return [(name, self.cleaned_data[name]) for name in HIDDEN if self.cleaned_data.get(name)]
