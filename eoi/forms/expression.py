"""The Expression of Interest as a form: its fields, and what belongs together in them."""

from collections.abc import Iterable
from copy import deepcopy
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

from eoi.forms.fields import (
    AccessibleCheckboxSelect,
    AccessibleRadioSelect,
    LongText,
    MailAddress,
    Name,
    OneLine,
    PersonName,
    Phone,
    StrictCheckbox,
    Website,
    normalise_phone,
)
from eoi.forms.layout import (
    ALTERNATE,
    OPTIONAL_SECTIONS,
    REQUIRED_SECTIONS,
    eoi_layout,
    field_names,
)
from eoi.forms.selects import LongSelect, PrerenderedChoices
from eoi.forms.time_zones import zone_choices
from focus_areas.models import FocusArea
from members.models import Category, Contribution, CorrespondenceLanguage, SoughtRole, Title
from members.services import countries

# The alternate focal point: nothing, or the first two at least.
ALTERNATE_NEEDS = {
    "alternate_family_name": _("Enter the family name of the alternate, or leave out all of it"),
    "alternate_email": _("Enter the email address of the alternate, or leave out all of it"),
}
# Fields of the form that are no answers.
TECHNICAL_FIELDS = ("started", "leave_empty")


def hint_of_language() -> str:
    """Return the hint that says what the language of correspondence is, and what it is not."""
    return str(
        _("Our messages come in this language. The pages that they lead to are in: %(pages)s.")
    ) % {"pages": ", ".join(str(name) for _code, name in settings.LANGUAGES)}


def focus_area_choices() -> QuerySet[FocusArea]:
    """Return the four, in their order, with what the form shows of them."""
    return FocusArea.objects.only("number", "slug").order_by("number")


def _about_alternate(asked: forms.Field, label: Any) -> forms.Field:
    """Return a field that asks about the alternate what another asks about the focal point."""
    field = deepcopy(asked)
    field.label, field.help_text = label, ""
    field.required = field.widget.is_required = False
    field.error_messages["required"] = forms.Field.default_error_messages["required"]
    field.widget.attrs["autocomplete"] = "off"
    return field


