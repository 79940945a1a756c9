"""The forms of a role transfer: the request, and its acceptance."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from eoi.forms.email_typos import suggest_address
from eoi.forms.fields import AccessibleRadioSelect, StrictCheckbox, normalise_phone
from eoi.forms.layout import TEMPLATES, asked, form_helper
from eoi.forms.question_fields import field_for
from eoi.forms.selects import PrerenderedChoices, zone_choices
from members.models import FocalPoint
from members.services.question import Section
from members.services.questions import PERSON_FIELDS, PERSON_QUESTIONS

PRIMARY, ALTERNATE = "primary", "alternate"


class SuccessorForm(forms.Form):
    """The role and its successor. The questions about the person are added below."""

    use_required_attribute = False
    field_order = (
        "role",
        *asked(Section.FOCAL_POINT),
        *asked(Section.FOCAL_POINT, is_folded=True),
    )

    role = forms.ChoiceField(
        label=_("Which role is being transferred?"),
        widget=AccessibleRadioSelect,
        error_messages={
            "required": _("Choose which role is transferred"),
            "invalid_choice": _("Choose which role is transferred"),
        },
    )
    # The suggested address, so that the person is asked only once.
    asked_about = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None, *, focal_points: list[FocalPoint], by: FocalPoint
    ) -> None:
        self.holders = {
            ALTERNATE if person.is_alternate else PRIMARY: person for person in focal_points
        }
        own = ALTERNATE if by.is_alternate else PRIMARY
        super().__init__(
            None if data is None else data.copy(),
            initial={"role": own, "language": by.language, "time_zone": by.time_zone},
        )
        self.country = by.member.country
        self._choice("role").choices = [
            (
                role,
                _("%(heading)s: %(words)s")
                % {"heading": person.role_name, "words": person.full_name},
            )
            for role, person in self.holders.items()
        ]
        self.fields["time_zone"].help_text = _(
            "If you choose none, the time zone of the current focal point is used."
        )
        zones = zone_choices(
            self.country, self["time_zone"].value() or "", none=_("Same as the current focal point")
        )
        self._choice("time_zone").choices = PrerenderedChoices(zones)
        # The form is about another person than the one who fills it in, so browsers must not
        # autofill it.
        for question in PERSON_QUESTIONS:
            if question.autocomplete:
                self.fields[question.name].widget.attrs["autocomplete"] = "off"

    @cached_property
    def helper(self) -> FormHelper:
        return form_helper(Layout(*(Field(name) for name in self.field_order)))

    def clean(self) -> dict[str, Any]:
        answers = self.cleaned_data
        if answers.get("phone"):
            try:
                answers["phone"] = normalise_phone(answers["phone"], self.country)
            except ValidationError as refused:
                self.add_error("phone", refused)
        email = answers.get("email")
        if email and answers.get("asked_about") != email and (likely := suggest_address(email)):
            question = _(
                "Did you mean %(likely)s? If the address is correct, send the form again without "
                "changes."
            )
            self.add_error(
                "email", ValidationError(question, code="likely", params={"likely": likely})
            )
            # A bound field shows its submitted data.
            cast("QueryDict", self.data)["asked_about"] = email
        return answers

    @property
    def focal_point(self) -> FocalPoint:
        return self.holders[self.cleaned_data["role"]]

    @property
    def facts(self) -> dict[str, Any]:
        """The values of the successor's columns."""
        facts = {name: self.cleaned_data[name] for name in PERSON_FIELDS}
        facts["time_zone"] = facts["time_zone"] or self.focal_point.time_zone
        return facts

    def _choice(self, name: str) -> forms.ChoiceField:
        return cast("forms.ChoiceField", self.fields[name])


SuccessorForm.base_fields.update(
    {question.name: field_for(question) for question in PERSON_QUESTIONS}
)


class TakeOverForm(forms.Form):
    """The acceptance of a role."""

    use_required_attribute = False

    privacy_consent = forms.BooleanField(
        label=_("I have read and agree to the privacy notice"),
        error_messages={"required": _("To accept the role, you must agree to the privacy notice")},
        widget=StrictCheckbox,
    )

    @cached_property
    def helper(self) -> FormHelper:
        return form_helper(Layout(Field("privacy_consent", template=TEMPLATES["privacy_consent"])))
