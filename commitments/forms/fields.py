"""Form fields of a commitment: declared ones, and numbers, days and places as people type them."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.models import Milestone
from commitments.services.fields import GOALS, CommitmentField, FieldKind
from commitments.services.typed_numbers import (
    NotANumber,
    currencies,
    currency_name,
    parse_number,
    western,
)
from commitments.services.typed_places import UnknownPlace, parse_place
from core.folding import fold
from core.languages import list_in_words
from core.typed_text import clean_pasted_text
from eoi.forms.fields import (
    AccessibleCheckboxSelect,
    AccessibleRadioSelect,
    LongText,
    Name,
    OneLine,
    StrictCheckbox,
)
from meetings.forms.meetings import DayInput

# No day of a commitment is outside these.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2070, 12, 31)
# Besides what a date picker sends.
DAY_FORMATS: Final = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d")
# A line of the portions: a year, then an amount.
PORTION: Final = re.compile(r"\D*(\d{4})\b[\s:;=–-]*(.+)")
# A line of the milestones: a day, then a value. The year of the day is first or last.
MILESTONE: Final = re.compile(
    r"\D*(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b[\s:;=–-]*(.+)"
)
# Keyboards of languages from right to left put these beside digits.
DIRECTION_MARKS: Final = re.compile("[\u061c\u200e\u200f]")
MIN_MILESTONES, MAX_MILESTONES = 2, 4


class NumberField(forms.CharField):
    """A number that is not negative, typed with the separators of a language.

    The form sets `language`, in which the text was typed, and `has_three_decimals`.
    """

    language = "en"
    has_three_decimals = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # No maxlength: a browser would cut pasted text without a message.
        return {"inputmode": "decimal", "dir": "ltr", "autocomplete": "off", "class": "short"}

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_number(text, self.language, has_three_decimals=self.has_three_decimals)
        except NotANumber as refused:
            raise ValidationError(str(refused), code="number") from refused


class DayField(forms.DateField):
    """A day, from the date picker of the browser or typed."""

    widget = DayInput
    default_validators = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    default_error_messages = {
        "invalid": gettext_lazy("Enter a day as year, month and day, like 2028-12-31."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"input_formats": DAY_FORMATS, **kwargs})

    def to_python(self, value: Any) -> date | None:
        text = unicodedata.normalize("NFKC", str(value or ""))
        return super().to_python("".join(str(unicodedata.decimal(sign, sign)) for sign in text))

    def run_validators(self, value: Any) -> None:
        try:
            super().run_validators(value)
        except ValidationError as refused:
            raise ValidationError(
                _("Enter a day between %(first)d and %(last)d.")
                % {"first": FIRST_DAY.year, "last": LAST_DAY.year},
                code="range",
            ) from refused

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "short"}


class ProposingField(OneLine):
    """A text for which the page proposes words, in the list with the ID `datalist`."""

    def __init__(self, *, datalist: str, **kwargs: Any) -> None:
        self.datalist = datalist
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "list": self.datalist, "autocomplete": "off"}


class PlaceField(ProposingField):
    """A country, an ITU region or the whole world. Its value is (country, region)."""

    def clean(self, value: Any) -> Any:
        name = super().clean(value)
        if not name:
            return None
        try:
            return parse_place(name)
        except UnknownPlace as refused:
            raise place_error(name, refused) from refused


def place_error(name: str, refused: UnknownPlace) -> ValidationError:
    """Return the error of a typed name that is not that of one place."""
    if refused.likely:
        message = _("“%(name)s” could be: %(places)s. Enter one of these names.") % {
            "name": name,
            "places": list_in_words(refused.likely),
        }
    else:
        message = _(
            "We do not know the place “%(name)s”. Enter the name of a country or region, or “The "
            "whole world”."
        ) % {"name": name}
    return ValidationError(message, code="place")


class CurrencyField(ProposingField):
    """A currency, by its code or its name in the language of the page."""

    language = "en"

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        code = typed.upper()
        if not typed or code in currencies():
            return code
        for known in currencies():
            if fold(currency_name(known, self.language)) == fold(typed):
                return known
        raise ValidationError(
            _("We do not know the currency “%(currency)s”. Enter its code, like USD or XOF.")
            % {"currency": typed},
            code="currency",
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "class": "short", "autocapitalize": "characters"}


class DatedNumbersField(forms.CharField):
    """Numbers that each have a time: on each line the time, as `line` reads it, then its number."""

    widget = forms.Textarea
    language = "en"
    has_three_decimals = False
    line: re.Pattern[str]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 2000, **kwargs})

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"rows": 3, "dir": "ltr", "class": "medium"}

    def pairs(self, value: Any) -> Iterator[tuple[str, Decimal]]:
        """Yield the time and the number of each line."""
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            plain = DIRECTION_MARKS.sub("", clean_pasted_text(line))
            parts = self.line.fullmatch(western(plain))
            if not parts:
                raise ValidationError(self.error_messages["line"], code="line")
            try:
                number = parse_number(
                    parts[2], self.language, has_three_decimals=self.has_three_decimals
                )
            except NotANumber as refused:
                raise ValidationError(str(refused), code="number") from refused
            yield parts[1], number


class PortionsField(DatedNumbersField):
    """Portions of an amount by year: on each line a year, then its amount."""

    line = PORTION
    default_error_messages = {
        "line": gettext_lazy("Enter a year and an amount on each line, like 2027: 500000."),
    }

    def clean(self, value: Any) -> Sequence[tuple[int, Decimal]]:
        portions = [(int(year), amount) for year, amount in self.pairs(value)]
        for year, _amount in portions:
            if not FIRST_DAY.year <= year <= LAST_DAY.year:
                raise ValidationError(
                    _("%(year)d is no year of a commitment.") % {"year": year}, code="year"
                )
        if len({year for year, _amount in portions}) < len(portions):
            raise ValidationError(_("Enter each year once."), code="year")
        return portions


class MilestonesField(DatedNumbersField):
    """Milestones of a target: on each line a day, then the value that is to be reached by it."""

    line = MILESTONE
    default_error_messages = {
        "line": gettext_lazy("Enter a day and a number on each line, like 2027-12-31: 400."),
    }

    def clean(self, value: Any) -> tuple[Milestone, ...]:
        day = DayField()
        milestones = tuple(
            Milestone(day.clean(re.sub("[年月]", "-", typed).rstrip("日")), number)
            for typed, number in self.pairs(value)
        )
        if milestones and not MIN_MILESTONES <= len(milestones) <= MAX_MILESTONES:
            raise ValidationError(
                _("Enter two to four milestones, each on its own line, or none."), code="number"
            )
        if any(next_.on <= each.on for each, next_ in pairwise(milestones)):
            raise ValidationError(_("Enter the days in their order, each once."), code="order")
        return milestones


FORM_FIELDS: Final[Mapping[FieldKind, Callable[..., forms.Field]]] = {
    FieldKind.TEXT: OneLine,
    FieldKind.NAME: Name,
    FieldKind.LONG_TEXT: LongText,
    FieldKind.CHOICE: forms.ChoiceField,
    # The form sets the choices of these: they depend on the reader or on another value.
    FieldKind.LANGUAGE: forms.ChoiceField,
    FieldKind.FOCUS_AREA: partial(forms.TypedChoiceField, coerce=int, widget=AccessibleRadioSelect),
    FieldKind.PILLAR: partial(forms.TypedChoiceField, coerce=int, empty_value=None),
    FieldKind.ACTIONS: partial(forms.MultipleChoiceField, widget=AccessibleCheckboxSelect),
    FieldKind.DAY: DayField,
    FieldKind.CHECKBOX: partial(forms.BooleanField, widget=StrictCheckbox),
    FieldKind.CHOICES: partial(forms.MultipleChoiceField, widget=AccessibleCheckboxSelect),
    FieldKind.GOALS: partial(
        forms.TypedMultipleChoiceField,
        choices=lambda: [(number, f"{number}. {name}") for number, name in GOALS.items()],
        coerce=int,
        widget=AccessibleCheckboxSelect,
    ),
}


def form_field(declared: CommitmentField) -> forms.Field:
    """Return the form field of a declared field."""
    options: dict[str, Any] = {"label": declared.label, "help_text": declared.hint}
    if declared.required:
        options["error_messages"] = {"required": declared.required}
    match declared.kind:
        case FieldKind.TEXT | FieldKind.NAME:
            options["max_length"] = declared.model_field.max_length
        case FieldKind.LONG_TEXT:
            options["max_words"] = declared.max_words
        case FieldKind.CHOICE:
            options["choices"] = declared.choices
            options["widget"] = AccessibleRadioSelect(hints=declared.choice_hints)
        case FieldKind.CHOICES:
            options["choices"] = declared.choices
        case FieldKind.ACTIONS:
            options["error_messages"] = {
                "invalid_choice": _(
                    "This is no action that the working group of this focus area adopted."
                )
            }
    return FORM_FIELDS[declared.kind](required=bool(declared.required), **options)
