"""The form field of each question."""

from typing import Any, Final

from django import forms

from eoi.forms.fields import (
    AccessibleCheckboxSelect,
    AccessibleRadioSelect,
    FocusAreaSelect,
    LongText,
    MailAddress,
    Name,
    OneLine,
    PersonName,
    Phone,
    StrictCheckbox,
    Website,
)
from eoi.forms.selects import LongSelect
from members.services.question import Kind, Question

ONE_LINE_FIELDS: Final[dict[Kind, type[OneLine]]] = {
    Kind.TEXT: OneLine,
    Kind.NAME: Name,
    Kind.PERSON_NAME: PersonName,
    Kind.EMAIL: MailAddress,
    Kind.WEBSITE: Website,
    Kind.PHONE: Phone,
}
RADIO_BUTTONS: Final = {Kind.CHOICE: AccessibleRadioSelect, Kind.FOCUS_AREA: FocusAreaSelect}


def field_for(question: Question) -> forms.Field:
    """Return the field that asks a question.

    The form sets choices that depend on the reader or on another answer: focus areas, countries and
    time zones.
    """
    options: dict[str, Any] = {
        "label": question.label,
        "help_text": question.hint,
        "required": bool(question.required),
        "error_messages": _error_messages(question),
    }
    attrs = {}
    if question.width:
        attrs["class"] = question.width
    if question.autocomplete:
        attrs["autocomplete"] = question.autocomplete

    match question.kind:
        case Kind.LONG_TEXT:
            return LongText(max_words=question.max_words, **options)
        case Kind.CHECKBOX | Kind.PRIVACY_NOTICE:
            return forms.BooleanField(widget=StrictCheckbox, **options)
        case Kind.FOCUS_AREAS | Kind.CONTRIBUTIONS:
            widget: Any = AccessibleCheckboxSelect
            return forms.MultipleChoiceField(choices=question.choices, widget=widget, **options)
        case Kind.COUNTRY | Kind.TIME_ZONE:
            return forms.ChoiceField(widget=LongSelect(attrs), **options)
        case Kind.CHOICE if question.empty_label:
            choices = [("", question.empty_label), *question.choices]
            return forms.ChoiceField(choices=choices, widget=forms.Select(attrs), **options)
        case Kind.CHOICE | Kind.FOCUS_AREA:
            widget = RADIO_BUTTONS[question.kind](hints=question.choice_hints)
            return forms.ChoiceField(choices=question.choices, widget=widget, **options)
        case kind:
            if kind is Kind.PHONE:
                attrs["type"] = "tel"
            max_length, widget = question.model_field.max_length, forms.TextInput(attrs)
            return ONE_LINE_FIELDS[kind](max_length=max_length, widget=widget, **options)


def _error_messages(question: Question) -> dict[str, Any]:
    messages = {
        "required": question.required,
        "invalid_choice": question.invalid_choice or question.required,
    }
    return {code: message for code, message in messages.items() if message}
