"""Form fields of a commitment: numbers, days, places and currencies as people type them."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.services.typed_numbers import NotANumber, currencies, currency_name, parse_number
from core.folding import fold
from eoi.forms.fields import OneLine
from meetings.forms.meetings import DayInput

# No day of a commitment is outside these.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2070, 12, 31)
# Besides what a date picker sends.
DAY_FORMATS: Final = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


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
