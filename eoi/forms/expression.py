"""The form of the Expression of Interest."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Self, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from core.languages import language_shown
from eoi.forms.email_typos import suggest_address
from eoi.forms.fields import HoneypotField, StrictCheckbox, normalise_phone
from eoi.forms.layout import (
    ALTERNATE,
    OPTIONAL_SECTIONS,
    REQUIRED_SECTIONS,
    FormSection,
    eoi_layout,
    field_names,
    form_helper,
    section_layout,
)
from eoi.forms.question_fields import field_for
from eoi.forms.selects import PrerenderedChoices, zone_choices
from focus_areas.models import FocusArea
from members.services import countries
from members.services.question import Kind
from members.services.questions import QUESTIONS, QUESTIONS_BY_NAME

# Required if any answer about the alternate is given.
ALTERNATE_NEEDS = {
    "alternate_family_name": _(
        "Enter the family name of the alternate focal point, or leave the whole section empty"
    ),
    "alternate_email": _(
        "Enter the email address of the alternate focal point, or leave the whole section empty"
    ),
}
EMAIL_FIELDS = tuple(question.name for question in QUESTIONS if question.kind is Kind.EMAIL)
# Fields of the form that are not answers.
TECHNICAL_FIELDS = ("started", "leave_empty", "somebody_else_signs", "right_addresses")


def focus_area_choices() -> QuerySet[FocusArea]:
    """Return the focus areas in order, with only the columns that the form shows."""
    return _focus_areas().all()


@cache
def _focus_areas() -> QuerySet[FocusArea]:
    """Return the same without the rows: building the query takes as long as reading them."""
    summaries = (
        build_localized_fieldname("summary", code) for code in settings.MODELTRANSLATION_LANGUAGES
    )
    return FocusArea.objects.only("number", "slug", *summaries).order_by("number")


class ExpressionOfInterestForm(forms.Form):
    """One Expression of Interest. Scripts depend on the names and values of its fields.

    The fields of the questions are added below.
    """

    use_required_attribute = False
    # The error summary has the order of the page.
    field_order = (*field_names(REQUIRED_SECTIONS), *field_names(OPTIONAL_SECTIONS))

    submission_key = forms.Field(widget=forms.HiddenInput)
    started = forms.Field(widget=forms.HiddenInput, required=False)
    leave_empty = HoneypotField()
    # Addresses that look mistyped, of which the person said that they are right.
    right_addresses = forms.Field(widget=forms.MultipleHiddenInput, required=False)
    # Ticked in place of `is_authorised`. The confirmation of the person who signs replaces that.
    somebody_else_signs = forms.BooleanField(
        label=_("Somebody else signs for the organisation"),
        help_text=_(
            "Or, if somebody else signs: save the form, then show it to that person with a link. "
            "They confirm the answers, and can send them."
        ),
        widget=StrictCheckbox,
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        focus_on: str = "",
        focus_areas: Iterable[FocusArea] | None = None,
        **kwargs: Any,
    ) -> None:
        """Prepare the form, which sets the focus on the field `focus_on`.

        `focus_areas` saves a query if they were already loaded.
        """
        super().__init__(data, **kwargs)
        if focus_areas is None:
            focus_areas = focus_area_choices()
        self.focus_areas = {area.slug: area for area in focus_areas}
        # The label is the area itself, so that its icon can be shown beside its name.
        self._choice("focus_area").choices = list(self.focus_areas.items())
        self._choice("further_focus_areas").choices = list(self.focus_areas.items())
        self._choice("country").choices = PrerenderedChoices(
            [
                ("", QUESTIONS_BY_NAME["country"].empty_label),
                *countries.choices(
                    get_language() or settings.LANGUAGE_CODE,
                    kept=str(self.initial.get("country", "")),
                ),
            ]
        )
        country = self["country"].value() or ""
        for name in ("time_zone", "alternate_time_zone"):
            none = QUESTIONS_BY_NAME[name].empty_label
            zones = zone_choices(country, self[name].value() or "", none=none)
            self._choice(name).choices = PrerenderedChoices(zones)
        if focus_on in self.fields:
            self.fields[focus_on].widget.attrs["autofocus"] = True
        self.focus_on = focus_on

    @cached_property
    def helper(self) -> FormHelper:
        return form_helper(eoi_layout(self.focus_on))

    @property
    def empty_fields_key(self) -> str:
        """What the fields depend on if nobody has typed anything, or an empty text.

        Pages keep the fields of an empty form for the same key, so it has all that can change while
        the portal runs: the language, and what staff write about focus areas.
        """
        typed = {name: self[name].value() for name in (*self.field_order, "leave_empty")}
        language = typed.pop("language")
        if self.is_bound or self.focus_on or any(typed.values()):
            return ""
        areas = [
            (area.number, area.slug, area.summary, language_shown(area, "summary"))
            for area in self.focus_areas.values()
        ]
        return f"{get_language()} {language} {areas}"

    def show_only(self, part: FormSection) -> None:
        """Show one section, with its errors, and without the other questions."""
        errors = self.errors
        hidden = [name for name in self.fields if name not in (*part.fields, "submission_key")]
        for name in hidden:
            del self.fields[name]
            errors.pop(name, None)
        self.helper = form_helper(section_layout(part))

    def _choice(self, name: str) -> forms.ChoiceField:
        return cast("forms.ChoiceField", self.fields[name])

    @classmethod
    def as_typed(cls, data: QueryDict, *, focus_on: str = "", **kwargs: Any) -> Self:
        """Return the form as it was filled in, without validation."""
        typed = {
            name: field.widget.value_from_datadict(data, {}, name)
            for name, field in cls.base_fields.items()
        }
        return cls(initial=typed, focus_on=focus_on, **kwargs)

    def clean(self) -> dict[str, Any]:
        answers = self.cleaned_data
        self._clean_phones(answers)
        self._clean_alternate(answers)
        self._clean_authority(answers)
        if "focus_area" in answers:
            answers["focus_area"] = self.focus_areas[answers["focus_area"]]
            answers["further_focus_areas"] = [
                slug
                for slug in answers.get("further_focus_areas", [])
                if slug != answers["focus_area"].slug
            ]
        if "country" in answers and not answers.get("time_zone"):
            zones = countries.time_zones_of(answers["country"])
            answers["time_zone"] = zones[0] if len(zones) == 1 else ""
        return answers

    def _clean_phones(self, answers: dict[str, Any]) -> None:
        for name in ("phone", "alternate_phone"):
            if answers.get(name):
                try:
                    answers[name] = normalise_phone(answers[name], answers.get("country"))
                except ValidationError as refused:
                    self.add_error(name, refused)

    def _clean_alternate(self, answers: dict[str, Any]) -> None:
        if not any(answers.get(name) for name in ALTERNATE.fields):
            return
        for name, sentence in ALTERNATE_NEEDS.items():
            if name in answers and not answers[name]:
                self.add_error(name, ValidationError(sentence, code="required"))

    def _clean_authority(self, answers: dict[str, Any]) -> None:
        """Keep the answer that was ticked: the person is authorised, or somebody else signs."""
        if not answers.get("somebody_else_signs"):
            answers.pop("somebody_else_signs", None)
        elif answers.pop("is_authorised", False):
            sentence = _("Tick one of the two: you are authorised, or somebody else signs")
            self.add_error("somebody_else_signs", ValidationError(sentence, code="both"))
        else:
            self.errors.pop("is_authorised", None)

    def leave_out_authority(self) -> None:
        """Do not ask who is authorised, before validation: the person who signs confirms it."""
        del self.fields["is_authorised"], self.fields["somebody_else_signs"]

    @property
    def is_signed_by_somebody_else(self) -> bool:
        """Whether a valid form can be sent only if somebody else has confirmed its answers."""
        return bool(self.cleaned_data.get("somebody_else_signs"))

    @property
    def asks_for_time_zone(self) -> bool:
        """Whether the country has several time zones and none was chosen."""
        return self.is_valid() and not self.cleaned_data["time_zone"]

    @property
    def mistyped_addresses(self) -> dict[str, str]:
        """The addresses that were probably meant, by the field of the address as typed.

        Addresses of which the person said that they are right are left out.
        """
        right = self.cleaned_data.get("right_addresses") or ()
        return {
            name: likely
            for name in EMAIL_FIELDS
            if (address := self.cleaned_data.get(name))
            and address not in right
            and (likely := suggest_address(address))
        }

    @property
    def has_open_questions(self) -> bool:
        """Whether the check page asks something before the form can be sent."""
        return self.asks_for_time_zone or bool(self.mistyped_addresses)

    def refuse_without_time_zone(self) -> None:
        """Add the error that a time zone must be chosen."""
        self.add_error(
            "time_zone",
            ValidationError(_("Choose the time zone of the focal point"), code="required"),
        )

    def answers(self) -> dict[str, Any]:
        """Return the keywords for `receive_expression_of_interest`.

        If somebody else signs, their confirmation is the authorisation: it must exist.
        """
        given = {
            name: value for name, value in self.cleaned_data.items() if name not in TECHNICAL_FIELDS
        }
        return {**given, "is_authorised": True}


ExpressionOfInterestForm.base_fields.update(
    {question.name: field_for(question) for question in QUESTIONS}
)
