"""The forms of the parts of a commitment. They validate, and never save."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.forms.fields import (
    DayField,
    MilestonesField,
    NumberField,
    PlaceField,
    ProposingField,
)
from commitments.forms.money import MoneyForm
from commitments.forms.part_form import PartForm
from commitments.forms.partners import PartnersForm
from commitments.forms.rows import KEY, RowForm, row_numbers
from commitments.models import CommitmentType, Milestone, Novelty
from commitments.services.completeness import FormPart
from commitments.services.content import PlaceContent, TargetContent
from commitments.services.drafts import Fields
from commitments.services.fields import MAX_ACTIONS, MAX_GOALS, declared_fields
from commitments.services.indicators import unit_of
from commitments.services.typed_numbers import decimals_of, in_language
from commitments.services.typed_places import place_name
from core.languages import language_choices
from core.numbers import whole_number
from eoi.forms.fields import StrictCheckbox
from focus_areas.models import FocusArea, Pillar
from framework.services.adopted_actions import actions_of_area

PER_CENT: Final = 100
SHARE_DECIMALS: Final = 2


class WhatForm(PartForm):
    """What is promised."""

    part = FormPart.WHAT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]
        offer_areas_and_pillars(
            self, area=self.data.get("focus_area"), pillar=self.data.get("pillar")
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        is_told = cleaned.get("announced_before") or "announced_before" in self.errors
        if cleaned.get("novelty") == Novelty.ANNOUNCED and not is_told:
            self.add_error("announced_before", _("Enter where and when it was announced."))
        return cleaned


def offer_areas_and_pillars(form: forms.Form, *, area: object, pillar: object) -> None:
    """Set the choices of the fields for a focus area and a pillar, given those that are chosen."""
    areas = list(FocusArea.objects.order_by("number"))
    by_area: dict[int, list[tuple[int, str]]] = {each.pk: [] for each in areas}
    # One that staff no longer offer stays with what names it.
    offered = Q(is_published=True) | Q(pk=whole_number(str(pillar or "")))
    for each in Pillar.objects.filter(offered).order_by("-is_published", "position", "pk"):
        by_area[each.focus_area_id].append((each.pk, each.name))
    fields: dict[str, Any] = form.fields
    fields["focus_area"].choices = [(each.pk, each.name) for each in areas]
    areas.sort(key=lambda each: (str(each.pk) != str(area or ""), each.number))
    fields["pillar"].choices = [
        ("", _("None")),
        *((each.name, by_area[each.pk]) for each in areas if by_area[each.pk]),
    ]


class TargetRow(RowForm):
    """A figure to reach by a day; for a policy it may be yes by a day."""

    kind, content_name = "target", "targets"
    folded = ("baseline", "baseline_on", "milestones")
    prefilled = ("is_yes_no",)

    indicator = ProposingField(
        datalist="indicators",
        label=gettext_lazy("What will you measure?"),
        help_text=gettext_lazy("Choose from the list, or use your own words."),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter what you will measure.")},
    )
    is_yes_no = forms.BooleanField(
        label=gettext_lazy("It is reached or not, without a number"),
        required=False,
        widget=StrictCheckbox,
    )
    value = NumberField(
        label=gettext_lazy("Number to reach"),
        required=False,
        error_messages={"required": gettext_lazy("Enter the number to reach.")},
    )
    unit = ProposingField(
        datalist="units",
        label=gettext_lazy("Unit"),
        help_text=gettext_lazy(
            "Like people or %. For a figure from the list you can leave it empty."
        ),
        max_length=60,
        required=False,
    )
    by = DayField(
        label=gettext_lazy("By when"),
        error_messages={"required": gettext_lazy("Enter by when it will be reached.")},
    )
    baseline = NumberField(
        label=gettext_lazy("Number at the start"),
        help_text=gettext_lazy("Leave it empty if there is none."),
        required=False,
    )
    baseline_on = DayField(label=gettext_lazy("Day of this number"), required=False)
    milestones = MilestonesField(
        label=gettext_lazy("Milestones"),
        help_text=gettext_lazy(
            "Two to four numbers on the way, if it does not go in a straight line. On each line a "
            "day and a number, like 2027-12-31: 400."
        ),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("is_yes_no"):
            cleaned.update(value=None, unit="", baseline=None, baseline_on=None, milestones=())
            for name in ("value", "unit", "baseline", "baseline_on", "milestones"):
                self.errors.pop(name, None)
            return cleaned
        if not cleaned.get("unit"):
            cleaned["unit"] = unit_of(cleaned.get("indicator", ""))
        if cleaned.get("value") is None and "value" not in self.errors:
            self.add_error("value", _("Enter the number to reach."))
        if not cleaned["unit"] and "unit" not in self.errors:
            self.add_error("unit", _("Enter the unit of the number, such as people or schools."))
        has_number = cleaned.get("baseline") is not None or "baseline" in self.errors
        if cleaned.get("baseline_on") and not has_number:
            self.add_error("baseline", _("Enter the number on this day, or remove the day."))
        if cleaned.get("milestones") and not self.errors:
            self._check_milestones(**cleaned)
        return cleaned

    def _check_milestones(
        self,
        *,
        milestones: Sequence[Milestone],
        baseline: Decimal | None,
        value: Decimal,
        by: date,
        **_others: Any,
    ) -> None:
        """Refuse milestones after the target, or that do not lead from the start to it."""
        if milestones[-1].on >= by:
            self.add_error("milestones", _("The milestones must be before the day of the target."))
        start = baseline or Decimal(0)
        numbers = [start, *(each.value for each in milestones), value]
        is_rising = start < value
        if all(one < other if is_rising else one > other for one, other in pairwise(numbers)):
            return
        language = self.fields["value"].language  # type: ignore[attr-defined]
        words = (
            _("The numbers must rise, and be between %(start)s and %(target)s.")
            if is_rising
            else _("The numbers must fall, and be between %(start)s and %(target)s.")
        )
        ends = {"start": in_language(start, language), "target": in_language(value, language)}
        self.add_error("milestones", words % ends)


class TargetsForm(PartForm):
    """How the progress will be measured."""

    part = FormPart.TARGETS
    row_class = TargetRow

    def is_row_required(self) -> bool:
        return True

    def prepare_row(self, row: RowForm) -> None:
        if self.situation.type != CommitmentType.POLICY:
            del row.fields["is_yes_no"]
            row.fields["value"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts = self.situation.starts
        for row in self.typed_rows:
            by = self.valid(row).get("by")
            if starts and by and by < starts:
                row.add_error("by", _("This day is before the commitment starts."))
            milestones = self.valid(row).get("milestones")
            begins = self.valid(row).get("baseline_on") or starts
            if milestones and begins and milestones[0].on <= begins:
                row.add_error("milestones", _("The first milestone must be after the start."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        taken: set[UUID] = set()
        targets = []
        for row in self.typed_rows:
            facts = {**self.valid(row), "key": row.row_key(taken)}
            targets.append(TargetContent(**facts))
        return {"targets": tuple(targets)}


class PlaceRow(RowForm):
    """A country, a region or the world."""

    kind, content_name = "place", "places"
    folded = ("share",)

    place = PlaceField(
        datalist="places",
        label=gettext_lazy("Country, region or the whole world"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter at least one place.")},
    )
    share = NumberField(
        label=gettext_lazy("Share in per cent"),
        help_text=gettext_lazy("Only if it is known."),
        required=False,
    )

    @classmethod
    def values_of(cls, rows: Sequence[PlaceContent]) -> list[dict[str, object]]:
        return [
            {
                KEY: f"{row.country}{row.region}" or "world",
                "place": place_name(row.country, row.region),
                "share": row.share,
            }
            for row in rows
        ]

    def clean_share(self) -> Any:
        share = self.cleaned_data.get("share")
        if share is not None and not 0 < share <= PER_CENT:
            raise forms.ValidationError(_("Enter a share above 0 and of at most 100."))
        if share is not None and decimals_of(share) > SHARE_DECIMALS:
            raise forms.ValidationError(_("Enter a share with two decimals or fewer."))
        return share


class PlacesForm(PartForm):
    """Where and when."""

    part = FormPart.PLACES
    row_class = PlaceRow
    rows_added = 3

    def is_row_required(self) -> bool:
        return True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must be after the start."))
        seen: set[tuple[str, str]] = set()
        total = 0
        for row in self.typed_rows:
            facts = self.valid(row)
            place = facts.get("place")
            if place in seen:
                row.add_error("place", _("This place is named twice."))
            elif place is not None:
                seen.add(place)
            total += facts.get("share") or 0
            if total > PER_CENT and not row.errors:
                row.add_error("share", _("The shares add up to more than 100 per cent."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        found = {
            facts["place"]: PlaceContent(
                country=facts["place"][0], region=facts["place"][1], share=facts.get("share")
            )
            for row in self.typed_rows
            if (facts := self.valid(row)).get("place") is not None
        }
        return {**self.valid(self), "places": tuple(found.values())}


class MoreForm(PartForm):
    """What else may be said."""

    part = FormPart.MORE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area, lead = self.situation.focus_area, self.situation.lead
        chosen = self.data.getlist("actions")
        # Those of a framework that is not public are for its working group. One that was dropped
        # stays with a commitment that names it.
        offered = [
            (each.key, each.words)
            for each in (actions_of_area(area) if area else [])
            if each.key in chosen
            or (each.is_in_framework and (each.is_public or lead.focus_area_id == area))
        ]
        self.fields["actions"].choices = offered  # type: ignore[attr-defined]

    def main_fields(self) -> list[forms.BoundField]:
        has_actions = bool(self.fields["actions"].choices)  # type: ignore[attr-defined]
        shown = super().main_fields()
        is_asked = has_actions or "actions" in self.errors
        return shown if is_asked else [each for each in shown if each.name != "actions"]

    def clean_actions(self) -> list[str]:
        actions: list[str] = self.cleaned_data["actions"]
        if len(actions) > MAX_ACTIONS:
            raise forms.ValidationError(_("Choose three actions or fewer."))
        return actions

    def clean_sdgs(self) -> list[int]:
        goals: list[int] = self.cleaned_data["sdgs"]
        if len(goals) > MAX_GOALS:
            raise forms.ValidationError(_("Choose three goals or fewer."))
        return goals


FORMS: Final[Mapping[FormPart, type[PartForm]]] = {
    form.part: form
    for form in (WhatForm, TargetsForm, PlacesForm, PartnersForm, MoneyForm, MoreForm)
}


def known_fields(data: QueryDict, part: FormPart) -> Fields:
    """Return the posted fields that a part has; others are ignored."""
    form = FORMS[part]
    names = [each.name for each in declared_fields(part) if each.name in data]
    if form.row_class is not None:
        prefixes = [
            f"{form.row_class.kind}-{number}-" for number in row_numbers(data, form.row_class.kind)
        ]
        names += [
            f"{prefix}{name}"
            for prefix in prefixes
            for name in form.row_class.base_fields
            if f"{prefix}{name}" in data
        ]
    return {name: data.getlist(name) for name in names}