class ExpressionOfInterestForm(forms.Form):
    """One Expression of Interest. Field names and values are those that scripts use."""

    use_required_attribute = False
    # Errors are summed up in the order of the page.
    field_order = (*field_names(REQUIRED_SECTIONS), *field_names(OPTIONAL_SECTIONS))

    submission_key = forms.Field(widget=forms.HiddenInput)
    started = forms.Field(widget=forms.HiddenInput, required=False)
    # A trap for robots: people neither see nor reach it, and nothing that fills in forms for
    # them knows such a field. The last three keep password managers away.
    leave_empty = forms.Field(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(
            attrs={
                "tabindex": "-1",
                "autocomplete": "off",
                "data-1p-ignore": True,
                "data-bwignore": True,
                "data-lpignore": "true",
            }
        ),
    )

    organisation_name = Name(
        label=_("Name of the organisation"),
        help_text=_("The official name, in your own script if you like."),
        max_length=200,
        error_messages={"required": _("Enter the name of the organisation")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    category = forms.ChoiceField(
        label=_("What kind of organisation is it?"),
        help_text=_("Choose “Other” if you are not sure."),
        choices=Category,
        widget=AccessibleRadioSelect,
        error_messages={
            "required": _("Choose the kind of organisation"),
            "invalid_choice": _("Choose the kind of organisation"),
        },
    )
    country = forms.ChoiceField(
        label=_("Country of the headquarters"),
        widget=LongSelect(attrs={"autocomplete": "country"}),
        error_messages={
            "required": _("Choose the country of the headquarters"),
            "invalid_choice": _("Choose the country of the headquarters from the list"),
        },
    )
    acronym = OneLine(
        label=_("Acronym"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"class": "width-short", "autocomplete": "off"}),
    )
    website = Website(
        label=_("Website"),
        help_text=_("For example www.example.org"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "url"}),
    )
    about = LongText(
        label=_("About the organisation"),
        help_text=_("Up to 150 words."),
        max_words=150,
        rows=4,
        required=False,
    )

    focus_area = forms.ChoiceField(
        label=_("Which focus area is your first choice?"),
        widget=AccessibleRadioSelect,
        error_messages={
            "required": _("Choose one of the four focus areas"),
            "invalid_choice": _("Choose one of the four focus areas"),
        },
    )
    role = forms.ChoiceField(
        label=_("What role do you seek in its working group?"),
        choices=SoughtRole,
        widget=AccessibleRadioSelect,
        error_messages={
            "required": _("Choose the role that you seek"),
            "invalid_choice": _("Choose the role that you seek"),
        },
    )
    motivation = LongText(
        label=_("What do you want to bring or achieve?"),
        help_text=_("Up to 300 words; a few sentences are enough. Write in any language."),
        max_words=300,
        rows=6,
        error_messages={
            "required": _("Say in a sentence or two what you want to bring or achieve")
        },
    )
    further_focus_areas = forms.MultipleChoiceField(
        label=_("Further focus areas that interest you"),
        required=False,
        widget=AccessibleCheckboxSelect,
        error_messages={"invalid_choice": _("Choose among the four focus areas")},
    )
    contributions = forms.MultipleChoiceField(
        label=_("What kind of contribution do you intend?"),
        choices=Contribution,
        required=False,
        widget=AccessibleCheckboxSelect,
        error_messages={"invalid_choice": _("Choose contributions from the list")},
    )

    given_name = PersonName(
        label=_("Given name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "spellcheck": "false"}),
    )
    family_name = PersonName(
        label=_("Family name"),
        help_text=_("If the person has one name only, enter it here."),
        max_length=100,
        error_messages={"required": _("Enter the family name, or the only name")},
        widget=forms.TextInput(attrs={"autocomplete": "family-name", "spellcheck": "false"}),
    )
    position = Name(
        label=_("Position"),
        help_text=_("For example: Director of International Affairs"),
        max_length=200,
        error_messages={"required": _("Enter the position in the organisation")},
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    email = MailAddress(
        label=_("Email address"),
        help_text=_("One that the person reads: all our messages go there."),
        max_length=254,
        error_messages={
            "required": _("Enter an email address that you read, like name@example.org")
        },
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
    )
    language = forms.ChoiceField(
        label=_("Language of correspondence"),
        choices=CorrespondenceLanguage,
        widget=AccessibleRadioSelect,
        error_messages={
            "required": _("Choose the language of correspondence"),
            "invalid_choice": _("Choose the language of correspondence"),
        },
    )
    title = forms.ChoiceField(
        label=_("Title"),
        choices=[("", _("None")), *Title.choices],
        required=False,
        widget=forms.Select(attrs={"class": "width-short", "autocomplete": "honorific-prefix"}),
        error_messages={"invalid_choice": _("Choose a title from the list")},
    )
    phone = Phone(
        label=_("Phone"),
        help_text=_("With the country code, like +41 22 730 5111"),
        max_length=40,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "width-medium", "type": "tel", "autocomplete": "tel"}
        ),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_(
            "If you choose none, we take the one of the country of the headquarters; where it "
            "has several, we ask."
        ),
        required=False,
        widget=LongSelect(attrs={"class": "width-medium"}),
        error_messages={"invalid_choice": _("Choose a time zone from the list")},
    )

    alternate_given_name = _about_alternate(given_name, _("Given name of the alternate"))
    alternate_family_name = _about_alternate(family_name, _("Family name of the alternate"))
    alternate_position = _about_alternate(position, _("Position of the alternate"))
    alternate_email = _about_alternate(email, _("Email address of the alternate"))
    alternate_title = _about_alternate(title, _("Title of the alternate"))
    alternate_phone = _about_alternate(phone, _("Phone of the alternate"))
    alternate_language = forms.ChoiceField(
        label=_("Language of correspondence of the alternate"),
        choices=[("", _("The same as the focal point’s")), *CorrespondenceLanguage.choices],
        required=False,
        widget=forms.Select(attrs={"class": "width-medium"}),
        error_messages={"invalid_choice": _("Choose a language from the list")},
    )
    alternate_time_zone = forms.ChoiceField(
        label=_("Time zone of the alternate"),
        required=False,
        widget=LongSelect(attrs={"class": "width-medium"}),
        error_messages={"invalid_choice": _("Choose a time zone from the list")},
    )

    is_authorised = forms.BooleanField(
        label=_("I am authorised to express this interest on behalf of the organisation"),
        error_messages={
            "required": _("Confirm that you are authorised, or ask somebody who is to send this")
        },
        widget=StrictCheckbox,
    )
    privacy_consent = forms.BooleanField(
        label=_("I have read the privacy notice, and agree to it"),
        error_messages={"required": _("We can only take your answers if you agree to the notice")},
        widget=StrictCheckbox,
    )
    publication_consent = forms.BooleanField(
        label=_(
            "Once admitted, the organisation’s name, country, category and focus area "
            "may be listed on the public site"
        ),
        required=False,
        widget=StrictCheckbox,
    )
    newsletter = forms.BooleanField(
        label=_("Send the coalition’s newsletter to the focal point"),
        required=False,
        widget=StrictCheckbox,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        focus_on: str = "",
        focus_areas: Iterable[FocusArea] | None = None,
        **kwargs: Any,
    ) -> None:
        """Prepare the form; it opens at the field `focus_on`.

        `focus_areas` are the four, for who has them already.
        """
        super().__init__(data, **kwargs)
        if focus_areas is None:
            focus_areas = focus_area_choices()
        self.focus_areas = {area.slug: area for area in focus_areas}
        # The area itself is the label, so that its mark can stand beside its name.
        self._choice("focus_area").choices = list(self.focus_areas.items())
        self._choice("further_focus_areas").choices = list(self.focus_areas.items())
        self._choice("country").choices = PrerenderedChoices(
            [
                ("", _("Choose a country")),
                *countries.choices(get_language() or settings.LANGUAGE_CODE),
            ]
        )
        self.fields["language"].help_text = hint_of_language()
        country = self["country"].value() or ""
        for name, none in (
            ("time_zone", _("The country’s")),
            ("alternate_time_zone", _("The same as the focal point’s")),
        ):
            zones = zone_choices(country, self[name].value() or "", none=none)
            self._choice(name).choices = PrerenderedChoices(zones)
        if focus_on in self.fields:
            self.fields[focus_on].widget.attrs["autofocus"] = True
        self.focus_on = focus_on

    @cached_property
    def helper(self) -> FormHelper:
        """How crispy lays the form out: made only where it is shown."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = eoi_layout(self.focus_on)
        return helper

    def _choice(self, name: str) -> forms.ChoiceField:
        return cast("forms.ChoiceField", self.fields[name])

    @classmethod
    def as_typed(cls, data: QueryDict, *, focus_on: str = "", **kwargs: Any) -> Self:
        """Return the form as a person filled it in, without judging it."""
        typed = {
            name: field.widget.value_from_datadict(data, {}, name)
            for name, field in cls.base_fields.items()
        }
        return cls(initial=typed, focus_on=focus_on, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Judge what takes more than one field to judge."""
        answers = self.cleaned_data
        self._clean_phones(answers)
        self._clean_alternate(answers)
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

    @property
    def asks_for_time_zone(self) -> bool:
        """Whether the country has several time zones and none of them is chosen yet."""
        return self.is_valid() and not self.cleaned_data["time_zone"]

    def refuse_without_time_zone(self) -> None:
        """Say at the field that a time zone has to be chosen."""
        self.add_error(
            "time_zone",
            ValidationError(_("Choose the time zone of the focal point"), code="required"),
        )

    def answers(self) -> dict[str, Any]:
        """Return what was answered, under the names that intake takes it by."""
        return {
            name: value for name, value in self.cleaned_data.items() if name not in TECHNICAL_FIELDS
        }
